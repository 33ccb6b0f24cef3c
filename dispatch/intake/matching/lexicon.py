"""What a symptom is about, in Spanish, English and German: "puerta no cierra" and "door won't close" say one thing.

A concept is known by the beginnings of its words. What no list holds is compared letter by letter elsewhere.
"""

import itertools
import re
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from dispatch.intake.matching.text import WORDS, words_of

STOPPED: Final = "stopped"
"""It stands still: any fault may be told so."""
_GENERAL: Final = frozenset({STOPPED, "vague"})
"""Concepts that any fault may be told with; "vague": something is wrong."""

_STEMS: Final = tuple((stem, concept) for concept, stems in WORDS["concepts"].items() for stem in stems)
_PHRASES: Final = {concept: re.compile("|".join(each)) for concept, each in WORDS["phrases"].items()}
_NOT: Final = {concept: re.compile("|".join(each)) for concept, each in WORDS["not"].items()}
_NOTHING: Final = "nothing"
"""The concept of words that only look like others: "llamada", a call, is no "llama", a flame."""
_WEAK: Final[dict[str, str]] = WORDS["weak"]
"""Concepts of words that may belong to others, by what they mean alone: "cold" is the heating but in "cold water"."""
_COLD_WATER: Final = frozenset({"cold", "water"})
_CHASING: Final = re.compile("|".join(WORDS["chasing"]))
_ANOTHER: Final = re.compile("|".join(WORDS["another"]))
_KINDS: Final[dict[str, list[str]]] = WORDS["kinds"]
_IMPLIED: Final[dict[str, str]] = WORDS["kind_of_concept"]
_SIDES: Final[dict[str, list[str]]] = WORDS["sides"]
_NUMBERS: Final[dict[str, str]] = WORDS["numbers"]
_RELATED: Final = tuple(frozenset(each) for each in WORDS["related"])
_CODE_NUMBER: Final = re.compile(r"\b[a-z]?(\d{2,4})\b")
_WHOLE: Final = frozenset(WORDS["whole_words"])
_STOP: Final = frozenset(WORDS["without_meaning"])
_COURTESY: Final = frozenset(WORDS["courtesy"])
_UNIT_NUMBER: Final = re.compile(
    r"\b(?:ascensor|elevador|lift|elevator|aufzug|fahrstuhl|caldera|boiler|kessel|heizkessel|shaft|schacht|unit|unidad"
    r"|equipo)\s+(?:n|no|nr|num|numero|number|nummer)?\s*"
    r"([0-9]{1,2}|[abc]|i{1,3}|uno|dos|tres|one|two|three|eins|zwei|drei)\b"
)


LEAST_MISSPELT: Final = 6
"""Shorter words are not looked for with a slip in them: too many others are as near."""


LEAST_GARBLED: Final = 6
"""Shorter words are not looked for in garbled text."""


def _is(word: str, stem: str) -> bool:
    return word == stem if stem in _WHOLE or len(stem) <= 3 else word.startswith(stem)


@lru_cache(maxsize=32_768)
def _concept_of(word: str) -> frozenset[str]:
    found = {concept: len(stem) for stem, concept in sorted(_STEMS, key=lambda each: len(each[0])) if _is(word, stem)}
    longest = max(found.values(), default=0)
    return frozenset(concept for concept, length in found.items() if length == longest) or _misspelt(word)


def _misspelt(word: str) -> frozenset[str]:
    """The concept of a word with one slip of the finger in the beginning that tells it."""
    if len(word) < LEAST_MISSPELT or word in _STOP:
        return frozenset()
    near = (
        concept
        for stem, concept in _STEMS
        if len(stem) >= LEAST_MISSPELT
        and word[0] == stem[0]
        and any(
            OSA.distance(word[:length], stem, score_cutoff=1) <= 1 for length in range(len(stem) - 1, len(stem) + 2)
        )
    )
    return frozenset(itertools.islice(near, 1))


