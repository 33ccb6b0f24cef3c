"""What an appointment promises, and what becomes of that when it ends."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, Channel, Promise, PromiseKind, PromiseOutcome, Site, WorkOrder
from dispatch.appointments.holding.wanted import Actor
from dispatch.appointments.links.guest import Guest
from dispatch.promises import ledger


def promise(
    session: Session,
    actor: Actor,
    order: WorkOrder,
    row: Appointment,
    visit_ids: tuple[int, ...],
    channel: Channel | None,
    supersedes: Promise | None = None,
) -> None:
    """Writes down that we come within the appointment's window, in place of what was promised before."""
    guest = actor if isinstance(actor, Guest) else None
    ledger.make(
        session,
        PromiseKind.WINDOW,
        order.id,
        visit_id=visit_ids[0] if len(visit_ids) == 1 else None,
        contact_id=guest.contact_id if guest else order.decider_id,
        organisation_id=session.scalar(select(Site.organisation_id).where(Site.id == order.site_id)),
        local_date=row.local_date,
        local_from=row.local_from,
        local_by=row.local_by,
        time_zone=row.time_zone,
        from_at=row.opens_at,
        by_at=row.closes_at,
        channel=channel,
        appointment_id=row.id,
        supersedes=None if supersedes is None else supersedes.id,
        made_by_id=None if isinstance(actor, Guest) else actor.user_id,
    )


def promise_of(session: Session, row: Appointment) -> Promise | None:
    """The open promise of an appointment."""
    found = ledger.open_promises(session, [row.work_order_id], [PromiseKind.WINDOW])
    return next((each for each in found if each.appointment_id == row.id), None)


def give_up(session: Session, row: Appointment, *, by_customer: bool, why: str) -> None:
    """The customer lets us off, or we break it; nothing when nothing was promised. why: without personal data."""
    found = promise_of(session, row)
    if found is not None:
        outcome = PromiseOutcome.RELEASED if by_customer else PromiseOutcome.BROKEN
        ledger.settle(session, found.id, outcome, note=why[: ledger.NOTE])
