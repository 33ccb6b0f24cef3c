"""Moving visits by hand: the order is the scheduler's, the times are the cheapest, the referee agrees."""

from typing import Any

import pytest

from db.models import StopKind, VisitStatus
from dispatch.errors import Conflict, Invalid, NotFound, RuleBroken
from dispatch.planning import edit
from tests.builders.planning import Company, at
from tests.planning.common import ROADS, SYSTEM, sqlite_only
from tests.planning.scene import Scene

pytestmark = sqlite_only


def test_visits_go_where_they_are_put(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    a, b, c = (company.visit(place) for place in (1, 2, 3))
    scene.move(a, first.id)
    scene.move(b, first.id, 0)
    scene.move(c, first.id, 1)
    assert scene.routes() == {first.id: [b.id, c.id, a.id]}
    scene.move(a, first.id, 0)
    assert scene.routes() == {first.id: [a.id, b.id, c.id]}
    scene.move(b, second.id)
    assert scene.routes() == {first.id: [a.id, c.id], second.id: [b.id]}
    scene.move(c, first.id, 99)
    assert scene.routes()[first.id] == [a.id, c.id]
    assert scene.violations() == []


def test_without_a_place_it_goes_where_it_costs_least(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    far, near = company.visit(5), company.visit(9)
    scene.move(near, shift.id)
    scene.move(far, shift.id)
    between = company.visit(7)
    scene.move(between, shift.id)
    assert scene.routes()[shift.id].index(between.id) == 1


def test_times_are_local_and_breaks_are_kept(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    company.rest(shift, at(12), at(13))
    visit = company.visit(0, windows=[(at(11, 30), at(11, 30))], minutes=60)
    after = company.visit(0, minutes=90, windows=[(at(12), at(15))])
    scene.move(visit, shift.id)
    scene.move(after, shift.id)
    (route,) = scene.view().routes
    assert [(stop.kind, f"{stop.starts_at:%H:%M}") for stop in route.stops] == [
        (StopKind.VISIT, "11:30"),
        (StopKind.BREAK, "12:30"),
        (StopKind.VISIT, "13:00"),
    ]
    assert scene.violations() == []
    over_lunch = company.visit(0, windows=[(at(11, 45), at(11, 45))], minutes=90)
    with pytest.raises(RuleBroken, match="try another place"):
        scene.move(over_lunch, shift.id)


def test_parts_are_loaded_on_the_way(scene: Scene, company: Company) -> None:
    technician = company.technician(0, van={"belt": 1})
    shift = company.shift(technician)
    store = company.warehouse(1, {"belt": 5}, handling_seconds=300)
    visit = company.visit(2, parts={"belt": 3})
    scene.move(visit, shift.id)
    (route,) = scene.view().routes
    assert (route.stops[0].kind, route.stops[0].warehouse_id) == (StopKind.WAREHOUSE, store.id)
    assert route.stops[0].load == {"belt": 2}
    assert scene.violations() == []


def test_stock_that_another_route_takes_is_not_there(scene: Scene, company: Company) -> None:
    one, two = company.crew(2)
    company.warehouse(1, {"belt": 3})
    scene.move(company.visit(parts={"belt": 2}), one.id)
    with pytest.raises(RuleBroken, match="does not fit into shift"):
        scene.move(company.visit(parts={"belt": 2}), two.id)
    scene.move(company.visit(parts={"belt": 1}), two.id)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"skills": {"lift": 3}}, "needs lift at level 3, and technician T01 has 2"),
        ({"skills": {"gas": 1}}, "needs gas at level 1, and technician T01 has none"),
        ({"tools": ["crane"]}, "try another place"),
        ({"minutes": 600}, "try another place"),
        ({"windows": [(at(6), at(7))]}, "outside every shift"),
        ({"minutes": 0}, "it takes no time. To mend it: give the visit a duration"),
    ],
)
def test_what_does_not_fit_says_why(scene: Scene, company: Company, asked: dict[str, Any], why: str) -> None:
    shift = company.shift(company.technician(0, skills={"lift": 2}))
    visit = company.visit(1, **asked)
    with pytest.raises(RuleBroken, match=why):
        scene.move(visit, shift.id)
    assert scene.routes() == {}


def test_who_is_excluded(scene: Scene, company: Company) -> None:
    one, two = company.technician(), company.technician()
    first, second = company.shift(one), company.shift(two)
    visit = company.visit(never=[one])
    with pytest.raises(RuleBroken, match="T01 is excluded"):
        scene.move(visit, first.id)
    only = company.visit(only=[one])
    with pytest.raises(RuleBroken, match="only T01 may do it"):
        scene.move(only, second.id)


