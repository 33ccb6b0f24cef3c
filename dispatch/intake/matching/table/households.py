"""What only one person has, and what a household shares: whoever lives together has one address and one telephone.

Family members, twins and a father and son of one name agree in nearly all that a list says. So where first names or
birth dates differ, what a household shares says nothing; only what one person has can still tell that they are one.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA, JaroWinkler

from dispatch.intake.matching.levels import CLOSE, DISAGREE, EXACT, FAR, Agreement
from dispatch.intake.matching.record import Record
from dispatch.intake.matching.text import WORDS, name_words, words_of

FIRST_NAME: Final = "first name"
LEAST_LETTERS: Final = 4
ALIKE: Final = 0.92
"""Words of names from here on (by Jaro and Winkler) are one name with slips."""
ROUGHLY: Final = 0.83
"""From here on they may be: Mariusz and Maria, or a name with two slips."""
FEW: Final = 10
"""So many pairs are imagined of each sort: a handful of rows does not show how people live."""
_TITLES: Final = frozenset(WORDS["titles"])
_OWN: Final = ("identity", "serial")
"""What is one person's or thing's alone."""
_OTHER_NAME: Final = {
    "base": -4.5, "birth_date exact": 4.5, "birth_date close": 3.5, "birth_date disagree": -3.0,
    "email exact": 1.5, "phone exact": 1.5,
}  # fmt: skip
_UNCLEAR_NAME: Final = {
    "base": 0.0, "birth_date exact": 6.0, "birth_date close": 3.0, "birth_date disagree": -6.0,
    "email exact": 5.0, "phone exact": 3.0, "phone close": 2.5,
}  # fmt: skip
_OTHER_BIRTH: Final = {"base": -1.0, "name exact": 2.0, "email exact": 1.5}


def first_name_in(given: str, name: str, *, family_first: bool) -> str:
    """The first name, in words as they are compared; "" where nobody can tell.

    given: from a column of first names. name: a full name, "Müller, Hans" or "Hans Müller"; family_first: the file
    writes "Müller Hans".
    """
    if given:
        return _with_formal(given)
    family, comma, rest = name.partition(",")
    if comma:
        return _with_formal(rest) if family.strip() else ""
    words = [word for word in words_of(name) if word not in _TITLES]
    return _with_formal(words[-1 if family_first else 0]) if len(words) > 1 else ""


def _with_formal(name: str) -> str:
    """The words of a name, and what they are short for: an initial may be that of either."""
    return " ".join(dict.fromkeys((*words_of(name), *name_words(name))))


def first_name(a: Record, b: Record) -> Agreement | None:
    """Whether both may have the first name of either: "far" by an initial or roughly, "disagree" where not.

    Names are swapped now and then: a first name may stand anywhere in the other's name.
    """
    one, other = a.others.get(FIRST_NAME, ""), b.others.get(FIRST_NAME, "")
    if not (one and other):
        return None
    if one == other:
        return Agreement(EXACT if len(one) > 1 else FAR)
    return Agreement(max(_level_within(one, other, b), _level_within(other, one, a), key=_ORDER.index))


_ORDER: Final = (DISAGREE, FAR, CLOSE)


@lru_cache(maxsize=65_536)
def _best_level(first: str, firsts: str) -> str:
    return max((_word_level(word, each) for word in first.split() for each in firsts.split()), key=_ORDER.index)


def _level_within(first: str, firsts: str, record: Record) -> str:
    """How well a first name agrees with the other's, else with a word of the other's whole name."""
    found = [_best_level(first, firsts)]
    if found[0] == CLOSE:
        return CLOSE
    anywhere = [word for name in record.names for word in name.split() if len(word) > 1]
    found += [_word_level(word, each) for word in first.split() if len(word) > 1 for each in anywhere]
    return max(found, key=_ORDER.index)


@lru_cache(maxsize=65_536)
def _word_level(one: str, other: str) -> str:
    """Whether two words may be one name: "close" with a slip or as a pet form, "far" as an initial or roughly."""
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return FAR if long.startswith(short) else DISAGREE
    if OSA.distance(one, other, score_cutoff=1) <= 1 or is_pet_form(short, long):
        return CLOSE
    likeness = JaroWinkler.similarity(one, other)
    return CLOSE if likeness >= ALIKE else FAR if likeness >= ROUGHLY else DISAGREE


def is_pet_form(short: str, long: str) -> bool:
    """Whether a name is drawn out of a longer one, as Hanns out of Johannes; Maria and Mariana are two names."""
    letters = iter(long)
    return len(short) >= LEAST_LETTERS and not long.startswith(short) and all(each in letters for each in short)


def living_alone(counted: Mapping[tuple[tuple[str, str], ...], int]) -> float:
    """Bits that speak against households in a file, at least 0, from its pairs of rows counted by levels.

    Of the pairs at one address (one telephone where a side has no address), those with another first name, and
    another birth date where the file has any, are households; where it has hardly any, rows at one address are one
    person, however badly written.
    """
    dated = any(name == "birth_date" for pattern in counted for name, _ in pattern)
    together = one = 0
    for pattern, count in counted.items():
        levels = dict(pattern)
        if levels.get("address", levels.get("phone")) != EXACT or FIRST_NAME not in levels:
            continue
        if levels[FIRST_NAME] != DISAGREE:
            one += count
        elif not dated or levels.get("birth_date") == DISAGREE:
            together += count
    return max(0.0, math.log2((one + FEW) / (together + FEW)))


def most_bits(levels: Mapping[str, str], alone: float = 0.0) -> float:
    """The most bits that two rows with these levels by field can have; infinite where nothing tells two people apart.

    Where first names differ, or birth dates do altogether, two of a household are assumed, and only what one person
    has speaks for one. alone: see `living_alone`. Bits of odds, as everywhere in matching.
    """
    if any(levels.get(field) in (EXACT, CLOSE) for field in _OWN):
        return math.inf
    first = levels.get(FIRST_NAME)
    if first == DISAGREE and levels.get("name") != EXACT:
        weights = _OTHER_NAME
    elif first == FAR:
        weights = _UNCLEAR_NAME
    elif levels.get("birth_date") == DISAGREE:
        weights = _OTHER_BIRTH
    else:
        return math.inf
    return alone + weights["base"] + sum(weights.get(f"{field} {level}", 0.0) for field, level in levels.items())
