"""An appointment as a calendar entry: the file that its page offers, and the invitation that a message brings.

Neither access notes nor who will be there stand in it, and no house number, which the customer's page asks for.
"""

from typing import Final

from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, Site, WorkOrder, WorkType
from dispatch.access import elevated
from dispatch.appointments.calendars.files import Between, Entry, Method, calendar_file
from dispatch.appointments.words import in_words, spoken, window
from dispatch.errors import NotFound

PURPOSE: Final = "calendars"
DOMAIN: Final = "appointments.dispatch"
"""The right side of our entries' names (UID), whatever the server is called: it must never change."""

SHOWN: Final = (AppointmentStatus.CONFIRMED, AppointmentStatus.DONE, AppointmentStatus.CANCELLED)


def invitation(
    session: Session,
    appointment_id: int,
    language: str,
    method: Method = Method.PUBLISH,
    *,
    company: str = "",
    between: Between | None = None,
) -> bytes:
    """The calendar file of an appointment that is, or was, confirmed. For the system's use.

    method: REQUEST and CANCEL need `between`; a cancelled appointment is struck out whatever the method.

    Raises NotFound for one that never was confirmed, or has another in its place.
    """
    with elevated(session, PURPOSE):
        row = session.get(Appointment, appointment_id)
        if row is None or row.status not in SHOWN:
            raise NotFound(f"There is no confirmed appointment {appointment_id}; it has no entry in calendars.")
        entry = entry_of(session, row, language, company=company)
    return calendar_file([entry], method, language=spoken(language), between=between)


def entry_of(session: Session, row: Appointment, language: str, *, company: str = "") -> Entry:
    """The entry of an appointment in a language. For the system's use."""
    order = session.get_one(WorkOrder, row.work_order_id)
    site, kind = session.get_one(Site, order.site_id), session.get_one(WorkType, order.work_type_id)
    say = in_words(language)
    arrives = say("The technician arrives between %(window)s.") % {"window": window(row.local_from, row.local_by)}
    number = say("Our number for it: %(number)s") % {"number": order.number}
    by = f"{company}: {kind.name}" if company else kind.name
    return Entry(
        uid=f"{row.uid}@{DOMAIN}",
        sequence=row.sequence,
        starts_at=row.opens_at,
        ends_at=row.closes_at,
        time_zone=row.time_zone,
        summary=by,
        location=f"{site.street}, {site.city}",
        description=f"{arrives}\n{number}",
        stamp=row.updated_at,
        is_cancelled=row.status is AppointmentStatus.CANCELLED,
    )