def _garbled(plain: str) -> frozenset[str]:
    """The one concept whose words stand in a text with a slip, wherever its words begin and end: "itleakso nto".

    For texts in which nothing is clear; none where several concepts would be as good.
    """
    letters = "".join(word for word in plain.split() if word not in _STOP and word not in _COURTESY)
    found = {
        concept
        for stem, concept in _STEMS
        if len(stem) >= LEAST_GARBLED and stem not in _WHOLE and _stands_in(stem, letters)
    }
    return frozenset(found) if len(found - _GENERAL) == 1 else frozenset()


def _stands_in(stem: str, letters: str) -> bool:
    sizes = (len(stem) - 1, len(stem), len(stem) + 1)
    return any(
        OSA.distance(letters[start : start + size], stem, score_cutoff=1) <= 1
        for start in range(max(1, len(letters) - sizes[0] + 1))
        for size in sizes
    )


@lru_cache(maxsize=32_768)
def concepts_of(text: str) -> frozenset[str]:
    """What the text is about: {"door", "noise"}."""
    found: set[str] = set()
    for word in words_of(text):
        found |= _concept_of(word)
    plain = " ".join(words_of(text))
    found -= {concept for concept, phrase in _NOT.items() if phrase.search(plain)}
    found |= {concept for concept, phrase in _PHRASES.items() if phrase.search(plain)}
    if not found and not _CHASING.search(plain):
        found |= _garbled(plain)
    found = _settled(found)
    if "code" in found:
        found |= {f"code {number}" for number in _CODE_NUMBER.findall(plain)}
    return frozenset(found)


def _settled(found: set[str]) -> set[str]:
    """Weak concepts count as what they mean alone, and only where nothing else tells the fault."""
    strong = found - _WEAK.keys() - {_NOTHING}
    if found >= _COLD_WATER and not specific(frozenset(strong)):
        return strong | {"hot_water"}
    return strong if specific(frozenset(strong)) else strong | {_WEAK[each] for each in found & _WEAK.keys()}


def specific(concepts: frozenset[str]) -> frozenset[str]:
    """The concepts that tell faults apart."""
    return concepts - _GENERAL


def related(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one fault may well be told as the one and as the other: a leak, and water in the pit."""
    return any(one & each and other & each for each in _RELATED) or "code" in one | other


def content_words(text: str) -> frozenset[str]:
    """The words of a text that carry its meaning."""
    return frozenset(word for word in words_of(text) if word not in _STOP and len(word) > 2)


def is_chasing(text: str) -> bool:
    """Whether somebody asks after what was reported before."""
    return _CHASING.search(" ".join(words_of(text))) is not None


def is_another(text: str) -> bool:
    """Whether somebody says that this is not what was reported before."""
    return _ANOTHER.search(" ".join(words_of(text))) is not None


@lru_cache(maxsize=32_768)
def kinds_of(text: str) -> frozenset[str]:
    """The kinds of equipment that a text names; if none, those that its symptom can only come from."""
    words = words_of(text)
    named = {kind for kind, stems in _KINDS.items() for stem in stems for word in words if _is(word, stem)}
    if named:
        return frozenset(named)
    implied = {_IMPLIED[concept] for concept in concepts_of(text) if concept in _IMPLIED}
    return frozenset(implied) if len(implied) == 1 else frozenset()


@lru_cache(maxsize=32_768)
def sides_of(text: str) -> frozenset[str]:
    """On which side a unit stands: {"left"}."""
    words = words_of(text)
    return frozenset(side for side, stems in _SIDES.items() for stem in stems if any(_is(w, stem) for w in words))


@lru_cache(maxsize=32_768)
def unit_numbers(text: str) -> frozenset[str]:
    """Which of several units: "ascensor n° 2", "lift B" → {"2"}."""
    plain = " ".join(words_of(text.replace("°", " ").replace("º", " ")))
    return frozenset(_NUMBERS.get(hit, hit).lstrip("0") or "0" for hit in _UNIT_NUMBER.findall(plain))
