"""`python -m tests.long NAME`: what takes too long for every change. Without a name it lists them."""

import importlib
import pkgutil
import sys

import tests.long


def main(arguments: list[str]) -> int:
    """Run one of the long tests; the exit code is 0 when it passed."""
    names = sorted(module.name for module in pkgutil.iter_modules(tests.long.__path__) if module.name != "__main__")
    if not arguments or arguments[0] not in names:
        print(f"usage: python -m tests.long {'|'.join(names)} [options]", file=sys.stderr)
        return 2
    run: int = importlib.import_module(f"tests.long.{arguments[0]}").main(arguments[1:])
    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