def test_pins(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    visit = company.visit()
    scene.move(visit, first.id, pin=True, start=at(10))
    row = scene.visit(visit)
    assert (row.pinned_shift_id, row.pinned_start_at) == (first.id, at(10))
    assert scene.view().routes[0].stops[0].starts_at == at(10)
    with pytest.raises(RuleBroken, match="pinned to shift T01 08:00; unpin it first"):
        scene.move(visit, second.id)
    with pytest.raises(RuleBroken, match="must stay in its shift"):
        scene.move(visit, None)
    scene.move(visit, second.id, pin=False)
    row = scene.visit(visit)
    assert (row.pinned_shift_id, row.pinned_start_at) == (None, None)
    assert scene.routes() == {second.id: [visit.id]}


def test_a_route_that_is_not_as_it_was_looked_at(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    a, b = company.visit(), company.visit()
    scene.move(a, first.id, revisions={first.id: 0})
    with pytest.raises(Conflict, match=r"Tech T01 \(shift \d+: revision 1, not 0\)"):
        scene.move(b, first.id, revisions={first.id: 0})
    scene.move(b, second.id, revisions={first.id: 0, second.id: 0})
    assert scene.routes() == {first.id: [a.id], second.id: [b.id]}


def test_what_has_started_is_not_moved(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    visit = company.visit()
    scene.move(visit, first.id)
    company.session.refresh(visit)
    visit.status = VisitStatus.ON_SITE
    with pytest.raises(RuleBroken, match="is on_site; it stays where it is"):
        scene.move(visit, second.id)
    after = company.visit(windows=[(at(8), at(16))])
    scene.move(after, first.id)
    assert scene.routes() == {first.id: [visit.id, after.id]}


def test_a_route_beside_which_something_cannot_be_planned_is_not_changed_by_the_way(
    scene: Scene, company: Company
) -> None:
    (shift,) = company.crew(1)
    broken, other = company.visit(), company.visit()
    scene.move(broken, shift.id)
    company.session.refresh(broken)
    broken.duration_seconds = 0
    with pytest.raises(RuleBroken, match="or take it out of the plan first"):
        scene.move(other, shift.id)
    scene.move(broken, None)
    scene.move(other, shift.id)
    assert scene.routes() == {shift.id: [other.id]}


def test_requests_that_cannot_be(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    visit = company.visit()
    with pytest.raises(Invalid, match="shift 999 is not one of this territory"):
        scene.move(visit, 999)
    with pytest.raises(Invalid, match="a start is kept only by a pin"):
        scene.move(visit, shift.id, start=at(9))
    with pytest.raises(Invalid, match="pinned to a shift"):
        scene.move(visit, None, pin=True)
    with pytest.raises(NotFound, match="There is no visit 999"):
        scene.move(999, shift.id)
    with pytest.raises(NotFound):
        scene.act(lambda s: edit.move(s, SYSTEM, scene.clock, ROADS, 999, edit.Move(visit.id, shift.id)))


def test_a_visit_that_leaves_no_trace_when_it_was_nowhere(scene: Scene, company: Company) -> None:
    company.crew(1)
    visit = company.visit()
    scene.move(visit, None)
    assert scene.routes() == {}
    assert scene.visit(visit).status is VisitStatus.UNSCHEDULED


def test_one_technicians_second_shift_lacks_what_the_first_used(scene: Scene, company: Company) -> None:
    technician = company.technician(0, van={"belt": 2})
    morning, afternoon = company.shift(technician, 8, 12), company.shift(technician, 13, 17)
    scene.move(company.visit(parts={"belt": 2}), afternoon.id)
    with pytest.raises(RuleBroken):
        scene.move(company.visit(parts={"belt": 1}), morning.id)
    company.warehouse(0, {"belt": 9})
    scene.move(company.visit(parts={"belt": 1}), morning.id)
    assert scene.violations() == []
    kinds = [stop.kind for route in scene.view().routes for stop in route.stops]
    assert kinds.count(StopKind.WAREHOUSE) == 1


def test_a_plan_survives_a_shift_that_got_shorter(scene: Scene, company: Company) -> None:
    one, two = company.crew(2)
    late = company.visit(windows=[(at(15), at(16))])
    scene.move(late, one.id)
    company.session.refresh(one)
    one.ends_at = at(12)
    other = company.visit()
    scene.move(other, two.id)
    assert scene.routes() == {one.id: [late.id], two.id: [other.id]}
    scene.move(late, two.id, 1)
    assert scene.routes() == {two.id: [other.id, late.id]}
