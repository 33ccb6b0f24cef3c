"""Quiet hours: when nobody is disturbed by what can wait until the morning."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Priority, Site, Territory, Ticket, TicketMembership, WorkOrder
from dispatch.compute.outbox import Later


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one local time to another, over midnight if the second is earlier; never where both are the same."""

    begins: time
    ends: time

    def until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours end that it is now; None: it is none of them."""
        local = now.astimezone(zone)
        if not self._is_in(local.time()):
            return None
        day = local.date() if local.time() < self.ends else local.date() + timedelta(days=1)
        # Where the clocks skip the end it is meant by the clock before: an hour later at most.
        return datetime.combine(day, self.ends, zone).astimezone(UTC)

    def refuse(self, now: datetime, zone: ZoneInfo | None) -> None:
        """Nothing, while people may be disturbed; nor where nobody knows how late it is there.

        Raises Later within quiet hours.
        """
        end = None if zone is None else self.until(now, zone)
        if end is not None:
            msg = f"It is night there: this goes at {end:%Y-%m-%d %H:%M} UTC."
            raise Later(msg, end)

    def _is_in(self, local: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends


def is_pressing(session: Session, ticket_id: int) -> bool:
    """Whether a ticket, or the work it led to, is an emergency, of which people are told at night too."""
    joined = (TicketMembership.ticket_id == ticket_id) & TicketMembership.left_at.is_(None)
    orders = (
        select(WorkOrder.id)
        .join(TicketMembership, TicketMembership.work_order_id == WorkOrder.id)
        .where(joined, WorkOrder.priority == Priority.EMERGENCY)
    )
    return session.get_one(Ticket, ticket_id).emergency or session.scalar(orders.limit(1)) is not None


def zone_of(session: Session, ticket_id: int) -> ZoneInfo | None:
    """The time zone of the territory where a ticket's work is, else of its site; None: nobody knows."""
    joined = (TicketMembership.ticket_id == ticket_id) & TicketMembership.left_at.is_(None)
    orders = select(WorkOrder.territory_id).join(TicketMembership, TicketMembership.work_order_id == WorkOrder.id)
    sites = select(Site.territory_id).join(Ticket, Ticket.site_id == Site.id).where(Ticket.id == ticket_id)
    for territories in (orders.where(joined), sites):
        zone = session.scalar(select(Territory.time_zone).where(Territory.id.in_(territories)).limit(1))
        if zone is not None:
            return ZoneInfo(zone)
    return None
