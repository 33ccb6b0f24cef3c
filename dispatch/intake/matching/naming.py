"""Which kinds of equipment a text names: "Wärmepumpe", "cámara de frío", "fire alarm"."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from dispatch.intake.matching.text import WORDS, words_of

_STEMS: Final[Mapping[str, list[str]]] = WORDS["kinds"]
_PHRASES: Final = {kind: re.compile("|".join(each)) for kind, each in WORDS["kind_phrases"].items()}
_ANY_PHRASE: Final = re.compile("|".join(each.pattern for each in _PHRASES.values()))
_SIGNS: Final = {kind: re.compile("|".join(each)) for kind, each in WORDS["kind_signs"].items()}
"""What only happens to one kind, though no word names it: a power cut."""
_GIVING_WAY: Final = {kind: frozenset(others) for kind, others in WORDS["kinds_giving_way"].items()}
"""Kinds that are parts of others too: the light of a lift, the door of a cold room."""
_WHOLE: Final = frozenset(WORDS["whole_words"])
LONGEST_WHOLE: Final = 3
"""Stems up to so many letters are whole words."""


def begins(word: str, stem: str) -> bool:
    """Whether a word begins as this stem does; some stems are whole words."""
    return word == stem if stem in _WHOLE or len(stem) <= LONGEST_WHOLE else word.startswith(stem)


@lru_cache(maxsize=32_768)
def named_kinds(text: str) -> frozenset[str]:
    """The kinds that a text names; of a thing and its part the thing."""
    words = words_of(text)
    plain = " ".join(words)
    found = {kind for word in words for kind in _kinds_of_word(word)}
    found |= {kind for kind, phrase in (*_PHRASES.items(), *_SIGNS.items()) if phrase.search(plain)}
    return frozenset(kind for kind in found if found.isdisjoint(_GIVING_WAY.get(kind, ())))


@lru_cache(maxsize=32_768)
def _kinds_of_word(word: str) -> frozenset[str]:
    return frozenset(kind for kind, stems in _STEMS.items() if any(begins(word, stem) for stem in stems))


def without_names(plain: str) -> str:
    """Folded words without the phrases that name a kind: that a room is a "cold room" is no symptom."""
    return " ".join(_ANY_PHRASE.sub(" ", plain).split())
