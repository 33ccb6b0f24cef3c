"""How far two values agree, as a level by name: "exact", "close", "far", "disagree". None: one side says nothing."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from dispatch.intake.matching.lexicon import STOPPED, related, specific
from dispatch.intake.matching.record import Record

EXACT: Final = "exact"
CLOSE: Final = "close"
FAR: Final = "far"
DISAGREE: Final = "disagree"

EARTH_METRES: Final = 6_371_000
NEAR_METRES: Final = ((40, EXACT), (200, CLOSE), (1_500, FAR))
HOUR: Final = 3_600
SPANS: Final = (
    (2 * HOUR, "hours"), (12 * HOUR, "half_day"), (36 * HOUR, "day"), (84 * HOUR, "days"),
    (8 * 24 * HOUR, "week"), (21 * 24 * HOUR, "weeks"),
)  # fmt: skip
"""Up to so many seconds between two tickets, and what that is called; beyond: "disagree"."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A level, and the value both sides agree on where it is one that may be common."""

    level: str
    value: str | None = None


ALIKE_WORDS: Final = 75
"""Words from here on (of 100) say the same, misspelt; never where both name what is wrong, and it differs: so much of
a message is courtesy."""


Comparison = Callable[[Record, Record], Agreement | None]


@lru_cache(maxsize=65_536)
def text_level(one: str, other: str) -> str:
    """The level of two texts of some words; word order does not count."""
    if one == other:
        return EXACT
    likeness = max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)) / 100
    if likeness >= 0.88 or _is_short_for(one, other) or _is_short_for(other, one):
        return CLOSE
    return FAR if likeness >= 0.7 or fuzz.token_set_ratio(one, other) >= 90 else DISAGREE


def code_level(one: str, other: str) -> str:
    """The level of two codes (serial numbers, telephone numbers): one slip of a finger is close."""
    if one == other:
        return EXACT
    slips = OSA.distance(one, other, score_cutoff=2)
    return CLOSE if slips == 1 and min(len(one), len(other)) >= 5 else DISAGREE


@lru_cache(maxsize=65_536)
def name_level(one: str, other: str) -> str:
    """The level of two names of people, nicknames formal already; swapped names are the same."""
    left, right = sorted((one.split(), other.split()), key=lambda words: (len(words), words))
    if sorted(left) == sorted(right):
        return EXACT if len(left) > 1 else CLOSE
    same, alike = _words_alike(left, right)
    if alike == len(left) and alike >= 2 and same >= 1:
        return CLOSE
    if "".join(left) == "".join(right) or (len(left) > 1 and fuzz.ratio(" ".join(left), " ".join(right)) >= 90):
        return CLOSE
    return FAR if same >= 1 or alike == len(left) else DISAGREE


def _words_alike(left: list[str], right: list[str]) -> tuple[int, int]:
    """How many words of the shorter name are the same as one of the other; how many are at least alike."""
    rest, same, alike = list(right), 0, 0
    for word in left:
        if word in rest:
            rest.remove(word)
            same, alike = same + (len(word) > 1), alike + 1
    for word in (word for word in left if word not in right):
        if not rest:
            break
        likeness, best = max((_word_likeness(word, each), each) for each in rest)
        if likeness >= 0.88:
            rest.remove(best)
            alike += 1
    return same, alike


@lru_cache(maxsize=262_144)
def _word_likeness(one: str, other: str) -> float:
    if min(len(one), len(other)) == 1:
        return 0.9 if one[0] == other[0] else 0.0
    return float(JaroWinkler.similarity(one, other))


def _is_short_for(one: str, other: str) -> bool:
    """Whether each word of one begins a word of the other, in their order: "gen hosp" for "general hospital"."""
    short, full = one.split(), other.split()
    if len(short) != len(full) or len(short) < 2:
        return False
    return all(b.startswith(a) and (len(a) > 2 or a == b) for a, b in zip(short, full, strict=True))


def best_of(ones: Collection[str], others: Collection[str], level: Callable[[str, str], str]) -> Agreement | None:
    """The best level of any two values; None when a side has none."""
    found = [(_RANK[(name := level(a, b))], max(a, b), name) for a in ones for b in others]
    if not found:
        return None
    rank, value, name = min(found)
    return Agreement(name, value if rank <= 1 else None)


