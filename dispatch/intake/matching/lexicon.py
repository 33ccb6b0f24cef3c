"""What a symptom is about, in Spanish, English and German: "puerta no cierra" and "door won't close" say one thing.

A concept is known by the beginnings of its words. What no list holds is compared letter by letter elsewhere.
"""

import itertools
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from dispatch.intake.matching.naming import begins, named_kinds, without_names
from dispatch.intake.matching.slips import LEAST_LETTERS, begins_nearly, stands_in
from dispatch.intake.matching.text import WORDS, words_of

STOPPED: Final = "stopped"
"""It stands still: any fault may be told so."""
_GENERAL: Final = frozenset({STOPPED, "vague"})
"""Concepts that any fault may be told with; "vague": something is wrong."""

_STEMS: Final = tuple((stem, concept) for concept, stems in WORDS["concepts"].items() for stem in stems)
_BY_LENGTH: Final = tuple(sorted(_STEMS, key=lambda each: len(each[0])))
_LONG_STEMS: Final = tuple(each for each in _STEMS if len(each[0]) >= LEAST_LETTERS)
_PHRASES: Final = {concept: re.compile("|".join(each)) for concept, each in WORDS["phrases"].items()}
_NOT: Final = {concept: re.compile("|".join(each)) for concept, each in WORDS["not"].items()}
_NOTHING: Final = "nothing"
"""The concept of words that only look like others: "llamada", a call, is no "llama", a flame."""
_WEAK: Final[dict[str, str]] = WORDS["weak"]
"""Concepts of words that may belong to others, by what they mean alone: "cold" is the heating but in "cold water"."""
_FAINT: Final = frozenset(concept for concept, meaning in _WEAK.items() if concept == meaning)
"""Weak ones beside which garbled words are read too: something smells "qeumado"."""
_COLD_WATER: Final = frozenset({"cold", "water"})
_CHASING: Final = re.compile("|".join(WORDS["chasing"]))
_ANOTHER: Final = re.compile("|".join(WORDS["another"]))
_IMPLIED: Final = {concept: frozenset(kinds) for concept, kinds in WORDS["kind_of_concept"].items()}
"""The kinds that a symptom can come from."""
_MEANING_AT: Final[dict[str, dict[str, str]]] = WORDS["meaning_at"]
"""What a concept means at another kind than a lift or boiler: at a cold room "warm" is no heating; "": nothing."""
_PHRASES_AT: Final = {
    kind: {concept: re.compile("|".join(each)) for concept, each in phrases.items()}
    for kind, phrases in WORDS["phrases_at"].items()
}
"""What tells a concept only where the kind is known."""
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


@lru_cache(maxsize=32_768)
def _concept_of(word: str) -> frozenset[str]:
    found = {
        concept: len(stem) for stem, concept in sorted(_STEMS, key=lambda each: len(each[0])) if begins(word, stem)
    }
    longest = max(found.values(), default=0)
    return frozenset(concept for concept, length in found.items() if length == longest) or _misspelt(word)


def _misspelt(word: str) -> frozenset[str]:
    """The concept of a word with one slip of the finger in the beginning that tells it."""
    if len(word) < LEAST_LETTERS or word in _STOP:
        return frozenset()
    near = (concept for stem, concept in _LONG_STEMS if begins_nearly(word, stem))
    return frozenset(itertools.islice(near, 1))


def _garbled(plain: str) -> frozenset[str]:
    """The one concept whose words stand in a text with a slip, wherever its words begin and end: "itleakso nto".

    For texts in which nothing is clear; none where several concepts would be as good.
    """
    letters = "".join(word for word in plain.split() if word not in _STOP and word not in _COURTESY)
    found = {concept for stem, concept in _LONG_STEMS if stem not in _WHOLE and stands_in(stem, letters)}
    return frozenset(found) if len(found - _GENERAL) == 1 else frozenset()


@lru_cache(maxsize=32_768)
def concepts_of(text: str, kinds: frozenset[str] = frozenset()) -> frozenset[str]:
    """What the text is about: {"door", "noise"}. kinds: of the equipment, where it is known; else as the text tells."""
    found = _said_in(text)
    about = kinds or named_kinds(text) or _implied(found)
    return _at(min(about), found, text) if len(about) == 1 else found


def _at(kind: str, found: frozenset[str], text: str) -> frozenset[str]:
    """What these concepts of a text mean at this kind, and what else the text says there."""
    meaning, phrases = _MEANING_AT.get(kind, {}), _PHRASES_AT.get(kind, {})
    plain = " ".join(words_of(text)) if phrases else ""
    more = {concept for concept, phrase in phrases.items() if phrase.search(plain)}
    return frozenset({meaning.get(each, each) for each in found} | more) - {""}


@lru_cache(maxsize=32_768)
def _said_in(text: str) -> frozenset[str]:
    """The concepts of a text, whatever the equipment."""
    plain = without_names(" ".join(words_of(text)))
    found: set[str] = set()
    for word in plain.split():
        found |= _concept_of(word)
    found -= {concept for concept, phrase in _NOT.items() if phrase.search(plain)}
    found |= {concept for concept, phrase in _PHRASES.items() if phrase.search(plain)}
    if found <= _FAINT and not _CHASING.search(plain):
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


def kinds_of(text: str) -> frozenset[str]:
    """The kinds of equipment that a text names; if none, those that its symptom can come from."""
    return named_kinds(text) or _implied(_said_in(text))


def kinds_at(text: str, stand: Collection[str]) -> frozenset[str]:
    """`kinds_of` a text about a place where units of these kinds stand: a symptom of several kinds is of one there."""
    named, implied = named_kinds(text), _implied(_said_in(text))
    return named or (implied & frozenset(stand) if stand and len(implied) > 1 else implied)


def _implied(concepts: frozenset[str]) -> frozenset[str]:
    """The kinds that all these concepts can come from."""
    possible = [_IMPLIED[concept] for concept in concepts if concept in _IMPLIED]
    return frozenset.intersection(*possible) if possible else frozenset()


@lru_cache(maxsize=32_768)
def sides_of(text: str) -> frozenset[str]:
    """On which side a unit stands: {"left"}."""
    words = words_of(text)
    return frozenset(side for side, stems in _SIDES.items() for stem in stems if any(begins(w, stem) for w in words))


@lru_cache(maxsize=32_768)
def unit_numbers(text: str) -> frozenset[str]:
    """Which of several units: "ascensor n° 2", "lift B" → {"2"}."""
    plain = " ".join(words_of(text.replace("°", " ").replace("º", " ")))
    return frozenset(_NUMBERS.get(hit, hit).lstrip("0") or "0" for hit in _UNIT_NUMBER.findall(plain))
