"""`python -m db.operations "Count odd visits"` writes the migration from the newest revision to the models as they are.

It compares with a fresh SQLite database. Read what it wrote, then run `tests/db/test_migrations.py`.
"""

import sys
import tempfile
from pathlib import Path

from db.operations import new_revision, upgrade


def main(arguments: list[str]) -> int:
    """Writes a migration named by the one argument; the exit status."""
    if len(arguments) != 1:
        sys.stderr.write('usage: python -m db.operations "What the migration does"\n')
        return 2
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'head.sqlite3'}"
        upgrade(url)
        new_revision(url, arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
