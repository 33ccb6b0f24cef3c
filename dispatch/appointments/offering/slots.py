"""Which arrival windows a work order can be offered over the next days, and why each other one is not."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import floor
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, Priority, SlotPolicy, Territory, WorkOrder, WorkOrderStatus
from dispatch.access import Action, Viewer, elevated, require
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.local_time import LocalWindow
from dispatch.appointments.offering.asking import Asked, ask, on_day
from dispatch.appointments.offering.books import Books
from dispatch.appointments.offering.choosing import in_turn
from dispatch.appointments.offering.day_books import DayBook
from dispatch.appointments.offering.groups import groups_of, next_group
from dispatch.appointments.offering.offers import Offered, Slot, Withheld
from dispatch.appointments.offering.policy import policy_for
from dispatch.appointments.offering.probability import Chance, probabilities
from dispatch.appointments.offering.quoting import Quoted, Ways, quoted
from dispatch.appointments.offering.reasons import Why
from dispatch.appointments.offering.reserve import eats_reserve
from dispatch.appointments.offering.windows import allowed, why_not, windows_of
from dispatch.clock import Clock
from dispatch.errors import Fault, Invalid, NotFound, RuleBroken
from dispatch.planning.day.candidates import PLANNABLE
from dispatch.planning.findings import Code, Finding
from dispatch.travel.places import Place, TravelTimes

__all__ = ["Offered", "Slot", "Withheld", "offer"]

LEAST_WIDTH: Final = 15
MOST_TRIED: Final = 4
"""So many times as many windows as are shown are simulated at most; the rest counts as not shown."""

ASKED_FOR: Final = (*PLANNABLE, WorkOrderStatus.WAITING_FOR_CUSTOMER)
"""Work orders that may be given a time: what the customer is waited for is often just that."""

FINDINGS: Final = {
    Code.FINISH_BY_IMPOSSIBLE: Why.TOO_LATE,
    Code.WINDOW_OUTSIDE_OPENING_HOURS: Why.CLOSED,
    Code.WINDOW_OUTSIDE_SHIFTS: Why.WINDOW,
    Code.PINNED_ELSEWHERE: Why.PINNED_CONFLICT,
    Code.WAITS_FOR_VISIT: Why.LINK,
    Code.NOT_TOGETHER: Why.LINK,
}


@dataclass(frozen=True)
class Inquiry:
    """One question: for what, by which policy, now. width: in minutes, None: as policy says."""

    asked: Asked
    policy: SlotPolicy
    time_zone: str
    now: datetime
    width: int | None

    @property
    def today(self) -> date:
        """The local date."""
        return self.now.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def urgent(self) -> bool:
        """Whether it is an emergency, which the soonest windows are for, and the reserve."""
        return self.asked.order.priority is Priority.EMERGENCY

    def minutes(self, local_date: date) -> int:
        """How wide the windows of a day are."""
        if self.width is not None:
            return self.width
        return self.policy.same_day_width_minutes if local_date == self.today else self.policy.width_minutes


def offer(
    session: Session,
    actor: Viewer | Guest,
    clock: Clock,
    travel: TravelTimes,
    books: Books,
    work_order_id: int,
    *,
    now: datetime | None = None,
    width: int | None = None,
    first_day: date | None = None,
    days: int | None = None,
    visit_ids: Collection[int] = (),
) -> Offered:
    """The windows that the work order's next group of visits can be offered, and why each other one is not.

    width: of the windows in minutes, at most what policy allows; None: as policy says, wider where nothing could be
    offered. first_day: the local date to begin with, today; days: so many, at most as far ahead as policy goes.
    visit_ids: of the group to be asked for; (): the first one without an appointment, or, where all have one, the first
    that may still change its own. What these visits have in the plan already counts as free.

    Raises NotFound, Forbidden, Invalid, RuleBroken when there is nothing to be offered for, Unavailable when travel
    times are away.
    """
    order = _order(session, actor, work_order_id)
    moment = now or clock.now()
    with elevated(session, "slots"):
        group = next_group(order, groups_of(session, order.id), visit_ids)
        policy = policy_for(session, order.territory_id, order.work_type_id)
        zone = session.get_one(Territory, order.territory_id).time_zone
        inquiry = Inquiry(ask(session, order, group), policy, zone, moment, width)
        _refuse_width(policy, width)
        dates = _dates(inquiry, first_day, days)
        known = books.of(session, travel, order.territory_id, dates, moment)
    offered = _offered(inquiry, list(known.values()), travel, books)
    if not offered.offers and width is None and policy.most_width_minutes > policy.width_minutes:
        wider = replace(inquiry, width=policy.most_width_minutes)
        again = _offered(wider, list(known.values()), travel, books)
        return again if again.offers else offered
    return offered


def _order(session: Session, actor: Viewer | Guest, work_order_id: int) -> WorkOrder:
    unknown = f"There is no work order {work_order_id}, or not for you; GET /v1/work-orders lists those there are."
    query = select(WorkOrder).where(WorkOrder.id == work_order_id)
    if isinstance(actor, Guest):
        if actor.work_order_id != work_order_id:
            raise NotFound(unknown)
        with elevated(session, "slots"):
            order = session.scalars(query).one_or_none()
    else:
        require(actor, Action.CREATE, Appointment)
        order = session.scalars(query).one_or_none()
    if order is None:
        raise NotFound(unknown)
    if order.status not in ASKED_FOR:
        state = order.status.value.replace("_", " ")
        raise RuleBroken(f"{order.number} is {state}; only work that is ready can be given a time")
    return order


def _refuse_width(policy: SlotPolicy, width: int | None) -> None:
    if width is not None and not LEAST_WIDTH <= width <= policy.most_width_minutes:
        message = f"width is {width} minutes; it must be {LEAST_WIDTH} to {policy.most_width_minutes}, as policy says"
        raise Invalid(message, (Fault("/width", message),))


def _dates(inquiry: Inquiry, first_day: date | None, days: int | None) -> list[date]:
    today, last = inquiry.today, inquiry.today + timedelta(days=inquiry.policy.days - 1)
    first = max(today, first_day or today)
    if first > last:
        message = f"first_day is {first}; policy offers windows until {last}, so choose one by then"
        raise Invalid(message, (Fault("/first_day", message),))
    if days is not None and days < 1:
        message = f"days is {days}; it must be 1 or more"
        raise Invalid(message, (Fault("/days", message),))
    until = last if days is None else min(last, first + timedelta(days=days - 1))
    return [first + timedelta(days=each) for each in range((until - first).days + 1)]


def _offered(inquiry: Inquiry, days: Sequence[DayBook], travel: TravelTimes, books: Books) -> Offered:
    asked, place = inquiry.asked, inquiry.asked.place
    withheld: list[Withheld] = []
    found: list[Quoted] = []
    roads = None if place is None else books.ways.to(place, days, travel)
    for day in days:
        windows = windows_of(day, inquiry.minutes(day.horizon.local_date))
        if place is None or roads is None:
            withheld += _all(windows, Why.UNREACHABLE, f"{asked.site.name} has no place on the map near a road")
            continue
        kept, refused = _on_day(inquiry, day, windows, place, roads)
        found += kept
        withheld += refused
    shown, unshown = ([], []) if roads is None else _shown(inquiry, _once(found), roads)
    taken = {(slot.opens_at, slot.closes_at) for slot in shown}
    reasons = {(each.opens_at, each.closes_at): each for each in (*withheld, *unshown)}
    left = (reasons[span] for span in sorted(reasons) if span not in taken)
    shown.sort(key=lambda slot: slot.opens_at)
    return Offered(asked.order.id, asked.ids, inquiry.time_zone, tuple(shown), tuple(left))


def _on_day(
    inquiry: Inquiry, day: DayBook, windows: Sequence[LocalWindow], place: Place, roads: Ways
) -> tuple[list[Quoted], list[Withheld]]:
    """What of a day's windows can be kept by the rules of plan and policy, what is known of probabilities apart."""
    asked = inquiry.asked
    end = day.ends_at
    if end is None:
        return [], []
    if asked.earliest_at is not None and asked.earliest_at >= end:
        return [], [Withheld(w.opens_at, w.closes_at, *why_not(day, asked, w)) for w in windows]
    reserved = None
    if not inquiry.urgent:
        reserved = eats_reserve(day, inquiry.policy.reserve_percent, asked.seconds, inquiry.today)
    visits = on_day(asked, day, place)
    if isinstance(visits, Finding):
        return [], _all(windows, FINDINGS.get(visits.code, Why.NOT_QUOTED), visits.message)
    earliest = inquiry.now + timedelta(minutes=inquiry.policy.notice_minutes)
    kept, withheld = allowed(day, asked, visits, windows, earliest)
    if not kept:
        return [], withheld
    offers, refused = quoted(day, asked, visits, kept, roads, inquiry.now)
    if reserved is not None:
        spans = [offer.window.local for offer in offers]
        return [], [*withheld, *refused, *_all(spans, Why.RESERVE, reserved)]
    return offers, [*withheld, *refused]


