"""Words as they are compared: without accents, case and punctuation; streets without their kind; names without nick."""

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

_LETTERS: Final = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "œ": "oe"})
_WORD: Final = re.compile(r"[a-z0-9]+")

WORDS: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
"""The lists of words of this room; all folded."""
_FORMAL: Final = {short: name for name, shorts in WORDS["nicknames"].items() for short in shorts}
_TITLES: Final = frozenset(WORDS["titles"])
_STREET_KINDS: Final = frozenset(WORDS["street_kinds"])
_STREET_WORDS: Final[dict[str, str]] = WORDS["street_words"]
_COMPANY_WORDS: Final = frozenset(WORDS["company_words"])


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case, without accents: "Peñuelas, Straße" → "penuelas, strasse"."""
    lowered = text.casefold().translate(_LETTERS)
    return "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))


def words_of(text: str) -> list[str]:
    """The words and numbers of a text, folded, in their order; an apostrophe splits nothing: "won't" → "wont"."""
    return _WORD.findall(fold(text).replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))


@lru_cache(maxsize=65_536)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a person's name in their order, titles left out, nicknames in their formal form."""
    found = [word for word in words_of(name) if word not in _TITLES] or words_of(name)
    return tuple(_FORMAL.get(word, word) for word in found)


def organisation_words(name: str) -> tuple[str, ...]:
    """The words of a company's or place's name, legal forms and articles left out."""
    found = [word for word in words_of(name) if word not in _COMPANY_WORDS]
    return tuple(found or words_of(name))


def split_address(street: str, house_number: str = "") -> tuple[str, str]:
    """A street and a house number as they are compared, the number taken out of the street where it stands there.

    "Avda. Gral. Bulnes 1243-B" → ("general bulnes", "1243b").
    """
    number = "".join(words_of(house_number))
    text = fold(street)
    if not number:
        text, number = _number_out_of(text)
    text = re.sub(r"strasse\b", "str", text)
    text = re.sub(r"(?<=[a-z]{3})str\b", " str", text)
    found = words_of(text)
    kept = [word for word in found if word not in _STREET_KINDS] or found
    return " ".join(_STREET_WORDS.get(word, word) for word in kept), number


def _number_out_of(text: str) -> tuple[str, str]:
    """The first number that looks like a house number: at the end, before a comma, or at the beginning."""
    text = re.sub(r"\b(?:no|nr|nro|num|numero|number)\b\.?\s*(?=\d)|[#º°]", " ", text)
    text = text.split(" between ")[0].split(" at ")[0]
    patterns = (r"^\s*(\d+\s?[a-z]?)\b(?=[\s,]+[a-z])", r"\b(\d+(?:\s?-?\s?[a-z])?)\s*(?:,|$)", r"\b(\d+)\b")
    for pattern in patterns:
        hit = re.search(pattern, text)
        if hit:
            rest = f"{text[: hit.start()]} {text[hit.end() :]}"
            if _WORD.search(rest):
                return rest, "".join(_WORD.findall(hit[1]))
    return text, ""


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """A rough key by sound, the same for Spanish, English and German spellings of one name: "Jiménez" ~ "Gimenes"."""
    text = fold(word)
    for seen, heard in (("sch", "s"), ("ph", "f"), ("ge", "je"), ("gi", "ji"), ("qu", "k"), ("ck", "k"), ("th", "t"),
                        ("ll", "y"), ("ce", "se"), ("ci", "si"), ("c", "k"), ("z", "s"), ("v", "b"), ("w", "b"),
                        ("h", ""), ("y", "i"), ("x", "s"), ("d", "t"), ("p", "b"), ("m", "n")):  # fmt: skip
        text = text.replace(seen, heard)
    if not text:
        return ""
    kept = text[0] + "".join(sign for sign in text[1:] if sign not in "aeiou")
    return "".join(sign for sign, before in zip(kept, chain(" ", kept), strict=False) if sign != before)[:6]


def digits_of(text: str) -> str:
    """The digits of a text."""
    return "".join(sign for sign in text if sign in "0123456789")


def joined(values: Sequence[str]) -> str:
    """Words as one text, in the order of the alphabet."""
    return " ".join(sorted(values))
