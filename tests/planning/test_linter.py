"""The linter: each rule finds its misconfiguration, says what it blocks, and is silent about a sound day."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from db.models import ContractHours, PartSubstitute, Role, WorkOrderStatus
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.errors import Forbidden
from dispatch.planning import linter
from dispatch.planning.findings import Code, Finding, Severity
from dispatch.travel.places import Matrix, NoRoadNear, Place
from dispatch.travel.straight import StraightLine
from tests.builders.planning import DAY, Company, at
from tests.planning.common import ROADS, SYSTEM, sqlite_only

pytestmark = sqlite_only


def lint(company: Company, roads: StraightLine = ROADS) -> list[Finding]:
    company.session.flush()
    clock = FixedClock(at(6))
    return linter.lint(company.session, SYSTEM, clock, roads, territory_id=company.territory.id, local_date=company.day)


def test_a_sound_day(company: Company) -> None:
    company.shift(company.technician(skills={"lift": 3}, van={"belt": 1}, tools=["ladder"]))
    company.visit(skills={"lift": 3}, parts={"belt": 1}, tools=["ladder"], windows=[(at(9), at(11))])
    assert lint(company) == []


def zero_duration(company: Company) -> int:
    return company.visit(minutes=0).id


def site_without_place(company: Company) -> int:
    return company.visit(None).id


def window_outside_shifts(company: Company) -> int:
    return company.visit(windows=[(at(19), at(20))]).id


def window_outside_opening_hours(company: Company) -> int:
    site = company.site(1, opening_hours={"wed": [["08:00", "17:00"]]})
    return company.visit(order=company.order(site)).id


def finish_by_impossible(company: Company) -> int:
    return company.visit(finish_by=at(0, 30)).id


def pinned_elsewhere(company: Company) -> int:
    gone = company.shift(company.technician(None))
    return company.visit(pinned_shift_id=gone.id).id


def skill_nobody_has(company: Company) -> int:
    return company.visit(skills={"boiler": 1}).id


def skill_level_nobody_has(company: Company) -> int:
    company.shift(company.technician(skills={"lift": 2}))
    return company.visit(skills={"lift": 3}).id


def nobody_allowed(company: Company) -> int:
    away = company.technician(active=False)
    return company.visit(only=[away]).id


def nobody_with_all_skills(company: Company) -> int:
    company.shift(company.technician(skills={"lift": 3}))
    company.shift(company.technician(skills={"gas": 3}))
    return company.visit(skills={"lift": 1, "gas": 1}).id


def tool_nobody_has(company: Company) -> int:
    return company.visit(tools=["crane"]).id


def part_nowhere(company: Company) -> int:
    company.shift(company.technician(van={"belt": 1}))
    company.warehouse(stock={"belt": 1})
    return company.visit(parts={"belt": 3}).id


def longer_than_any_shift(company: Company) -> int:
    return company.visit(minutes=60 * 10).id


VISIT_RULES: list[tuple[Callable[[Company], int], Code]] = [
    (zero_duration, Code.ZERO_DURATION),
    (site_without_place, Code.SITE_WITHOUT_PLACE),
    (window_outside_shifts, Code.WINDOW_OUTSIDE_SHIFTS),
    (window_outside_opening_hours, Code.WINDOW_OUTSIDE_OPENING_HOURS),
    (finish_by_impossible, Code.FINISH_BY_IMPOSSIBLE),
    (pinned_elsewhere, Code.PINNED_ELSEWHERE),
    (skill_nobody_has, Code.SKILL_NOBODY_HAS),
    (skill_level_nobody_has, Code.SKILL_LEVEL_NOBODY_HAS),
    (nobody_allowed, Code.NOBODY_ALLOWED),
    (nobody_with_all_skills, Code.NOBODY_ALLOWED),
    (tool_nobody_has, Code.TOOL_NOBODY_HAS),
    (part_nowhere, Code.PART_NOWHERE),
    (longer_than_any_shift, Code.LONGER_THAN_ANY_SHIFT),
]


@pytest.mark.parametrize(("make", "code"), VISIT_RULES)
def test_a_visit_that_will_be_left_out(company: Company, make: Callable[[Company], int], code: Code) -> None:
    company.crew(1)
    company.visit()
    visit = make(company)
    found = [finding for finding in lint(company) if finding.code is code]
    assert [(finding.entity, finding.entity_id, finding.severity) for finding in found] == [
        ("visit", visit, Severity.ERROR)
    ]
    assert found[0].blocks
    assert found[0].remedy


def inactive(company: Company) -> int:
    return company.shift(company.technician(active=False)).id


def without_place(company: Company) -> int:
    return company.shift(company.technician(None)).id


def overlapping(company: Company) -> int:
    technician = company.technician()
    company.shift(technician, 8, 12)
    return company.shift(technician, 11, 17).id


def absent(company: Company) -> int:
    technician = company.technician()
    shift = company.shift(technician)
    company.absence(technician, at(0), at(23))
    return shift.id


def split(company: Company) -> int:
    technician = company.technician()
    shift = company.shift(technician)
    company.absence(technician, at(10), at(11))
    return shift.id


@pytest.mark.parametrize(
    ("make", "code", "severity"),
    [
        (inactive, Code.TECHNICIAN_INACTIVE, Severity.ERROR),
        (without_place, Code.SHIFT_WITHOUT_PLACE, Severity.ERROR),
        (overlapping, Code.SHIFTS_OVERLAP, Severity.ERROR),
        (absent, Code.SHIFT_ABSENT, Severity.WARNING),
        (split, Code.SHIFT_SPLIT, Severity.WARNING),
    ],
)
def test_a_shift_that_is_not_planned_as_meant(
    company: Company, make: Callable[[Company], int], code: Code, severity: Severity
) -> None:
    company.crew(1)
    shift = make(company)
    found = [(one.code, one.entity, one.entity_id, one.severity) for one in lint(company)]
    assert (code, "shift", shift, severity) in found


def test_nobody_has_a_shift(company: Company) -> None:
    company.technician()
    company.visit(skills={"lift": 1})
    (finding,) = lint(company)
    assert (finding.code, finding.entity, finding.blocks) == (
        Code.NO_SHIFT,
        "territory",
        "nothing can be planned on this day",
    )


def test_somebody_has_neither_a_shift_nor_an_absence(company: Company) -> None:
    company.crew(1)
    idle = company.technician()
    away = company.technician()
    company.absence(away, at(0), at(23))
    company.technician(active=False)
    assert [(one.code, one.entity_id) for one in lint(company)] == [(Code.NO_SHIFT, idle.id)]


def test_an_expired_certificate_that_is_needed(company: Company) -> None:
    over = DAY - timedelta(days=1)
    expired = company.technician(skills={"lift": 3}, expires_on=over)
    company.shift(expired)
    company.shift(company.technician(skills={"lift": 3, "gas": 1}))
    assert lint(company) == []
    company.visit(skills={"lift": 1})
    (finding,) = lint(company)
    assert (finding.code, finding.entity_id) == (Code.CERTIFICATE_EXPIRED, expired.id)
    assert str(over) in finding.message


def test_a_substitute_that_is_in_stock_is_the_remedy(company: Company) -> None:
    company.shift(company.technician(van={"new belt": 1}))
    company.visit(parts={"belt": 1})
    company.warehouse(stock={"new belt": 2})
    company.add(PartSubstitute(part_id=company.part("belt").id, substitute_id=company.part("new belt").id))
    (finding,) = lint(company)
    assert finding.code is Code.PART_NOWHERE
    assert "its substitute new belt, which is in stock" in finding.remedy


def test_a_warehouse_that_lends_a_tool_or_has_the_part(company: Company) -> None:
    company.crew(1)
    company.warehouse(stock={"belt": 1}, tools=["crane"])
    company.visit(parts={"belt": 1}, tools=["crane"])
    assert lint(company) == []


def test_a_closed_warehouse(company: Company) -> None:
    company.shift(company.technician(van={"belt": 1}))
    store = company.warehouse(stock={"belt": 1}, opening_hours={"wed": [["08:00", "17:00"]]})
    company.visit(parts={"belt": 1})
    assert [(one.code, one.entity_id) for one in lint(company)] == [(Code.WAREHOUSE_CLOSED, store.id)]


def test_a_contract_without_hours(company: Company) -> None:
    company.crew(1)
    contract = company.contract(response_minutes=60)
    company.visit(order=company.order(contract_id=contract.id))
    (finding,) = lint(company)
    assert (finding.code, finding.entity_id) == (Code.CONTRACT_WITHOUT_HOURS, contract.id)
    company.add(ContractHours(contract_id=contract.id, weekday=0, opens=at(8).time(), closes=at(9).time()))
    assert lint(company) == []


def test_a_contract_that_promises_no_times_needs_no_hours(company: Company) -> None:
    company.crew(1)
    company.visit(order=company.order(contract_id=company.contract().id))
    assert lint(company) == []


@pytest.mark.parametrize(
    ("status", "found"), [(WorkOrderStatus.READY, True), (WorkOrderStatus.DRAFT, False), (WorkOrderStatus.DONE, False)]
)
def test_a_work_order_without_a_visit(company: Company, status: WorkOrderStatus, found: bool) -> None:
    company.crew(1)
    order = company.order(status=status)
    expected = [(Code.WORK_ORDER_WITHOUT_VISIT, order.id)] if found else []
    assert [(one.code, one.entity_id) for one in lint(company)] == expected


def test_a_technician_who_costs_nothing(company: Company) -> None:
    free = company.technician(cost_per_duty_hour=0)
    company.shift(free)
    assert [(one.code, one.entity_id) for one in lint(company)] == [(Code.NO_COSTS, free.id)]


class Island(StraightLine):
    """Knows no road east of a line."""

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        far = tuple(place for place in (*sources, *targets) if place.lon > -71.2)
        if far:
            raise NoRoadNear("too far from any road", far)
        return super().table(sources, targets, depart_hour)


def test_places_far_from_any_road(company: Company) -> None:
    company.crew(1)
    visit = company.visit(8)
    shift = company.shift(company.technician(9))
    store = company.warehouse(10)
    company.visit(1)
    found = [(one.code, one.entity, one.entity_id) for one in lint(company, Island())]
    assert found == [
        (Code.FAR_FROM_ROAD, "visit", visit.id),
        (Code.FAR_FROM_ROAD, "shift", shift.id),
        (Code.FAR_FROM_ROAD, "warehouse", store.id),
    ]


def test_errors_come_first(company: Company) -> None:
    company.shift(company.technician(cost_per_duty_hour=0))
    company.visit(None)
    assert [one.severity for one in lint(company)] == [Severity.ERROR, Severity.WARNING]


def test_who_may_not_plan_may_not_lint(company: Company) -> None:
    viewer = Viewer("call taker", Role.CALL_TAKER, user_id=1, territory_ids=frozenset({company.territory.id}))
    company.session.info["viewer"] = viewer
    with pytest.raises(Forbidden):
        linter.lint(
            company.session, viewer, FixedClock(at(6)), ROADS, territory_id=company.territory.id, local_date=DAY
        )
