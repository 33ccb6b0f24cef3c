"""Organisations, contacts, sites and equipment."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Contact, Equipment, Organisation, Site, SiteContact
from dispatch.errors import Fault
from dispatch.records.catalogue.hours import opening_faults
from dispatch.records.nouns import Collection, Draft, Noun


def _check_site(_session: Session, draft: Draft[Site]) -> list[Fault]:
    site = draft.row
    faults = opening_faults(site.opening_hours or {})
    if (site.latitude is None) != (site.longitude is None):
        faults.append(Fault("/longitude", "A place on the map needs both latitude and longitude; give both or none."))
    return faults


def _check_equipment(_session: Session, draft: Draft[Equipment]) -> list[Fault]:
    unit = draft.row
    faults = []
    if unit.replaced_by_id is not None and unit.replaced_by_id == unit.id:
        faults.append(Fault("/replaced_by_id", "A unit cannot replace itself; name the new unit."))
    if unit.installed_on is not None and unit.retired_on is not None and unit.retired_on < unit.installed_on:
        msg = f"The unit was retired on {unit.retired_on}, before it was installed on {unit.installed_on}."
        faults.append(Fault("/retired_on", msg))
    return faults


def _contacts_of_site(site_id: Any) -> ColumnElement[bool]:
    return Contact.id.in_(select(SiteContact.contact_id).where(SiteContact.site_id == site_id))


ORGANISATIONS = Noun(Organisation, prefix="ORG", search=("name", "number"))
CONTACTS = Noun(
    Contact,
    hidden=frozenset({"erased_at", "email_key", "phone_key"}),
    search=("name", "email"),
    filters={"site_id": _contacts_of_site},
)
SITES = Noun(
    Site,
    collections=(Collection("contacts", SiteContact, "site_id", ("contact_id", "role")),),
    search=("name", "street", "city"),
    check=_check_site,
)
EQUIPMENT = Noun(Equipment, search=("serial", "label_code", "model"), check=_check_equipment)
