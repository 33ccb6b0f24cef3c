"""Ours on the technician routing instances (working time of a crew of 25): gaps to the best known, new best values."""

from collections.abc import Sequence
from typing import Final

from tests.benchmarks.contest.best_known import Target, compare

TARGETS: Final = {10.0: Target(mean=0.2), 60.0: Target(mean=-0.4, worst=1.0)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; the exit code."""
    return compare("trsp", __doc__, TARGETS, arguments)
