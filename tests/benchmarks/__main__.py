"""Measure something and print a table: `python -m tests.benchmarks NAME`, with a module of that name in this folder."""

import ast
import importlib
import sys
from pathlib import Path


def main() -> None:
    """Run the named benchmark with the rest of the arguments."""
    files = {path.stem: path for path in sorted(Path(__file__).parent.glob("*.py")) if path.stem.isalpha()}
    names = list(files)
    if sys.argv[1:] and sys.argv[1] in ("-h", "--help"):
        print("python -m tests.benchmarks NAME [options]; NAME --help tells the options\n")
        for name, path in files.items():
            about = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
            print(f"  {name:12} {about}")
        sys.exit(0)
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.exit(f"usage: python -m tests.benchmarks {'|'.join(names)} [options]")
    name = sys.argv.pop(1)
    sys.argv[0] = f"python -m tests.benchmarks {name}"
    sys.exit(importlib.import_module(f"tests.benchmarks.{name}").main())


if __name__ == "__main__":
    main()
