"""Territories, organisations, contacts and sites."""

from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import available_timezones

from babel.numbers import is_currency

from db.models import Contact, Organisation, OrganisationKind, Site, Territory
from dispatch.exchange.cells import Choice, Text, YesNo
from dispatch.exchange.columns import Column, Link
from dispatch.exchange.kind import Breach, Kind, both_or_none
from dispatch.exchange.kinds.shared import COUNTRY, EMAIL, LANGUAGE, LATITUDE, LONGITUDE, OPENING_HOURS, PHONE


def _known_zone(row: Any) -> Iterable[Breach]:
    if row.time_zone not in available_timezones():
        yield Breach("time_zone", "is no time zone we know", "write an IANA name like America/Santiago")


def _known_currency(row: Any) -> Iterable[Breach]:
    if not is_currency(row.currency):
        yield Breach("currency", "is no currency we know", "write an ISO 4217 code like CLP")


TERRITORIES: Final = Kind(
    name="territories",
    what="territory",
    model=Territory,
    key=("code",),
    columns=(
        Column(name="code", cell=Text(32), needed=True),
        Column(name="name", cell=Text(200), needed=True),
        Column(name="time_zone", cell=Text(64), needed=True, help="IANA name, like America/Santiago"),
        Column(name="country", cell=COUNTRY, needed=True),
        Column(name="currency", cell=Text(3), needed=True, help="ISO 4217, like CLP"),
    ),
    rules=(_known_zone, _known_currency),
)

ORGANISATIONS: Final = Kind(
    name="organisations",
    what="organisation",
    model=Organisation,
    key=("number",),
    columns=(
        Column(name="number", cell=Text(32), needed=True),
        Column(name="name", cell=Text(200), needed=True),
        Column(name="kind", cell=Choice(OrganisationKind), needed=True),
        Column(name="email", cell=EMAIL),
        Column(name="phone", cell=PHONE),
        Column(name="language", cell=LANGUAGE, empty="en"),
    ),
)

CONTACTS: Final = Kind(
    name="contacts",
    what="contact",
    model=Contact,
    key=("organisation", "name"),
    columns=(
        Link(name="organisation", to="organisation", needed=True, help="the organisation's number"),
        Column(name="name", cell=Text(200), needed=True),
        Column(name="function", cell=Text(64), needed=True, help="site manager, billing, access holder ..."),
        Column(name="email", cell=EMAIL),
        Column(name="phone", cell=PHONE),
        Column(name="language", cell=LANGUAGE, empty="en"),
        Column(name="may_be_written_to", cell=YesNo(), empty=True),
    ),
)

SITES: Final = Kind(
    name="sites",
    what="site",
    model=Site,
    key=("organisation", "name"),
    also=("street", "house_number"),
    columns=(
        Link(name="organisation", to="organisation", needed=True, help="the organisation's number"),
        Column(name="name", cell=Text(200), needed=True),
        Link(name="territory", to="territory", needed=True),
        Column(name="street", cell=Text(200), needed=True),
        Column(name="house_number", cell=Text(16), needed=True),
        Column(name="postcode", cell=Text(16), empty=""),
        Column(name="city", cell=Text(100), needed=True),
        Column(name="country", cell=COUNTRY, needed=True),
        Column(name="latitude", cell=LATITUDE, help="degrees; empty: not on the map yet"),
        Column(name="longitude", cell=LONGITUDE, help="degrees"),
        OPENING_HOURS,
        Column(name="access_notes", cell=Text(2000), secret=True, help="door codes and the like; never exported"),
    ),
    rules=(both_or_none("latitude", "longitude"),),
)
