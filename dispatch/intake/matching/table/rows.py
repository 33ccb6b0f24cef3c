"""A row of a file as a record, and the fields that only files have."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from rapidfuzz.distance import OSA

from dispatch.intake.matching import levels, lexicon
from dispatch.intake.matching.levels import COMPARISONS, Agreement, Comparison, best_of
from dispatch.intake.matching.record import REGION, Record, code_of, email_of, phone_of
from dispatch.intake.matching.table.columns import cells
from dispatch.intake.matching.table.households import FIRST_NAME, first_name, first_name_in
from dispatch.intake.matching.text import name_words, organisation_words, split_address, words_of

_DATE: Final = re.compile(r"\d+")
_OTHERS: Final = ("address2", "region", "birth_date", "identity", "category", "text")


def row_record(
    row: Sequence[str], columns: Mapping[str, tuple[int, ...]], region: str = REGION, *, family_first: bool = False
) -> Record:
    """A row as matching compares it. region: where telephone numbers without a country code are from.

    family_first: whether full names begin with the family's.
    """

    def all_of(field: str) -> list[str]:
        return cells(row, columns, field)

    parts = " ".join([each for field in ("given_name", "middle_name", "family_name") for each in all_of(field)])
    street, number = split_address(" ".join(all_of("street") or all_of("address")), " ".join(all_of("house_number")))
    text = " ".join(all_of("text"))
    given = " ".join(all_of("given_name"))
    first = first_name_in(given, next(iter(all_of("name")), ""), family_first=family_first)
    others = {FIRST_NAME: first} | {name: _normal(name, " ".join(found)) for name in _OTHERS if (found := all_of(name))}
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
        received_at=_moment(all_of("date")),
        others={name: value for name, value in others.items() if value},
    )


def _each(values: Sequence[str], normal: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(sorted({normal(value) for value in values} - {""}))


def _normal(name: str, text: str) -> str:
    if name == "birth_date":
        return date_of(text)
    return code_of(text) if name == "identity" else " ".join(words_of(text))


def date_of(text: str) -> str:
    """A day as eight digits, year first, of 1908-12-09, 19081209, 09/12/1908 or 9.12.1908; else its digits."""
    parts = _DATE.findall(text.split("T")[0].split(" ")[0])
    if len(parts) == 3:
        year, month, day = parts if len(parts[0]) == 4 else parts[::-1]
        return f"{year:0>4}{month:0>2}{day:0>2}"
    return "".join(parts)


def _moment(found: Sequence[str]) -> datetime | None:
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(found[0])
    except ValueError:
        digits = date_of(found[0])
        try:
            day = date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}")
        except ValueError:
            return None
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
