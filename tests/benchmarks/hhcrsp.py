"""Ours on the home care instances (two-person visits): gaps to the best known, new best values."""

from collections.abc import Sequence
from typing import Final

from tests.benchmarks.contest.best_known import Target, compare

TARGETS: Final = {60.0: Target(mean=0.0, worst=1.0)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; the exit code."""
    return compare("hhcrsp", __doc__, TARGETS, arguments)