_RANK: Final = {EXACT: 0, CLOSE: 1, FAR: 2, DISAGREE: 3}


def address(a: Record, b: Record) -> Agreement | None:
    """Street and house number together."""
    if not (a.street and b.street):
        return None
    street = text_level(a.street, b.street)
    if street == FAR and fuzz.ratio(a.street, b.street) < 75 and not _shares_long_word(a.street, b.street):
        street = DISAGREE
    value = f"{max(a.street, b.street)} {max(a.number, b.number)}"
    if street == DISAGREE:
        return Agreement("number_only" if len(a.number) > 2 and a.number == b.number else DISAGREE)
    if not (a.number and b.number):
        return Agreement("street")
    if a.number == b.number:
        return Agreement({EXACT: EXACT, CLOSE: CLOSE}.get(street, "street_far"), value)
    near = OSA.distance(a.number, b.number) == 1 and max(len(a.number), len(b.number)) >= 3
    return Agreement("number_close" if near else "neighbour")


def _shares_long_word(one: str, other: str) -> bool:
    return any(len(word) >= 6 for word in set(one.split()) & set(other.split()))


def coordinates(a: Record, b: Record) -> Agreement | None:
    """How far apart two places are."""
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return None
    north = math.radians(a.latitude - b.latitude)
    east = math.radians(a.longitude - b.longitude) * math.cos(math.radians((a.latitude + b.latitude) / 2))
    metres = EARTH_METRES * math.hypot(north, east)
    return Agreement(next((name for most, name in NEAR_METRES if metres <= most), DISAGREE))


def which(a: Record, b: Record) -> str:
    """Which of the units that may stand there: "same", "other", "only" (there is just one), "open" (one of several,
    nobody says which), "unknown"; "vague" where even the house is not certain."""
    if a.equipment_id is not None and b.equipment_id is not None:
        return "same" if a.equipment_id == b.equipment_id else "other"
    codes = [best_of(a.serials, b.serials, code_level), best_of(a.labels, b.labels, code_level)]
    for found in codes:
        if found is not None:
            return "other" if found.level == DISAGREE else "same"
    if a.kinds and b.kinds and a.kinds.isdisjoint(b.kinds):
        return "other"
    said = [(one, other) for one, other in ((a.sides, b.sides), (a.units, b.units)) if one and other]
    if any(one.isdisjoint(other) for one, other in said):
        return "other"
    if a.site_id is None or b.site_id is None:
        at = address(a, b)
        if at is None or at.level in ("street", "number_close"):
            return "vague"
    if said:
        return "same"
    stand = a.stand or b.stand
    if not stand:
        return "unknown"
    # A kind that one of them does not name is that of the other; one that nobody names may be any that stands there.
    kinds = (a.kinds & b.kinds) or a.kinds or b.kinds
    return "open" if sum(count for kind, count in stand.items() if not kinds or kind in kinds) > 1 else "only"


_WHAT: Final = {
    EXACT: "same", "concept": "same", CLOSE: "same", "overlap": "part", "stopped": "same",
    "halted": "open", "general": "open", "unclear": "open",
    "related": "other", DISAGREE: "other",
}  # fmt: skip


def fault(a: Record, b: Record) -> Agreement:
    """What is wrong and with which unit, together: the same symptom says less where nobody says at which of several.

    "same/only", "other/same" and so on; "asks/…": the later one asks after an earlier report; "new/…": the later one
    says that it is something else; "unsaid/…": one side does not say what is wrong.
    """
    about, talked = symptom(a, b), talk(a, b)
    what = "unsaid" if about is None else _WHAT[about.level]
    if talked is not None and talked.level == "another" and what != "same":
        what = "new"
    elif talked is not None and talked.level == "chasing" and what != "same":
        what = "asks"
    return Agreement(f"{what}/{which(a, b)}")


