"""`python -m tests.long NAME`: what takes too long for every change. Without a name it lists them.

The names are the modules of this folder, and the benchmarks that have targets, which end with 1 when one is missed.
"""

import importlib
import pkgutil
import sys
from typing import Final

import tests.long

JUDGED: Final = ("days", "hhcrsp", "peers", "trsp")
"""Benchmarks of `tests.benchmarks` that are told to judge."""


def main(arguments: list[str]) -> int:
    """Run one of the long tests; the exit code is 0 when it passed."""
    own = sorted(module.name for module in pkgutil.iter_modules(tests.long.__path__) if module.name != "__main__")
    if not arguments or arguments[0] not in (*own, *JUDGED):
        print(f"usage: python -m tests.long {'|'.join((*own, *JUDGED))} [options]", file=sys.stderr)
        return 2
    name, *options = arguments
    package, options = ("tests.long", options) if name in own else ("tests.benchmarks", ["--judge", *options])
    run: int = importlib.import_module(f"{package}.{name}").main(options)
    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
