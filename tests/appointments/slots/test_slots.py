"""What is offered and what is not, one reason at a time."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from db.models import LinkKind, Priority, Role, SlotPolicy, WorkOrder, WorkOrderStatus
from dispatch.access import Viewer
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.offering import slots
from dispatch.appointments.offering.offers import Offered, Slot
from dispatch.appointments.offering.reasons import Why
from dispatch.errors import Forbidden, Invalid, NotFound, RuleBroken
from tests.appointments.slots.desk import Desk
from tests.appointments.slots.judging import why_infeasible
from tests.builders.planning import DAY, Company
from tests.planning.common import ROADS, SYSTEM, sqlite_only

pytestmark = sqlite_only
EVERY_WINDOW = {"offers": 100, "reserve_percent": 0, "least_probability": 0.0}


@pytest.fixture
def policy(company: Company) -> SlotPolicy:
    """A policy that withholds nothing."""
    return company.add(SlotPolicy(**EVERY_WINDOW))


def said(offered: Offered | Sequence[Slot]) -> list[str]:
    """The windows as they are said, without the first day's date."""
    offers = offered.offers if isinstance(offered, Offered) else offered
    return [f"{(each.local_date - DAY).days} {each.local_from:%H:%M}-{each.local_by:%H:%M}" for each in offers]


def why(offered: Offered, company: Company) -> dict[str, Why]:
    """The reason of each other window, by day and local hour."""
    zone = company.local(0).tzinfo
    local = [(each.opens_at - timedelta(hours=3), each) for each in offered.withheld]
    assert zone is not None
    return {f"{(at.date() - DAY).days} {at:%H:%M}": each.code for at, each in local}


def crew(desk: Desk, people: int, days: Sequence[int]) -> None:
    """So many technicians with shifts from 8 to 17."""
    desk.shifts([desk.company.technician(place) for place in range(people)], days)


def order(company: Company, **fields: Any) -> WorkOrder:
    """Work of an hour."""
    made = company.order(**fields)
    company.visit(order=made)
    return made


def test_windows_of_two_hours_and_narrower_on_the_day(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [0, 1])
    offered = desk.offer(order(company))
    today = [f"0 {hour:02}:00-{hour + 1:02}:00" for hour in range(8, 16)]
    assert said(offered) == [*today, "1 08:00-10:00", "1 10:00-12:00", "1 12:00-14:00", "1 14:00-16:00"]
    reasons = why(offered, company)
    assert reasons == {"0 16:00": Why.SHIFT_TOO_SHORT, "1 16:00": Why.SHIFT_TOO_SHORT}
    first = offered.offers[0]
    assert (first.opens_at, first.closes_at) == (company.local(8), company.local(9))
    assert first.time_zone == company.zone
    assert first.opens_at <= first.starts_at <= first.closes_at
    assert 0 < first.probability <= 1
    assert first.cost > 0


def test_what_is_held_takes_room_from_everybody_else(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [1])
    policy.width_minutes = 60
    held, offers = 0, 10
    while (offered := desk.offer(order(company))).offers:
        assert len(offered.offers) <= offers
        slot, offers = offered.offers[0], len(offered.offers)
        assert why_infeasible(desk, slot) is None
        desk.hold(slot)
        held += 1
    assert held == 8, "hours from 8 to 17, less the way"
    assert Counter(each.code for each in offered.withheld)[Why.CAPACITY] >= 8


def test_a_window_is_offered_only_with_notice(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [0])
    policy.notice_minutes = 60 * 6 + 1
    offered = desk.offer(order(company))
    assert said(offered)[0] == "0 13:00-14:00"
    assert why(offered, company)["0 12:00"] is Why.NOTICE