def _all(windows: Iterable[LocalWindow], code: Why, message: str) -> list[Withheld]:
    return [Withheld(window.opens_at, window.closes_at, code, message) for window in windows]


def _once(offers: Iterable[Quoted]) -> list[Quoted]:
    """Each window once, by the day that keeps it at the least cost: a night's belongs to two."""
    best: dict[tuple[datetime, datetime], Quoted] = {}
    for each in offers:
        span = each.window.local.opens_at, each.window.local.closes_at
        if span not in best or each.cost < best[span].cost:
            best[span] = each
    return list(best.values())


def _shown(inquiry: Inquiry, offers: Sequence[Quoted], roads: Ways) -> tuple[list[Slot], list[Withheld]]:
    """The windows that are offered, and why others that could be kept are not."""
    policy, asked = inquiry.policy, inquiry.asked
    left, shown, slots = list(offers), list[Quoted](), list[Slot]()
    withheld: list[Withheld] = []
    tried = 0
    while left and len(shown) < policy.offers and tried < MOST_TRIED * policy.offers:
        chosen = _chosen(inquiry, left, shown)
        tried += len(chosen)
        left = [each for each in left if each not in chosen]
        for each, chance in zip(chosen, probabilities(chosen, asked.ids, roads), strict=True):
            if chance is None:
                withheld += _all([each.window.local], Why.PART, "the two would need the same part of a warehouse")
            elif min(chance.own, chance.others) < policy.least_probability:
                withheld += _all([each.window.local], Why.PROBABILITY, _unsure(chance, policy.least_probability))
            else:
                shown.append(each)
                slots.append(_slot(inquiry, each, chance.own))
    withheld += _all([each.window.local for each in left], Why.NOT_SHOWN, f"{len(shown)} others are shown")
    return slots, withheld


