"""Who comes too late mostly learns it without a transaction that writes, so that many who want one slot cost little."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, Territory, WorkOrder
from dispatch.access import Action, elevated, may
from dispatch.appointments.holding.allowing import PURPOSE
from dispatch.appointments.holding.confirming import Taken
from dispatch.appointments.holding.wanted import Actor, SlotWanted
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.local_time import LocalWindow, zone_named
from dispatch.appointments.offering import slots
from dispatch.appointments.offering.asking import ask, on_day
from dispatch.appointments.offering.books import Books
from dispatch.appointments.offering.groups import groups_of, next_group
from dispatch.appointments.offering.quoting import quoted
from dispatch.appointments.offering.windows import DayWindow
from dispatch.clock import Clock
from dispatch.planning.day.candidates import PLANNABLE
from dispatch.planning.findings import Finding
from dispatch.travel.places import TravelTimes


def taken_already(
    session: Session, actor: Actor, clock: Clock, travel: TravelTimes, books: Books, wanted: SlotWanted
) -> Taken | None:
    """What is told of a window that nobody can keep as the plan stands; None: it is to be tried.

    Reads alone, in a session that only reads. Of what may not be asked for, or is of today, trying tells.

    Raises RuleBroken, Unavailable.
    """
    query = select(WorkOrder).where(WorkOrder.id == wanted.work_order_id)
    if isinstance(actor, Guest):
        with elevated(session, PURPOSE):
            order = session.scalar(query.where(WorkOrder.id == actor.work_order_id))
    else:
        order = session.scalar(query) if may(actor, Action.CREATE, Appointment) else None
    if order is None or order.status not in PLANNABLE or wanted.closes_at < wanted.opens_at:
        return None
    with elevated(session, PURPOSE):
        why = _why_not(session, clock, travel, books, order, wanted)
    if why is None:
        return None
    message = f"Nobody can come within that time any more ({why}); look which times are free now."
    return Taken(message, slots.offer(session, actor, clock, travel, books, order.id))


def _why_not(
    session: Session, clock: Clock, travel: TravelTimes, books: Books, order: WorkOrder, wanted: SlotWanted
) -> str | None:
    zone_name, now = session.get_one(Territory, order.territory_id).time_zone, clock.now()
    zone = zone_named(zone_name)
    opens, closes = wanted.opens_at.astimezone(zone), wanted.closes_at.astimezone(zone)
    day = books.of(session, travel, order.territory_id, [opens.date()], now)[opens.date()]
    # Nights belong to two days, and of today more than the plan decides.
    if day.horizon.seconds(now) > 0 or day.starts_at is None or day.starts_at > wanted.closes_at:
        return None
    asked = ask(session, order, next_group(order, groups_of(session, order.id), wanted.visit_ids))
    visits = [] if asked.place is None else on_day(asked, day, asked.place)
    roads = None if asked.place is None else books.ways.to(asked.place, [day], travel)
    if roads is None or isinstance(visits, Finding) or not visits:
        return None
    said = LocalWindow(opens.date(), opens.time(), closes.time(), zone_name, wanted.opens_at, wanted.closes_at)
    window = DayWindow(said, (day.horizon.seconds(wanted.opens_at), day.horizon.seconds(wanted.closes_at)))
    found, refused = quoted(day, asked, visits, [window], roads, now)
    return None if found else next((each.message for each in refused), "all are busy")