def test_nobody_has_left_before_now(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    desk.shifts([company.technician(60)], [0])
    policy.notice_minutes = 0
    far = desk.offer(order(company))
    assert said(far)[0] == "0 10:00-11:00", "nobody is there before, from so far away"
    desk.clock.instant = company.local(9)
    assert said(desk.offer(order(company)))[0] == "0 11:00-12:00"


def test_the_soonest_for_an_emergency_reserve_included(desk: Desk, company: Company) -> None:
    crew(desk, 1, [0, 1, 2])
    company.add(SlotPolicy(reserve_percent=90, offers=3))
    usual = desk.offer(order(company))
    assert {each.local_date for each in usual.offers} == {DAY, DAY + timedelta(days=1)}
    assert why(usual, company)["2 08:00"] is Why.RESERVE
    urgent = desk.offer(order(company, priority=Priority.EMERGENCY))
    assert said(urgent) == ["0 08:00-09:00", "0 09:00-10:00", "0 10:00-11:00"]
    desk.clock.instant = company.local(18)
    urgent = desk.offer(order(company, priority=Priority.EMERGENCY), first_day=DAY + timedelta(days=2))
    assert said(urgent)[0] == "2 08:00-10:00"


def test_the_reserve_counts_what_is_booked(desk: Desk, company: Company) -> None:
    crew(desk, 1, [2])
    company.add(SlotPolicy(reserve_percent=25, offers=100, least_probability=0))
    for _ in range(6):
        desk.hold(desk.offer(order(company)).offers[0])
    offered = desk.offer(order(company))
    assert offered.offers == ()
    message = next(each.message for each in offered.withheld if each.code is Why.RESERVE)
    assert message.endswith("% of the day is booked, and 25 % are kept for emergencies until the day before")


def test_from_the_day_the_parts_arrive(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [0, 1])
    work = company.order()
    company.visit(order=work, parts={"belt": 1}, earliest_at=company.local(12) + timedelta(days=1))
    assert set(why(desk.offer(work), company).values()) == {Why.PARTS, Why.PART}
    desk.company.warehouse(1, {"belt": 1})
    offered = desk.offer(work)
    assert said(offered) == ["1 12:00-14:00", "1 14:00-16:00"]
    assert why(offered, company)["1 10:00"] is Why.PARTS
    with_customer = company.order()
    company.visit(order=with_customer, earliest_at=company.local(12))
    assert why(desk.offer(with_customer), company)["0 08:00"] is Why.NOT_YET


def test_a_part_that_another_plan_takes_is_gone(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    desk.shifts([company.technician(0, van={"belt": 1})], [1, 2])
    first, second = company.order(), company.order()
    for each in (first, second):
        company.visit(order=each, parts={"belt": 1})
    slot = desk.offer(first).offers[0]
    assert len(desk.offer(second).offers) > 0
    desk.hold(slot)
    offered = desk.offer(second)
    assert offered.offers == ()
    assert Why.PART in {each.code for each in offered.withheld}


def test_opening_hours_and_wishes_cut_windows(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [0, 1])
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    site = company.site(1, opening_hours={day: [["08:40", "13:10"]] for day in days})
    work = company.order(site)
    visit = company.visit(order=work)
    offered = desk.offer(work, first_day=DAY + timedelta(days=1))
    assert said(offered) == ["1 08:45-10:00", "1 10:00-12:00"]
    assert why(offered, company)["1 12:00"] is Why.CLOSED
    wish = (company.local(11) + timedelta(days=1), company.local(11, 50) + timedelta(days=1))
    second = company.order(company.site(1))
    company.visit(order=second, windows=[wish])
    assert said(desk.offer(second)) == ["1 11:00-11:45"]
    assert visit.id not in desk.offer(second).visit_ids


def test_before_the_contracts_deadline_first(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [0, 1, 2])
    policy.offers = 5
    work = order(company, due_at=company.local(12) + timedelta(days=1))
    offered = desk.offer(work, width=120)
    assert [each.before_deadline for each in offered.offers] == [True, True, True, True, True]
    policy.offers = 8
    offered = desk.offer(work, width=120)
    late = [each for each in offered.offers if not each.before_deadline]
    assert len(offered.offers) - len(late) == 6, "all that keep it, and others where these are not enough"
    assert min(each.opens_at for each in late) >= company.local(12) + timedelta(days=1)


def test_unlikely_windows_are_withheld(desk: Desk, company: Company) -> None:
    desk.shifts([company.technician(0)], [1])
    company.add(SlotPolicy(least_probability=0.999, offers=100, reserve_percent=0, width_minutes=30))
    first = company.order()
    company.visit(order=first, minutes=180)
    desk.hold(desk.offer(first, width=240).offers[0])
    offered = desk.offer(order(company), width=30)
    codes = Counter(each.code for each in offered.withheld)
    assert codes[Why.PROBABILITY] > 0
    assert all(each.probability >= 0.999 for each in offered.offers)
    message = next(each.message for each in offered.withheld if each.code is Why.PROBABILITY)
    assert message.endswith("%, and at least 100 % are wanted")


def test_the_widest_window_where_no_other_can_be_offered(desk: Desk, company: Company) -> None:
    crew(desk, 1, [1])
    policy = company.add(SlotPolicy(offers=100, least_probability=0, width_minutes=15, most_width_minutes=240))
    work = company.order()
    company.visit(order=work, windows=[(company.local(8) + timedelta(days=1), company.local(8, 5) + timedelta(days=1))])
    assert desk.offer(work).offers == ()
    policy.least_probability = 0
    assert said(desk.offer(order(company)))[0] == "1 08:00-08:15"


def test_two_people_start_together(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 2, [1])
    work = company.order()
    one, other = (company.visit(order=work, sequence=n) for n in (1, 2))
    desk.tie(LinkKind.SAME_START, one, other)
    for _ in range(2):
        offered = desk.offer(work)
        assert offered.visit_ids == (one.id, other.id)
        assert said(offered) == ["1 08:00-10:00", "1 10:00-12:00", "1 12:00-14:00", "1 14:00-16:00"]
        slot = offered.offers[1]
        assert len(set(slot.technician_ids)) == 2
        assert [why_infeasible(desk, each) for each in offered.offers] == [None] * 4
        desk.hold(slot)
        work = company.order()
        one, other = (company.visit(order=work, sequence=n) for n in (1, 2))
        desk.tie(LinkKind.SAME_START, one, other)


def test_three_people_are_planned_by_hand(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 3, [1])
    work = company.order()
    visits = [company.visit(order=work, sequence=n) for n in (1, 2, 3)]
    for other in visits[1:]:
        desk.tie(LinkKind.SAME_START, visits[0], other)
    assert {each.code for each in desk.offer(work).withheld} == {Why.NOT_QUOTED}


def test_several_visits_one_group_after_the_other(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [0, 1, 2])
    work = company.order()
    first, then = (company.visit(order=work, sequence=n) for n in (2, 1))
    desk.tie(LinkKind.PRECEDES, first, then, min_gap_seconds=26 * 3600)
    offered = desk.offer(work)
    assert offered.visit_ids == (first.id,)
    desk.hold(next(each for each in offered.offers if each.local_date == DAY + timedelta(days=1)))
    assert desk.offer(work, visit_ids=[first.id]).visit_ids == (first.id,)
    offered = desk.offer(work)
    assert offered.visit_ids == (then.id,)
    assert said(offered) == ["2 10:15-12:00", "2 12:00-14:00", "2 14:00-16:00"]
    assert why(offered, company)["1 14:00"] is Why.LINK


def test_who_changes_has_their_own_time_free(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [1])
    work = company.order()
    company.visit(order=work, minutes=480)
    free = desk.offer(work)
    desk.hold(free.offers[0])
    again = desk.offer(work)
    assert said(again) == said(free)
    assert desk.offer(order(company)).offers == ()


def test_a_hold_that_has_run_out_takes_no_room(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [1])
    work = company.order()
    company.visit(order=work, minutes=480)
    desk.hold(desk.offer(work).offers[0])
    assert desk.offer(order(company)).offers == ()
    desk.clock.instant += timedelta(minutes=10)
    assert len(desk.offer(order(company)).offers) == 4


@pytest.mark.parametrize(("day", "first"), [(date(2026, 4, 4), "08:00"), (date(2026, 9, 5), "08:00")])
def test_days_on_which_the_clocks_change(
    desk: Desk, company: Company, policy: SlotPolicy, day: date, first: str
) -> None:
    # In Chile clocks go back on 5 April and forward on 6 September 2026, at midnight.
    desk.clock.instant = company.local(12) + (day - DAY)
    crew(desk, 1, [(day - DAY).days, (day - DAY).days + 1, (day - DAY).days + 2])
    offered = desk.offer(order(company), first_day=day + timedelta(days=1))
    for slot in offered.offers:
        assert slot.closes_at - slot.opens_at == timedelta(hours=2)
        assert slot.opens_at == local(company, slot.local_date, slot.local_from.hour)
        assert why_infeasible(desk, slot) is None
    assert f"{offered.offers[0].local_from:%H:%M}" == first


def local(company: Company, day: date, hour: int) -> datetime:
    """The instant of a local hour."""
    before, company.day = company.day, day
    found = company.local(hour)
    company.day = before
    return found


def test_offers_are_spread_over_days_and_times(desk: Desk, company: Company) -> None:
    crew(desk, 2, range(1, 7))
    company.add(SlotPolicy(offers=6, reserve_percent=0))
    offered = desk.offer(order(company))
    assert len({each.local_date for each in offered.offers}) >= 4
    assert len({each.local_from.hour < 12 for each in offered.offers}) == 2
    assert Counter(each.code for each in offered.withheld)[Why.NOT_SHOWN] == 6 * 5 - 6


def test_near_routes_are_preferred(desk: Desk, company: Company) -> None:
    people = [company.technician(place, cost_per_travel_hour=6000, cost_per_km=100) for place in (0, 0)]
    desk.shifts(people, [2, 3])
    company.add(SlotPolicy(offers=1, reserve_percent=0))
    far = company.order(company.site(40))
    company.visit(order=far)
    desk.hold(next(each for each in desk.offer(far, first_day=DAY + timedelta(days=3)).offers))
    near = company.order(company.site(41))
    company.visit(order=near)
    (slot,) = desk.offer(near).offers
    assert slot.local_date == DAY + timedelta(days=3)


def test_who_may_ask(desk: Desk, company: Company, policy: SlotPolicy) -> None:
    crew(desk, 1, [1])
    work, other = order(company), order(company)
    company.session.commit()
    customer = Guest(1, work.id, None, None, may_decide=True, language="en")

    def ask(actor: Viewer | Guest, key: int) -> Offered:
        with desk.uow(viewer=SYSTEM if isinstance(actor, Guest) else actor, read_only=True) as session:
            return slots.offer(session, actor, desk.clock, ROADS, desk.books, key)

    assert ask(customer, work.id).offers
    with pytest.raises(NotFound):
        ask(customer, other.id)
    assert ask(Viewer("ana", Role.CALL_TAKER, 1, territory_ids=frozenset({company.territory.id})), work.id).offers
    with pytest.raises(NotFound):
        ask(Viewer("eva", Role.SCHEDULER, 2, territory_ids=frozenset({99})), work.id)
    with pytest.raises(Forbidden):
        ask(Viewer("tom", Role.TECHNICIAN, 3, technician_id=1, today=DAY), work.id)


def test_what_cannot_be_asked_for(desk: Desk, company: Company) -> None:
    crew(desk, 1, [1])
    work = order(company)
    with pytest.raises(Invalid, match=r"width is 300 minutes; it must be 15 to 240, as policy says"):
        desk.offer(work, width=300)
    with pytest.raises(Invalid, match=r"first_day is 2026-04-03; policy offers windows until 2026-03-16"):
        desk.offer(work, first_day=date(2026, 4, 3))
    with pytest.raises(RuleBroken, match=r"has no visit that a time could be chosen for; add a visit first"):
        desk.offer(company.order())
    with pytest.raises(RuleBroken, match=r"is draft; only work that is ready can be given a time"):
        desk.offer(order(company, status=WorkOrderStatus.DRAFT))
    with pytest.raises(NotFound):
        desk.offer(999)
    assert desk.offer(order(company, status=WorkOrderStatus.WAITING_FOR_CUSTOMER)).offers
