"""The pre-flight linter: silent misconfigurations of a territory-day, found before solving, each with what it blocks.

Every rule is a named function from a `Subject` to findings; `RULES` lists them all.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from db.models import PlanningRun
from dispatch.access import Action, Viewer, elevated, require
from dispatch.clock import Clock
from dispatch.planning.day.build import lay_out
from dispatch.planning.day.rows import read_day
from dispatch.planning.findings import Finding, Severity
from dispatch.planning.linter.people import certificate_expired, left_out_shifts, no_costs, no_shift
from dispatch.planning.linter.places import far_from_road
from dispatch.planning.linter.stock import part_nowhere, tool_nobody_has, warehouse_closed
from dispatch.planning.linter.subject import Subject, subject
from dispatch.planning.linter.visits import (
    called_off,
    contract_without_hours,
    left_out_visits,
    longer_than_any_shift,
    nobody_allowed,
    skill_level_nobody_has,
    skill_nobody_has,
    work_order_without_visit,
)
from dispatch.travel.places import TravelTimes

__all__ = ["RULES", "Rule", "Subject", "judge", "lint", "subject"]

Rule = Callable[[Subject], Iterable[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    left_out_visits,
    left_out_shifts,
    no_shift,
    far_from_road,
    skill_nobody_has,
    skill_level_nobody_has,
    certificate_expired,
    nobody_allowed,
    tool_nobody_has,
    part_nowhere,
    warehouse_closed,
    longer_than_any_shift,
    contract_without_hours,
    work_order_without_visit,
    called_off,
    no_costs,
)


def lint(
    session: Session, viewer: Viewer, clock: Clock, travel: TravelTimes, *, territory_id: int, local_date: date
) -> list[Finding]:
    """What is wrong with the day's rows, errors first.

    Raises NotFound, Forbidden, Unavailable when travel times are away.
    """
    require(viewer, Action.READ, PlanningRun)
    return judge(_read(session, territory_id, local_date, clock, travel))


def judge(one: Subject) -> list[Finding]:
    """What every rule finds, errors first, each finding once."""
    found = dict.fromkeys(finding for rule in RULES for finding in rule(one))
    return sorted(found, key=lambda finding: finding.severity is not Severity.ERROR)


def _read(session: Session, territory_id: int, local_date: date, clock: Clock, travel: TravelTimes) -> Subject:
    rows = read_day(session, territory_id, local_date, clock.now())
    with elevated(session, "planning"):
        return subject(session, lay_out(rows), travel)
