"""What is said of where and what to a site and a unit of equipment. What is not clear is left open, never guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from rapidfuzz import fuzz
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from db.models import Contact, Equipment, Site, SiteContact
from dispatch.errors import Fault, Invalid
from dispatch.intake.facts.said import Field
from dispatch.intake.resolving import words

ALIKE: Final = 85
"""Streets from here on (of 100) are the same, misspelt."""

APART: Final = 5
"""So much better than the next the best must be."""

_CODE: Final = re.compile(r"(?<![\w@.-])(?=[A-Za-z0-9/-]*\d)[A-Za-z0-9][A-Za-z0-9/-]{3,31}(?![\w@])")
_ADDRESS: Final = re.compile(
    r"([^\W\d_][\w'.-]*(?:[ ][^\W\d_][\w'.-]*){0,4})[ ,]+(?:n[°ºo.]?\s*)?(\d{1,5}\s?[a-zA-Z]?)\b"
)
_MOST_CODES: Final = 40


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What was said of where and what, field by field, and in free words."""

    street: str = ""
    house_number: str = ""
    postcode: str = ""
    city: str = ""
    serial: str = ""
    label_code: str = ""
    equipment_kind: str = ""
    unit: str = ""
    words: str = ""

    @classmethod
    def of(cls, facts: Mapping[Field, Sequence[str]], text: str) -> Self:
        """Out of facts and free words."""
        fields = ("street", "house_number", "postcode", "city", "serial", "label_code", "equipment_kind")
        said = {name: values[0] for name in fields if (values := facts.get(Field(name)))}
        return cls(**said, unit=" ".join(facts.get(Field.UNIT, ())), words=text)


def resolve_place(
    session: Session,
    said: Whereabouts,
    *,
    contact_id: int | None = None,
    site_id: int | None = None,
    equipment_id: int | None = None,
) -> tuple[int | None, int | None]:
    """The ids of the site and of the unit there that are meant; None where that is not clear.

    The surest goes first: what is known already; a label or serial; an address, with typing errors in the street but
    not in the number; the only site of the sender, unless another address was named. At the site the unit is told by
    its kind, its place ("the left lift") or number, or by being the only one.
    """
    unit = _given(session, equipment_id) or _by_code(session, said)
    if unit is not None:
        return unit.site_id, unit.id
    if site_id is None:
        site_id = _by_address(session, said)
        if site_id is None and not said.street and contact_id is not None:
            site_id = _of_sender(session, contact_id, said)
    if site_id is None:
        return None, None
    return site_id, _unit_at(session, site_id, said)


def require_place(session: Session, site_id: int | None, equipment_id: int | None) -> None:
    """Nothing, where the site and the unit that somebody names are there and belong together.

    Raises Invalid, saying of each what is wrong and what to do.
    """
    faults = []
    if site_id is not None and session.get(Site, site_id) is None:
        faults.append(Fault("/site_id", f"site_id: there is no site {site_id}; name one that there is, or none."))
    unit = None if equipment_id is None else session.get(Equipment, equipment_id)
    if equipment_id is not None and unit is None:
        msg = f"equipment_id: there is no equipment {equipment_id}; name one that there is, or none."
        faults.append(Fault("/equipment_id", msg))
    if unit is not None and site_id is not None and unit.site_id != site_id and not faults:
        msg = (
            f"equipment_id: equipment {unit.id} is not at site {site_id}, but at site {unit.site_id}; name the unit "
            "alone, or a unit of that site."
        )
        faults.append(Fault("/equipment_id", msg))
    if faults:
        raise Invalid(" ".join(fault.message for fault in faults), tuple(faults))


def _given(session: Session, equipment_id: int | None) -> Equipment | None:
    return None if equipment_id is None else session.get(Equipment, equipment_id)


