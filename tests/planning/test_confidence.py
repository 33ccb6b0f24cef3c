"""How surely a plan keeps what customers were promised: of a proposal, and of the plan as it stands."""

from collections.abc import Callable

import pytest

from dispatch.errors import NotFound
from dispatch.planning import confidence, plans
from dispatch.planning.confidence import SAMPLES, ConfidenceView
from dispatch.planning.day.spreads import USUAL
from solver.confidence import confidence as simulate
from solver.problem import Duration, Problem, Shift, Technician, Travel, Visit
from tests.builders.planning import DAY, Company, at
from tests.builders.problems import line, timed
from tests.planning.client import client_of, serving
from tests.planning.common import ROADS, SYSTEM, sqlite_only
from tests.planning.scene import Scene

HOUR = 3600


def confident(scene: Scene, plan_id: int) -> ConfidenceView:
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        return confidence.of_plan(session, SYSTEM, scene.clock, ROADS, plan_id)


def two_promises(company: Company) -> tuple[int, int]:
    """A sure visit and one that is late when the first takes long, beside one that nobody was promised."""
    company.shift(company.technician(0))
    sure = company.visit(1, windows=[(at(8), at(12))])
    tight = company.visit(1, windows=[(at(9), at(9, 20))])
    company.visit(1, order=company.order(company.site(1, opening_hours={"tue": [["08:00", "17:00"]]})))
    return sure.id, tight.id


def test_the_least_sure_promise_comes_first(scene: Scene, company: Company, plan_day: Callable[[], int]) -> None:
    sure, tight = two_promises(company)
    found = confident(scene, scene.apply(plan_day()).plan_id)
    assert {promise.visit_id for promise in found.promises} == {sure, tight}
    least, most = found.promises
    assert least.probability <= most.probability
    assert found.expected_share == pytest.approx((least.probability + most.probability) / 2)
    assert (found.samples, found.local_date, found.time_zone) == (SAMPLES, DAY, "America/Santiago")
    late = next(promise for promise in found.promises if promise.visit_id == tight)
    assert (late.opens_at, late.closes_at) == (at(9), at(9, 20))
    assert late.opens_at.utcoffset() == late.starts_at.utcoffset() == found.promises[0].starts_by_95.utcoffset()
    assert (late.number, late.sequence, late.technician_code) == ("WO-02", 1, "T01")
    assert at(9) <= late.starts_at <= late.starts_by_95


@sqlite_only
def test_a_proposal_says_how_much_can_be_expected(scene: Scene, company: Company, plan_day: Callable[[], int]) -> None:
    two_promises(company)
    run = plan_day()
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        seen = plans.preview(session, SYSTEM, scene.proposal(run))
    applied = confident(scene, scene.apply(run).plan_id)
    assert seen.promises == 2
    assert seen.expected_share == pytest.approx(applied.expected_share)


@sqlite_only
def test_without_promises_nothing_is_expected(scene: Scene, company: Company, plan_day: Callable[[], int]) -> None:
    company.shift(company.technician(0))
    company.visit(1)
    run = plan_day()
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        seen = plans.preview(session, SYSTEM, scene.proposal(run))
    assert (seen.promises, seen.expected_share) == (0, None)
    found = confident(scene, scene.apply(run).plan_id)
    assert (found.promises, found.expected_share) == ((), None)


@sqlite_only
def test_the_probability_is_that_of_the_spreads(scene: Scene, company: Company, plan_day: Callable[[], int]) -> None:
    """One visit after another at one place, against the optimiser's own simulation of the same numbers."""
    company.shift(company.technician(1, cost_per_duty_hour=3600))
    company.visit(1, windows=[(at(8), at(8))])
    tight = company.visit(1, windows=[(at(9), at(9, 20))])
    found = confident(scene, scene.apply(plan_day()).plan_id)
    (late,) = (promise for promise in found.promises if promise.visit_id == tight.id)
    by_hand = Problem(
        Travel(line(1).seconds),
        (Technician("ann", (Shift("ann", 8 * HOUR, 17 * HOUR, 0),)),),
        (
            Visit("first", 0, Duration(HOUR), spread=round(USUAL * HOUR)),
            Visit("tight", 0, Duration(HOUR), windows=((9 * HOUR, 9 * HOUR + 1200),), spread=round(USUAL * HOUR)),
        ),
    )
    (alike,) = simulate(by_hand, [timed(by_hand, "ann", ["first", "tight"])], SAMPLES).promises
    assert late.probability == pytest.approx(alike.probability, abs=0.03)
    assert 0.8 < late.probability < 0.95


@sqlite_only
def test_there_must_be_such_a_plan(scene: Scene) -> None:
    with pytest.raises(NotFound, match="no plan 77"):
        confident(scene, 77)


@sqlite_only
def test_over_http(scene: Scene, company: Company, plan_day: Callable[[], int]) -> None:
    two_promises(company)
    plan_id = scene.apply(plan_day()).plan_id
    with serving(scene.uow, scene.clock) as address, client_of(address, scene.uow, scene.clock, company) as client:
        answer = client.get(f"/v1/plans/{plan_id}/confidence")
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["plan_id"] == plan_id
        assert 0 < body["expected_share"] <= 1
        named = {"visit_id", "number", "sequence", "technician_code", "opens_at", "closes_at", "starts_at"}
        assert [set(promise) for promise in body["promises"]] == 2 * [named | {"starts_by_95", "probability"}]
        assert client.get("/v1/plans/999/confidence").status_code == 404
