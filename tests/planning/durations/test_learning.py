"""Durations learnt from completed visits reach the problem; a plan keeps what it began with."""

from datetime import timedelta
from typing import Any

import pytest

from db.models import Equipment, Plan, Site, Technician, Visit, VisitStatus, WorkOrder
from dispatch.errors import NotFound
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import DayRows, read_day
from dispatch.planning.durations.learning import LEAST_VISITS, completed, latest, learn
from dispatch.planning.durations.telling import learn_and_tell
from solver.problem import Duration, Problem
from tests.builders.planning import Company
from tests.planning.common import ROADS


def past(
    company: Company, technician: Technician, share: float, days_ago: int, model: str | None = None, **fields: Any
) -> Visit:
    """A visit planned for 50 min and 10 min of setup that took this share of an hour, at a unit ten years old."""
    began = company.local(9) - timedelta(days=days_ago)
    given = {
        "status": VisitStatus.COMPLETED,
        "technician_id": technician.id,
        "started_at": began,
        "finished_at": began + timedelta(hours=share),
        **fields,
    }
    return company.visit(order=order_for(company, model), minutes=50, setup_seconds=600, **given)


def order_for(company: Company, model: str | None) -> WorkOrder:
    """A work order at the company's one site, for a unit of this model that is ten years old."""
    site = company.session.query(Site).first() or company.site()
    if model is None:
        return company.order(site)
    known = company.session.query(Equipment).filter_by(model=model).one_or_none()
    unit = known or company.add(
        Equipment(
            site_id=site.id,
            kind="lift",
            model=model,
            serial=model,
            label_code=model,
            installed_on=company.day - timedelta(days=3650),
        )
    )
    return company.order(site, equipment_id=unit.id)


def slow_and_quick(company: Company) -> tuple[Technician, Technician]:
    """One technician who always takes half as long again, one who takes as planned."""
    slow, quick = company.technician(), company.technician()
    for day in range(1, LEAST_VISITS + 1):
        past(company, slow, 1.5, day)
        past(company, quick, 1.0, day)
    return slow, quick


def day_of(company: Company) -> DayRows:
    return read_day(company.session, company.territory.id, company.day, company.local(6))


def problem_of(company: Company) -> Problem:
    day = lay_out(day_of(company))
    return build(day, Roads.between(day.places, ROADS)).problem


def test_few_visits_teach_nothing(company: Company) -> None:
    who = company.technician()
    for day in range(1, LEAST_VISITS):
        past(company, who, 1.5, day)
    assert learn(company.session, company.territory.id) is None
    assert learn_and_tell(company.session, company.territory.code) is None
    company.shift(who)
    company.visit(2, minutes=60)
    assert problem_of(company).visits[0].duration == Duration(3600)


def test_only_what_was_completed_here_and_signed_off_counts(company: Company) -> None:
    who = company.technician()
    past(company, who, 1.25, 10)
    past(company, who, 1.25, 10, status=VisitStatus.INCOMPLETE, incomplete_reason="no part")
    past(company, who, 1.25, 800)
    past(company, who, 6.0, 10)
    past(company, who, 0.01, 10)
    past(company, who, 1.25, 10, technician_id=None)
    (only,) = completed(company.session, company.territory.id, company.local(6))
    assert (only.share, only.technician, only.model, only.age_years) == (1.25, str(who.id), None, 0.0)


def test_the_plan_knows_who_is_slow(company: Company) -> None:
    slow, quick = slow_and_quick(company)
    for who in (slow, quick):
        company.shift(who)
    company.visit(2, minutes=60)
    before = problem_of(company).visits[0]
    assert (before.duration, learn(company.session, company.territory.id) is None) == (Duration(3600), False)
    after = problem_of(company).visits[0]
    assert after.duration.default == pytest.approx(1.22 * 3600, rel=0.05)
    assert after.duration.of(slow.code) == pytest.approx(1.5 * 3600, rel=0.05)
    assert after.duration.of(quick.code) == pytest.approx(3600, rel=0.05)
    assert all(seconds % 60 == 0 for seconds in (after.duration.default, *after.duration.by_technician.values()))
    assert 0 < after.spread < before.spread


def test_who_cannot_do_a_visit_has_no_duration_for_it(company: Company) -> None:
    slow, _ = slow_and_quick(company)
    learn(company.session, company.territory.id)
    company.shift(slow)
    company.visit(2, minutes=60, skills={"gas": 3})
    assert problem_of(company).visits[0].duration.by_technician == {}


def test_a_plan_keeps_the_durations_it_began_with(company: Company) -> None:
    slow, _ = slow_and_quick(company)
    company.shift(slow)
    company.visit(2, minutes=60)
    first = learn(company.session, company.territory.id)
    assert first is not None
    company.add(Plan(territory_id=company.territory.id, local_date=company.day, duration_model_id=first.id))
    kept = problem_of(company).visits[0].duration
    for day in range(1, 100):
        past(company, slow, 3.0, day)
    second = learn(company.session, company.territory.id)
    assert latest(company.session, company.territory.id) is second
    assert problem_of(company).visits[0].duration == kept
    assert day_of(company).durations.model_id == first.id


def test_age_and_model_of_the_unit_count(company: Company) -> None:
    who = company.technician()
    for day in range(1, LEAST_VISITS + 1):
        past(company, who, 1.0, day)
        past(company, who, 2.0, day, model="Old and difficult")
    told = learn_and_tell(company.session, company.territory.code)
    assert told is not None
    assert told.visits == 2 * LEAST_VISITS
    ((name, percent, spread_percent),) = ((line.name, line.percent, line.spread_percent) for line in told.models)
    assert name == "Old and difficult"
    assert percent + 10 * told.per_year_percent > 120
    assert spread_percent > 0


def test_a_territory_that_is_none_is_named_with_those_there_are(company: Company) -> None:
    with pytest.raises(NotFound, match=rf"no territory 'XX'; there are: {company.territory.code}"):
        learn_and_tell(company.session, "XX")
