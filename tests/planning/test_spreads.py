"""How much durations vary: what is usual, what the history shows, and what of it does not count."""

from datetime import timedelta
from math import sqrt
from typing import Any

import pytest

from db.models import Visit, VisitStatus, WorkType
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.planning.day.spreads import TRAVEL_PERCENT, USUAL, Spreads, blended, spreads
from solver import problem as p
from tests.builders.planning import Company
from tests.planning.common import ROADS

HOUR = 3600


def past(company: Company, share: float, days_ago: int = 10, **fields: Any) -> Visit:
    """A visit planned for 50 min and 10 min of setup that took this share of an hour."""
    began = company.local(9) - timedelta(days=days_ago)
    given = {
        "status": VisitStatus.COMPLETED,
        "started_at": began,
        "finished_at": began + timedelta(hours=share),
        **fields,
    }
    return company.visit(1, minutes=50, setup_seconds=600, **given)


def found(company: Company) -> Spreads:
    return spreads(company.session, company.territory.id, company.local(6))


def test_without_history_durations_vary_as_is_usual(company: Company) -> None:
    assert found(company) == Spreads({})
    assert Spreads().seconds(1, HOUR) == round(USUAL * HOUR) == 1080


def test_history_counts_for_more_the_more_there_is(company: Company) -> None:
    kind = company.work_type.id
    for _ in range(10):
        past(company, 0.5)
        past(company, 1.5)
    some = found(company)
    assert some.shares == {kind: pytest.approx(sqrt((20 * 0.09 + 20 * 0.25) / 40))}
    assert some.seconds(kind, HOUR) == 1484
    for _ in range(90):
        past(company, 0.5)
        past(company, 1.5)
    assert 0.48 < found(company).shares[kind] < 0.5


def test_a_history_without_variation_makes_promises_surer(company: Company) -> None:
    for _ in range(20):
        past(company, 1.2)
    assert found(company).shares == {company.work_type.id: pytest.approx(USUAL * sqrt(0.5))}


def test_only_what_really_happened_here_of_late_counts(company: Company) -> None:
    past(company, 1.0)
    before = found(company)
    past(company, 4.0, status=VisitStatus.INCOMPLETE, incomplete_reason="no part")
    past(company, 4.0, days_ago=366)
    past(company, 5.1)
    past(company, 4.0, finished_at=None)
    past(company, 4.0, finished_at=company.local(9) - timedelta(days=11))
    company.visit(1, minutes=0, status=VisitStatus.COMPLETED, started_at=company.local(5), finished_at=company.local(6))
    elsewhere = Company(company.session, numbers={"T": 50, "WO-": 50, "TE": 50, "WT": 50, "S": 50, "OR": 50})
    elsewhere.work_type = company.work_type
    past(elsewhere, 4.0)
    assert found(company) == before


def test_each_work_type_has_its_own(company: Company) -> None:
    first = company.work_type
    for share in (0.5, 1.5):
        past(company, share)
    company.work_type = company.add(WorkType(code="ROUND", name="Round", duration_seconds=1800))
    past(company, 1.0)
    shares = found(company).shares
    assert shares[first.id] > USUAL > shares[company.work_type.id]


def test_blending() -> None:
    assert blended(1, 1.0, 1.0) == pytest.approx(USUAL * sqrt(20 / 21))
    assert blended(3, 0.3, 0.03) == pytest.approx(USUAL * sqrt(20 / 23))  # no less than nothing, whatever is rounded


def test_the_problem_says_so(company: Company) -> None:
    company.shift(company.technician())
    company.visit(1, minutes=50, setup_seconds=600)
    for _ in range(20):
        past(company, 1.0)
    problem = _problem(company)
    assert problem.travel.spread_percent == TRAVEL_PERCENT
    assert [visit.spread for visit in problem.visits] == [round(USUAL * sqrt(0.5) * HOUR)]


def _problem(company: Company) -> p.Problem:
    rows = read_day(company.session, company.territory.id, company.day, company.local(6))
    day = lay_out(rows)
    return build(day, Roads.between(day.places, ROADS)).problem