def symptom(a: Record, b: Record) -> Agreement | None:
    """What both say is wrong: by concepts, else by words."""
    if not (a.words and b.words):
        return None
    if a.words == b.words:
        return Agreement(EXACT, " ".join(sorted(a.words)))
    one, other = specific(a.concepts), specific(b.concepts)
    shared = one & other
    if shared and not _other_code(one, other):
        return Agreement("concept" if len(shared) == len(one | other) else "overlap")
    if one and other:
        return Agreement("related" if related(one, other) and not _other_code(one, other) else DISAGREE)
    if fuzz.token_sort_ratio(" ".join(sorted(a.words)), " ".join(sorted(b.words))) >= ALIKE_WORDS:
        return Agreement(CLOSE)
    if a.chasing or b.chasing:
        return None
    if not (a.concepts and b.concepts):
        return Agreement("unclear")
    if one or other:
        return Agreement("halted" if STOPPED in (b if one else a).concepts else "general")
    return Agreement("stopped" if STOPPED in a.concepts & b.concepts else "general")


def _other_code(one: frozenset[str], other: frozenset[str]) -> bool:
    codes = [{concept for concept in each if concept.startswith("code ")} for each in (one, other)]
    return all(codes) and codes[0].isdisjoint(codes[1])


def talk(a: Record, b: Record) -> Agreement | None:
    """Whether one of them, the later, asks after something reported, or says that it is something else."""
    if a.received_at is None or b.received_at is None or a.received_at == b.received_at:
        return None
    later = a if a.received_at > b.received_at else b
    if later.another:
        return Agreement("another")
    return Agreement("chasing" if later.chasing else "plain")


def time(a: Record, b: Record) -> Agreement | None:
    """How long after each other they came in, or it happened where both say when."""
    one, other = (a.occurred_at, b.occurred_at) if a.occurred_at and b.occurred_at else (a.received_at, b.received_at)
    if one is None or other is None:
        return None
    apart = abs((one - other).total_seconds())
    return Agreement(next((name for most, name in SPANS if apart <= most), DISAGREE))


OWN_NUMBER: Final = "t-"
"""How the numbers of our own tickets begin, folded."""


def reference(a: Record, b: Record) -> Agreement | None:
    """A number of a ticket or claim that both give; different numbers say nothing.

    Numbers of our own tickets run on and are easily guessed: they count for whoever reported that ticket.
    """
    shared = a.references & b.references
    if not _one_reporter(a, b):
        shared = frozenset(each for each in shared if not each.startswith(OWN_NUMBER))
    return Agreement(EXACT, min(shared)) if shared else None


def _one_reporter(a: Record, b: Record) -> bool:
    """Whether both come from one contact, telephone number or e-mail address."""
    same_contact = a.contact_id is not None and a.contact_id == b.contact_id
    return same_contact or not set(a.phones).isdisjoint(b.phones) or not set(a.emails).isdisjoint(b.emails)


def same(one: object, other: object) -> Agreement | None:
    """Whether two ids are the same."""
    return None if one is None or other is None else Agreement(EXACT if one == other else DISAGREE)


def _kind(a: Record, b: Record) -> Agreement | None:
    if not (a.kinds and b.kinds):
        return None
    return Agreement(EXACT if a.kinds & b.kinds else DISAGREE)


def _text(one: str, other: str, level: Callable[[str, str], str] = text_level) -> Agreement | None:
    return best_of((one,) if one else (), (other,) if other else (), level)


COMPARISONS: Final[dict[str, Comparison]] = {
    "equipment": lambda a, b: same(a.equipment_id, b.equipment_id),
    "serial": lambda a, b: best_of(a.serials, b.serials, code_level),
    "label": lambda a, b: best_of(a.labels, b.labels, code_level),
    "kind": _kind,
    "site": lambda a, b: same(a.site_id, b.site_id),
    "address": address,
    "coordinates": coordinates,
    "postcode": lambda a, b: _text(a.postcode, b.postcode, code_level),
    "city": lambda a, b: _text(a.city, b.city),
    "contact": lambda a, b: same(a.contact_id, b.contact_id),
    "phone": lambda a, b: best_of(a.phones, b.phones, code_level),
    "email": lambda a, b: best_of(a.emails, b.emails, code_level),
    "name": lambda a, b: best_of(a.names, b.names, name_level),
    "organisation": lambda a, b: best_of(a.organisations, b.organisations, text_level),
    "fault": fault,
    "time": time,
    "reference": reference,
}
"""Every field of tickets that is compared, by its name."""
