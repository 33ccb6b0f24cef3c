"""A row of a file as a record, and the fields that only files have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz.distance import OSA

from dispatch.intake.matching import levels, lexicon
from dispatch.intake.matching.levels import COMPARISONS, Agreement, Comparison, best_of
from dispatch.intake.matching.record import REGION, Record, code_of, email_of, phone_of
from dispatch.intake.matching.table.columns import cells
from dispatch.intake.matching.table.dates import date_of, is_month_first, moment_of
from dispatch.intake.matching.table.households import FIRST_NAME, first_name, first_name_in
from dispatch.intake.matching.text import name_words, organisation_words, split_address, words_of

_OTHERS: Final = ("address2", "region", "birth_date", "identity", "category", "text")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a file writes. month_first: 12/09 is 9 December. family_first: full names begin with the family's."""

    month_first: bool = False
    family_first: bool = False

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]], columns: Mapping[str, tuple[int, ...]], region: str) -> "Habits":
        """What the rows show. Families have more names than children are given: the end with more is the family's."""
        days = [each for row in rows for field in ("birth_date", "date") for each in cells(row, columns, field)]
        plain = (each for row in rows for each in cells(row, columns, "name") if "," not in each)
        names = [words for each in plain if len(words := name_words(each)) == 2]
        firsts, lasts = ({words[place] for words in names} for place in (0, 1))
        return cls(is_month_first(days, region), len(lasts) * 2 < len(firsts))


def row_record(
    row: Sequence[str], columns: Mapping[str, tuple[int, ...]], region: str = REGION, habits: Habits | None = None
) -> Record:
    """A row as matching compares it. region: where telephone numbers without a country code are from."""
    ways = habits or Habits()

    def all_of(field: str) -> list[str]:
        return cells(row, columns, field)

    parts = " ".join([each for field in ("given_name", "middle_name", "family_name") for each in all_of(field)])
    street, number = split_address(" ".join(all_of("street") or all_of("address")), " ".join(all_of("house_number")))
    text = " ".join(all_of("text"))
    given = " ".join(all_of("given_name"))
    first = first_name_in(given, next(iter(all_of("name")), ""), family_first=ways.family_first)
    others = {FIRST_NAME: first} | {
        name: _normal(name, " ".join(found), ways) for name in _OTHERS if (found := all_of(name))
    }
    return Record(
        names=_each([*all_of("name"), *([parts] if parts else [])], lambda name: " ".join(name_words(name))),
        organisations=_each(all_of("organisation"), lambda name: " ".join(organisation_words(name))),
        phones=_each(all_of("phone"), lambda phone: phone_of(phone, region)),
        emails=_each(all_of("email"), email_of),
        street=street,
        number=number,
        postcode="".join(words_of(" ".join(all_of("postcode")))),
        city=" ".join(words_of(" ".join(all_of("city")))),
        latitude=_degrees(all_of("latitude"), 90.0),
        longitude=_degrees(all_of("longitude"), 180.0),
        serials=_each(all_of("serial"), code_of),
        concepts=lexicon.concepts_of(text),
        words=lexicon.content_words(text),
        kinds=lexicon.kinds_of(text),
        received_at=next((moment_of(each, month_first=ways.month_first) for each in all_of("date")), None),
        others={name: value for name, value in others.items() if value},
    )


def _each(values: Sequence[str], normal: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(sorted({normal(value) for value in values} - {""}))


def _normal(name: str, text: str, habits: Habits) -> str:
    if name == "birth_date":
        return date_of(text, month_first=habits.month_first)
    return code_of(text) if name == "identity" else " ".join(words_of(text))


def _degrees(found: Sequence[str], most: float) -> float | None:
    try:
        value = float(found[0].replace(",", ".")) if found else None
    except ValueError:
        return None
    return value if value is not None and -most <= value <= most else None


def date_level(one: str, other: str) -> str:
    """The level of two days in eight digits: day and month swapped, or one digit wrong, is no other day."""
    if one == other:
        return levels.EXACT
    if len(one) == len(other) == 8:
        if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
            return levels.CLOSE
        equal = sum(a == b for a, b in ((one[:4], other[:4]), (one[4:6], other[4:6]), (one[6:], other[6:])))
        if OSA.distance(one, other) == 1:
            return levels.CLOSE
        return levels.FAR if equal == 2 else levels.DISAGREE
    return levels.CLOSE if OSA.distance(one, other) <= 1 else levels.DISAGREE


def identity_level(one: str, other: str) -> str:
    """The level of two numbers of a person: one slip is close, two are far."""
    slips = OSA.distance(one, other, score_cutoff=2)
    return (levels.EXACT, levels.CLOSE, levels.FAR, levels.DISAGREE)[min(slips, 3)]


def _other(name: str, level: Callable[[str, str], str]) -> Comparison:
    def compared(a: Record, b: Record) -> Agreement | None:
        one, other = a.others.get(name), b.others.get(name)
        return best_of((one,), (other,), level) if one and other else None

    return compared


TABLE_COMPARISONS: Final[dict[str, Comparison]] = {
    **{
        name: COMPARISONS[name]
        for name in ("name", "organisation", "phone", "email", "address", "postcode", "city", "coordinates", "serial")
    },
    FIRST_NAME: first_name,
    "date": COMPARISONS["time"],
    "symptom": levels.symptom,
    "address2": _other("address2", levels.text_level),
    "region": _other("region", levels.text_level),
    "birth_date": _other("birth_date", date_level),
    "identity": _other("identity", identity_level),
    "category": _other("category", levels.text_level),
    "text": _other("text", levels.text_level),
}
"""Every field of files that is compared."""


def plain_value(record: Record, field: str) -> Any:
    """What a record holds of a field whose values may be common."""
    held = {"name": record.names, "organisation": record.organisations, "phone": record.phones, "email": record.emails}
    if field in held:
        return held[field]
    if field == "address":
        return (f"{record.street} {record.number}",) if record.street else ()
    value = {"city": record.city, "postcode": record.postcode}.get(field) or record.others.get(field)
    return (value,) if value else ()
