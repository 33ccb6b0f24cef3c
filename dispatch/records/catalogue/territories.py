"""Territories."""

from zoneinfo import available_timezones

from babel.numbers import list_currencies
from sqlalchemy.orm import Session

from db.models import Territory
from dispatch.errors import Fault
from dispatch.records.nouns import Draft, Noun


def _check_territory(_session: Session, draft: Draft[Territory]) -> list[Fault]:
    faults, territory = [], draft.row
    if territory.time_zone not in available_timezones():
        msg = f"{territory.time_zone!r} is no IANA time zone; write one such as America/Santiago."
        faults.append(Fault("/time_zone", msg))
    if territory.currency not in list_currencies():
        faults.append(Fault("/currency", f"{territory.currency!r} is no ISO 4217 currency; write one such as CLP."))
    return faults


TERRITORIES = Noun(Territory, search=("code", "name"), check=_check_territory)
