"""Text as triage reads it: small letters without accents, in clauses."""

import re
import unicodedata
from typing import Final

_APOSTROPHES: Final = re.compile(r"['’`´]")
_SPACES: Final = re.compile(r"[^\S\n]+")
_SENTENCE_ENDS: Final = re.compile(r"[.!?¡¿\n]+")
_CLAUSE_ENDS: Final = re.compile(r"[,;()]+|\b(?:but|pero|aber|sondern|sino|although|aunque|obwohl)\b")


def plain(text: str) -> str:
    """Small letters, no accents, no apostrophes, single spaces: "Don't  dröppeln" → "dont droppeln"."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    without = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _SPACES.sub(" ", _APOSTROPHES.sub("", without))


def sentences(text: str) -> list[str]:
    """Plain text cut where its sentences end."""
    return [part.strip() for part in _SENTENCE_ENDS.split(text) if part.strip()]


def clauses(sentence: str) -> list[str]:
    """A sentence cut where a "no" stops counting: at commas and before a "but"."""
    return [part.strip() for part in _CLAUSE_ENDS.split(sentence) if part.strip()]
