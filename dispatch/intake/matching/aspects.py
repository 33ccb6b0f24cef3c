"""What is looked at once more, after the fields: how well it agrees as a whole, in finer steps than a field's levels.

Fields of one group depend on each other, and a level of one says more or less than its share where others agree. The
correction of each aspect's level, in bits, is fitted on top of the weights of the fields (`fitting`).
"""

from collections.abc import Callable, Mapping
from typing import Final

from dispatch.intake.matching import levels
from dispatch.intake.matching.record import Record

SPANS: Final = (1, 3, 6, 12, 24, 36, 54, 84, 150, 360)
"""Up to so many hours between two tickets."""
_ALIKE: Final = (levels.EXACT, levels.CLOSE)
_AS_USUAL: Final = {"left": "1", "right": "2", "rear": "3"}
"""Units are mostly counted from the left, the one behind last; a hint, never as good as the same word."""


def unit(a: Record, b: Record) -> str:
    """`levels.which`; of several units: whether one, both or none of the two names one, and how side and number go
    together."""
    found = levels.which(a, b)
    if found != "open":
        return found
    one, other = _numbers(a), _numbers(b)
    if one and other:
        return "matching" if one & other else "crossed"
    return "one_says" if one or other or a.equipment_id or b.equipment_id else "none_says"


def _numbers(record: Record) -> frozenset[str]:
    return record.units | {_AS_USUAL[side] for side in record.sides if side in _AS_USUAL}


def reporter(a: Record, b: Record) -> str:
    """Whether it is the same person: by contact, telephone or e-mail ("same"), or by name or organisation only."""
    found = {name: _level(name, a, b) for name in ("contact", "phone", "email", "name", "organisation")}
    if found["contact"] == levels.EXACT or found["phone"] in _ALIKE or found["email"] in _ALIKE:
        return "same"
    if found["name"] in _ALIKE:
        return "name"
    if levels.DISAGREE in (found["contact"], found["phone"], found["email"], found["name"]):
        return "other"
    return "organisation" if found["organisation"] in _ALIKE else "unsaid"


def place(a: Record, b: Record) -> str:
    """The site where both are known; else the level of the address."""
    if a.site_id is not None and b.site_id is not None:
        return "site" if a.site_id == b.site_id else "other_site"
    return _level("address", a, b)


def span(a: Record, b: Record) -> str:
    """How many hours lie between the two at most: "6"; "later" beyond."""
    if a.received_at is None or b.received_at is None:
        return "unsaid"
    hours = abs((a.received_at - b.received_at).total_seconds()) / levels.HOUR
    return next((str(most) for most in SPANS if hours <= most), "later")


def symptom(a: Record, b: Record) -> str:
    """The level of what both say is wrong."""
    found = levels.symptom(a, b)
    return found.level if found else "unsaid"


def talk(a: Record, b: Record) -> str:
    """Whether the later one asks after something, or says that it is something else."""
    found = levels.talk(a, b)
    return found.level if found else "plain"


def _level(name: str, a: Record, b: Record) -> str:
    found = levels.COMPARISONS[name](a, b)
    return found.level if found else "unsaid"


ASPECTS: Final[dict[str, Callable[[Record, Record], str]]] = {
    "one unit": unit,
    "reporter": reporter,
    "place": place,
    "span": span,
    "symptom": symptom,
    "talk": talk,
}
"""All of them by name; no name is one of a field of tickets."""

COARSE: Final[dict[str, dict[str, str]]] = {
    "symptom": {
        levels.EXACT: "same", "concept": "same", levels.CLOSE: "same", "stopped": "same", "overlap": "part",
        levels.DISAGREE: "other",
    },
    "span": {"1": "6", "3": "6", "12": "24", "54": "84", "360": "later"},
    "one unit": {"only": "same"},
    "reporter": {"name": "same", "organisation": "unsaid"},
}  # fmt: skip
"""Levels of aspects in fewer steps; those that are not listed stand for themselves."""
TOGETHER: Final = (
    ("symptom", "span"),
    ("symptom", "one unit"),
    ("symptom", "one unit", "span"),
    ("symptom", "reporter", "span"),
)
"""Aspects that are looked at together too, in coarse steps: what they say together is not the sum of what each says."""


def aspects_of(a: Record, b: Record) -> dict[str, str]:
    """The level of each aspect, and of those that are looked at together: {"symptom, span": "same/24"}."""
    found = {name: level(a, b) for name, level in ASPECTS.items()}
    coarse = {name: COARSE.get(name, {}).get(level, level) for name, level in found.items()}
    return found | {", ".join(names): "/".join(coarse[name] for name in names) for names in TOGETHER}


def aspect_names() -> tuple[str, ...]:
    """The names of all aspects, and of those that are looked at together."""
    return (*ASPECTS, *(", ".join(names) for names in TOGETHER))


def is_together(name: str) -> bool:
    """Whether a name is that of several aspects looked at together."""
    return ", " in name


def doubt(found: Mapping[str, str]) -> str | None:
    """What is open between two tickets, so that a person is to be asked however much else agrees; by their aspects.

    "house": of the address only a part is known, or house numbers differ by a slip, or one says no address and is not
    the person who gave the other; "symptom": one of them does not say what is wrong; "unit": nobody, or only one, says
    which of several. A part of the address and the symptom need not be said by the same person again within a day and
    a half, nor the unit within a day, or by anybody who says what is wrong within six hours.
    """
    if found["place"] == "unsaid" and found["reporter"] != "same":
        return "house"
    when = COARSE["span"].get(found["span"], found["span"])
    vague = found["symptom"] in ("general", "halted", "unclear")
    several = found["one unit"] in ("one_says", "none_says") and found["symptom"] != "unsaid"
    if several and (vague or when != "6") and not (found["reporter"] == "same" and when in ("6", "24")):
        return "unit"
    if found["reporter"] in ("same", "name") and when in ("6", "24", "36"):
        return None
    if found["place"] in ("street", "number_close"):
        return "house"
    return "symptom" if vague else None


def key(name: str, level: str) -> str:
    """Under which a correction is kept: "span=6"."""
    return f"{name}={level}"


def corrections_in(levels_by_name: Mapping[str, str], corrections: Mapping[str, float]) -> dict[str, float]:
    """The correction of each aspect among these levels that has one."""
    return {
        name: corrections[key(name, level)] for name, level in levels_by_name.items() if key(name, level) in corrections
    }