def _unsure(chance: Chance, wanted: float) -> str:
    what, found = "it", chance.own
    if chance.own >= wanted:
        what, found = "an appointment later that day", chance.others
    least = f"at least {100 * wanted:.0f} % are wanted"
    return f"{what} would be kept with a probability of {floor(100 * found)} %, and {least}"


def _chosen(inquiry: Inquiry, offers: Sequence[Quoted], shown: Sequence[Quoted]) -> list[Quoted]:
    """Which to try to show next, so many as are wanting; those before the contract's deadline come first."""
    rate, chosen, left = offers[0].day.policy.rate, list[Quoted](), list(offers)
    while left and len(shown) + len(chosen) < inquiry.policy.offers:
        timely = [each for each in left if _is_timely(inquiry.asked, each)] or left
        chosen.append(in_turn(timely, (*shown, *chosen), rate, soonest=inquiry.urgent))
        left.remove(chosen[-1])
    return chosen


def _is_timely(asked: Asked, offer: Quoted) -> bool:
    return asked.deadline is None or offer.window.local.closes_at <= asked.deadline


def _slot(inquiry: Inquiry, offer: Quoted, chance: float) -> Slot:
    local, ids = offer.window.local, offer.day.built.ids
    return Slot(
        work_order_id=inquiry.asked.order.id,
        territory_id=inquiry.asked.order.territory_id,
        opens_at=local.opens_at,
        closes_at=local.closes_at,
        local_date=local.local_date,
        local_from=local.local_from,
        local_by=local.local_by,
        time_zone=local.time_zone,
        visit_ids=inquiry.asked.ids,
        technician_ids=tuple(ids.technicians[place.technician] for place in offer.places),
        shift_ids=tuple(ids.shifts[place.shift] for place in offer.places),
        starts_at=offer.starts_at,
        cost=floor(offer.cost + 1 / 2),
        probability=chance,
        before_deadline=_is_timely(inquiry.asked, offer),
    )
