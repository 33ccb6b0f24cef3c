"""The command line: one module per command; `main` is what `dispatch` runs."""

from api.cli.entry import main

__all__ = ["main"]
