"""Beginnings of words that are written with one slip of the finger."""

from functools import cache
from typing import Final

from rapidfuzz.distance import OSA

LEAST_LETTERS: Final = 6
"""Shorter words are not looked for with a slip in them, nor in garbled text: too many others are as near."""


def begins_nearly(word: str, stem: str) -> bool:
    """Whether a word begins as a stem does but for one slip, after the first letter."""
    if word[0] != stem[0] or not _may_stand_in(stem, word):
        return False
    sizes = range(len(stem) - 1, len(stem) + 2)
    return any(OSA.distance(word[:size], stem, score_cutoff=1) <= 1 for size in sizes)


def stands_in(stem: str, letters: str) -> bool:
    """Whether a stem stands anywhere in these letters but for one slip."""
    if not _may_stand_in(stem, letters):
        return False
    sizes = (len(stem) - 1, len(stem), len(stem) + 1)
    return any(
        OSA.distance(letters[start : start + size], stem, score_cutoff=1) <= 1
        for start in range(max(1, len(letters) - sizes[0] + 1))
        for size in sizes
    )


def _may_stand_in(stem: str, letters: str) -> bool:
    """False where it surely does not: one slip, even two letters swapped, leaves one of three parts whole."""
    return any(part in letters for part in _thirds(stem))


@cache
def _thirds(stem: str) -> tuple[str, str, str]:
    one, two = len(stem) // 3, 2 * len(stem) // 3
    return stem[:one], stem[one:two], stem[two:]
