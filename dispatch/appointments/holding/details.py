"""What a customer adds to an appointment: who will be there, and how to get in."""

from sqlalchemy.orm import Session

from db.models import ACTIVE, Appointment
from dispatch.access import elevated
from dispatch.access.audit import note
from dispatch.appointments.holding.allowing import PURPOSE, appointment_of, written_by
from dispatch.appointments.holding.wanted import Actor
from dispatch.errors import Fault, Invalid, RuleBroken

LONGEST_NAME = 200
LONGEST_NOTES = 2000


def edit(
    session: Session,
    actor: Actor,
    appointment_id: int,
    *,
    attending: str | None = None,
    access_notes: str | None = None,
    version: int | None = None,
) -> Appointment:
    """The appointment with these details; None leaves one as it is, "" takes it away. Flushed.

    Access notes are a secret: they are written here and read only by the technician who comes that day.

    Raises NotFound, Forbidden, StaleVersion, Invalid for what is too long, RuleBroken when it is over.
    """
    row, _ = appointment_of(session, actor, appointment_id, version)
    if row.status not in ACTIVE:
        raise RuleBroken(f"Appointment {row.id} is {row.status.value}; nothing can be added to it any more.")
    _refuse_long("attending", attending, LONGEST_NAME)
    _refuse_long("access_notes", access_notes, LONGEST_NOTES)
    given = {"attending": attending, "access_notes": access_notes}
    wanted = {name: value.strip() or None for name, value in given.items() if value is not None}
    changes = {name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value}
    with elevated(session, PURPOSE):
        for name, (_, value) in changes.items():
            setattr(row, name, value)
        session.flush()
        if changes:
            # Who will be there is a name, and the trail is never erased: it says that something was said, not what.
            said = {name: (old is not None, new is not None) for name, (old, new) in changes.items()}
            note(session, written_by(actor), "edit", row, said)
            session.flush()
    return row


def _refuse_long(field: str, value: str | None, most: int) -> None:
    if value is not None and len(value) > most:
        message = f"{field} has {len(value)} characters, at most {most} are kept; say it shorter"
        raise Invalid(message, (Fault(f"/{field}", message),))
