"""Measure something and print a table: `python -m tests.benchmarks NAME`, with a module of that name in this folder."""

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Run the named benchmark with the rest of the arguments."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith(("_", "test_")))
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.exit(f"usage: python -m tests.benchmarks {'|'.join(names)} [options]")
    name = sys.argv.pop(1)
    sys.argv[0] = f"python -m tests.benchmarks {name}"
    sys.exit(importlib.import_module(f"tests.benchmarks.{name}").main())


if __name__ == "__main__":
    main()
