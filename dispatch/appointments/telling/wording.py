"""News in words: for one party, in their language, without anything that their page will ask them for."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, Contact, Site, Technician, Territory, Visit, WorkOrder, WorkType
from dispatch.appointments.telling import texts
from dispatch.appointments.telling.news import News
from dispatch.appointments.telling.texts import Key

STEP: Final = timedelta(minutes=5)
"""Estimates are told to five minutes: more would promise more than anybody knows."""

_PREPARED: Final = (Key.CONFIRMED, Key.CHANGED, Key.REMINDER)
_SOMEBODY: Final = {"en": "The technician", "es": "El técnico", "de": "Der Techniker"}
END_DIGITS: Final = 4


def words(session: Session, news: News, language: str, contact_id: int | None, link: str | None) -> tuple[str, str]:
    """Subject and body. contact_id: whom it is for. link: to their page, or what stands for it; None: they get none.

    For the system's use.
    """
    order = session.get_one(WorkOrder, news.work_order_id)
    values = _values(session, news, order, language) | {"number": _number(session, order, contact_id)}
    key = news.key
    if key is Key.ON_THE_WAY and news.at is None:
        key = Key.ON_THE_WAY_UNTIMED
    lines = [texts.say(key, language, **values)]
    if key in _PREPARED:
        lines.append(texts.say(Key.PREPARE, language))
    if news.link is not None and link is not None:
        lines.append(texts.say(news.link, language, link=link))
    return texts.say(Key.SUBJECT, language, **values), "\n\n".join(lines)


def rounded(at: datetime) -> datetime:
    """The instant, to the next five minutes."""
    over = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at - over + (STEP if over else timedelta())


def _values(session: Session, news: News, order: WorkOrder, language: str) -> dict[str, str]:
    values = {"work": session.get_one(WorkType, order.work_type_id).name}
    if news.appointment_id is not None:
        row = session.get_one(Appointment, news.appointment_id)
        values["window"] = texts.window(language, row.local_date, row.local_from, row.local_by)
    if news.at is not None:
        zone = session.scalars(select(Territory.time_zone).where(Territory.id == order.territory_id)).one()
        values["at"] = f"{rounded(news.at).astimezone(ZoneInfo(zone)):%H:%M}"
    if news.visit_id is not None:
        query = select(Technician.name).join(Visit, Visit.technician_id == Technician.id)
        name = session.scalar(query.where(Visit.id == news.visit_id))
        values["technician"] = name or _SOMEBODY[texts.language_of(language)]
    return values


def _number(session: Session, order: WorkOrder, contact_id: int | None) -> str:
    """The order's number behind a space; nothing where it happens to be what the customer's page asks for."""
    site = session.get_one(Site, order.site_id)
    contact = None if contact_id is None else session.get(Contact, contact_id)
    phone = _digits("" if contact is None else contact.phone or "")
    mine = _digits(order.number)
    asked = {_digits(site.house_number), phone[-END_DIGITS:]} - {""}
    return "" if mine in asked or mine[-END_DIGITS:] in asked else f" {order.number}"


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdecimal())