def _by_code(session: Session, said: Whereabouts) -> Equipment | None:
    named = [each for each in (said.label_code, said.serial) if each.strip()]
    codes = named or list(dict.fromkeys(_CODE.findall(f"{said.unit}\n{said.words}")))[:_MOST_CODES]
    if not codes:
        return None
    upper = [each.strip().upper() for each in codes]
    query = select(Equipment).where(
        or_(func.upper(Equipment.label_code).in_(upper), func.upper(Equipment.serial).in_(upper)),
        Equipment.retired_on.is_(None),
    )
    found = list(session.scalars(query.limit(3)))
    return found[0] if len(found) == 1 else None


def _by_address(session: Session, said: Whereabouts) -> int | None:
    if said.street:
        street, number = _split(said.street, said.house_number)
        return _at(session, [(street, number)], said) if number else None
    return _at(session, [(street, number) for street, number in _ADDRESS.findall(said.words)][:20], said)


def _split(street: str, number: str) -> tuple[str, str]:
    """Street and number, where a form has both in one field."""
    if number.strip():
        return street, number
    found = _ADDRESS.fullmatch(street.strip())
    return (found[1], found[2]) if found else (street, "")


def _at(session: Session, addresses: list[tuple[str, str]], said: Whereabouts) -> int | None:
    numbers = {words.code(number) for _, number in addresses}
    if not numbers:
        return None
    query = select(Site.id, Site.street, Site.house_number, Site.city, Site.postcode).where(
        func.lower(func.replace(Site.house_number, " ", "")).in_(numbers)
    )
    scores: dict[int, float] = {}
    for row in session.execute(query):
        if _elsewhere(row.city, said.city, 80) or _elsewhere(row.postcode, said.postcode, 100):
            continue
        known, number = words.street(row.street), words.code(row.house_number)
        likeness = max(_alike(known, street) for street, each in addresses if words.code(each) == number)
        if likeness >= ALIKE:
            scores[row.id] = likeness
    return _clearly_best(scores)


def _alike(known: str, said: str) -> float:
    """How alike two streets are; of free words the last ones count, as the name stands before its number."""
    heard = words.street(said).split()
    tails = [" ".join(heard[-size:]) for size in range(1, len(heard) + 1)]
    return max((float(fuzz.ratio(known, tail)) for tail in tails if len(tail) >= 3), default=0.0)


def _elsewhere(known: str, said: str, alike: float) -> bool:
    return bool(known and said) and fuzz.ratio(words.plain(known), words.plain(said.strip())) < alike


def _clearly_best(scores: dict[int, float]) -> int | None:
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < APART):
        return None
    return ranked[0][0]


def _of_sender(session: Session, contact_id: int, said: Whereabouts) -> int | None:
    here = select(SiteContact.site_id).where(SiteContact.contact_id == contact_id)
    owned = (
        select(Site.id).join(Contact, Contact.organisation_id == Site.organisation_id).where(Contact.id == contact_id)
    )
    for ids in (here, owned):
        sites = list(session.execute(select(Site.id, Site.name).where(Site.id.in_(ids)).limit(200)))
        if len(sites) == 1:
            return int(sites[0].id)
        text = words.plain(said.words)
        named = [site.id for site in sites if len(site.name) > 3 and words.plain(site.name) in text]
        if len(named) == 1:
            return int(named[0])
    return None


def _unit_at(session: Session, site_id: int, said: Whereabouts) -> int | None:
    query = select(Equipment.id, Equipment.kind, Equipment.position, Equipment.model).where(
        Equipment.site_id == site_id, Equipment.retired_on.is_(None), Equipment.replaced_by_id.is_(None)
    )
    units = list(session.execute(query))
    text = f"{said.equipment_kind}\n{said.unit}\n{said.words}"
    kinds = words.kinds_in(text) | ({said.equipment_kind.strip().casefold()} & {unit.kind for unit in units})
    if kinds:
        units = [unit for unit in units if unit.kind in kinds]
    if len(units) <= 1:
        return units[0].id if units else None
    # Free words may name other places: "the left lift", and "please call back".
    places = words.positions_in(said.unit) or words.positions_in(said.words)
    fitting = [unit for unit in units if places & words.positions_in(unit.position)]
    return fitting[0].id if len(fitting) == 1 else None
