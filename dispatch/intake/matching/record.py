"""A ticket, or a row of a file, as matching compares it: normalised fields; what nobody said is missing."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Self

import phonenumbers

from dispatch.intake.facts.said import Field
from dispatch.intake.matching import lexicon
from dispatch.intake.matching.text import digits_of, fold, name_words, organisation_words, split_address, words_of

REGION: Final = "CL"
"""Where telephone numbers without a country code are from, unless said otherwise."""
SHORTEST_PHONE: Final = 6
_REFERENCE: Final = re.compile(r"\b[a-z]{1,5}-\d[\d-]*\d\b|\b\d{4}-\d{3,}\b")

Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Record:
    """What can be compared. Texts are folded; None, "" and () mean that nobody said.

    names: of the reporters, each in words. number: the street number. sides, units: which of several units.
    stand: how many units of each kind stand at the site; empty where the site is not known.
    concepts: what the symptom is about; words: its other words. references: numbers of tickets and claims, its own too.
    latitude, longitude: degrees. others: further columns of a file, normalised, by field.
    """

    names: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    street: str = ""
    number: str = ""
    postcode: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    serials: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    sides: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    stand: Mapping[str, int] = field(default_factory=dict)
    equipment_id: int | None = None
    site_id: int | None = None
    contact_id: int | None = None
    concepts: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    chasing: bool = False
    another: bool = False
    references: frozenset[str] = frozenset()
    received_at: datetime | None = None
    occurred_at: datetime | None = None
    channel: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    def as_fields(self) -> dict[str, Any]:
        """As JSON keeps it; what is missing is left out."""
        kept = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _plain(value) for name, value in kept.items() if _is_said(name, value)}

    @classmethod
    def from_fields(cls, kept: Mapping[str, Any]) -> Self:
        """What `as_fields` gave; fields of later versions are left out."""
        return cls(**{name: _read(name, value) for name, value in kept.items() if name in _NAMES})


def record_of(
    said: Texts,
    *,
    site_id: int | None = None,
    equipment_id: int | None = None,
    contact_id: int | None = None,
    place: tuple[float, float] | None = None,
    units: Mapping[str, int] | None = None,
    received_at: datetime | None = None,
    channel: str = "",
    region: str = REGION,
) -> Record:
    """A record of what was said by field (the names of `facts.Field`), and of what is known of it.

    place: latitude and longitude of the site (degrees). units: how many of each kind stand at the site.
    Several values of one field are all kept where all may hold; of an address the latest counts.
    """
    symptom, unit = _all(said, Field.SYMPTOM), _all(said, Field.UNIT)
    latest = {name: said[name][-1] if said.get(name) else "" for name in (Field.STREET, Field.HOUSE_NUMBER)}
    street, number = split_address(latest[Field.STREET], latest[Field.HOUSE_NUMBER])
    text = f"{symptom} {_all(said, Field.EQUIPMENT_KIND)} {unit}"
    stand = _by_kind(units or {})
    kinds = lexicon.kinds_of(_all(said, Field.EQUIPMENT_KIND)) or lexicon.kinds_at(text, stand)
    return Record(
        names=_each(said, Field.REPORTER_NAME, lambda name: " ".join(name_words(name))),
        organisations=_each(said, Field.ORGANISATION, lambda name: " ".join(organisation_words(name))),
        phones=_each(said, Field.REPORTER_PHONE, lambda phone: phone_of(phone, region)),
        emails=_each(said, Field.REPORTER_EMAIL, email_of),
        street=street,
        number=number,
        postcode="".join(words_of(_last(said, Field.POSTCODE))),
        city=" ".join(words_of(_last(said, Field.CITY))),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        serials=_each(said, Field.SERIAL, code_of),
        labels=_each(said, Field.LABEL_CODE, code_of),
        kinds=kinds,
        stand=stand,
        sides=lexicon.sides_of(unit) or _sides_beside_kind(symptom),
        units=lexicon.unit_numbers(unit) or lexicon.unit_numbers(text),
        equipment_id=equipment_id,
        site_id=site_id,
        contact_id=contact_id,
        concepts=lexicon.concepts_of(symptom, kinds),
        words=lexicon.content_words(symptom),
        chasing=lexicon.is_chasing(symptom),
        another=lexicon.is_another(symptom),
        references=frozenset(references_in(f"{symptom} {_all(said, Field.REFERENCE)}")),
        received_at=received_at,
        occurred_at=_moment(_last(said, Field.OCCURRED_AT)),
        channel=channel,
    )


def phone_of(phone: str, region: str = REGION) -> str:
    """A telephone number in its country, in digits, without country code and extension; "" where there is none."""
    try:
        parsed = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        digits = digits_of(phone)
    else:
        digits = str(parsed.national_number)
    return digits if len(digits) >= SHORTEST_PHONE else ""


def email_of(email: str) -> str:
    """An e-mail address in lower case, without what stands after "+"; "" where it is none."""
    name, at, domain = fold(email.strip().strip("<>")).rpartition("@")
    return f"{name.split('+')[0]}@{domain}" if at and name and domain else ""


def code_of(code: str) -> str:
    """A serial number or label code: letters and digits only."""
    return "".join(words_of(code))


def references_in(text: str) -> set[str]:
    """Numbers of tickets, orders and claims in a text: "see T-1042" → {"t-1042"}."""
    return set(_REFERENCE.findall(fold(text)))


def _by_kind(units: Mapping[str, int]) -> dict[str, int]:
    """How many units of each kind, by our word for it where we have one: "garage gate" is a "door"."""
    found: Counter[str] = Counter()
    for kind, count in units.items():
        found[min(lexicon.kinds_of(kind), default=kind)] += count
    return dict(found)


def _sides_beside_kind(text: str) -> frozenset[str]:
    """Sides said right beside the equipment: "the left lift", not "turn right at the gate"."""
    words = words_of(text)
    near = [
        " ".join(words[max(0, place - 2) : place] + words[place + 1 : place + 3])
        for place, word in enumerate(words)
        if lexicon.kinds_of(word)
    ]
    return lexicon.sides_of(" ".join(near))


def _each(said: Texts, name: str, normal: Any) -> tuple[str, ...]:
    found = {normal(value) for value in said.get(name, ())}
    return tuple(sorted(found - {""}))


def _all(said: Texts, name: str) -> str:
    return " . ".join(said.get(name, ()))


def _last(said: Texts, name: str) -> str:
    return said[name][-1] if said.get(name) else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _is_said(name: str, value: Any) -> bool:
    if name in ("latitude", "longitude"):
        return value is not None
    return bool(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | tuple):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else value


def _read(name: str, value: Any) -> Any:
    return _READ[name](value) if name in _READ else value


_NAMES: Final = frozenset(each.name for each in fields(Record))
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("names", "organisations", "phones", "emails", "serials", "labels"), tuple),
    **dict.fromkeys(("kinds", "sides", "units", "concepts", "words", "references"), frozenset),
    **dict.fromkeys(("received_at", "occurred_at"), datetime.fromisoformat),
}
