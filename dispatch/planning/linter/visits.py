"""Rules about visits and work orders."""

from collections.abc import Iterable
from datetime import timedelta

from db.models import Preference, VisitStatus
from dispatch.planning.findings import Code, Finding, Severity
from dispatch.planning.linter.subject import Subject, unservable, warning


def left_out_visits(one: Subject) -> Iterable[Finding]:
    """Visits that stay out of the problem: no duration, no place, no time at all, pinned to nothing."""
    return one.day.work.findings


def skill_nobody_has(one: Subject) -> Iterable[Finding]:
    """A visit needs a skill that nobody on duty has."""
    held = {skill for duty in one.duties for skill in one.skills(duty)}
    for visit in one.waiting:
        for skill in one.wanted_skills(visit):
            if one.duties and skill not in held:
                why = f"nobody on duty has the skill {skill}"
                remedy = "give somebody the skill or a shift, or ask less of the visit"
                yield unservable(visit, Code.SKILL_NOBODY_HAS, why, remedy)


def skill_level_nobody_has(one: Subject) -> Iterable[Finding]:
    """A visit needs a skill at a level that nobody on duty reaches."""
    best = _best(one)
    for visit in one.waiting:
        for skill, level in one.wanted_skills(visit).items():
            if 0 < best.get(skill, 0) < level:
                why = f"it needs {skill} at level {level}, and the best on duty has {best[skill]}"
                remedy = "lower the level asked for, or raise somebody's"
                yield unservable(visit, Code.SKILL_LEVEL_NOBODY_HAS, why, remedy)


def _best(one: Subject) -> dict[str, int]:
    """{skill: the highest level on duty}."""
    best: dict[str, int] = {}
    for duty in one.duties:
        for skill, level in one.skills(duty).items():
            best[skill] = max(level, best.get(skill, 0))
    return best


def nobody_allowed(one: Subject) -> Iterable[Finding]:
    """Everybody on duty is excluded from a visit, or nobody has all its skills together."""
    best = _best(one)
    for visit in one.waiting:
        rules = one.day.rows.rules.get(visit.candidate.visit.id, ())
        only = {rule.technician_id for rule in rules if rule.preference is Preference.ONLY}
        never = {rule.technician_id for rule in rules if rule.preference is Preference.NEVER}
        allowed = [
            duty for duty in one.duties if duty.technician.id not in never and (not only or duty.technician.id in only)
        ]
        wanted = one.wanted_skills(visit)
        if any(best.get(skill, 0) < level for skill, level in wanted.items()):
            continue  # the rules above have said so
        able = [duty for duty in allowed if all(one.skills(duty).get(s, 0) >= n for s, n in wanted.items())]
        if one.duties and not able:
            why = "all on duty are excluded from it" if not allowed else "none of those allowed has all its skills"
            yield unservable(visit, Code.NOBODY_ALLOWED, why, "change who may do it, or give one of them a shift")


def longer_than_any_shift(one: Subject) -> Iterable[Finding]:
    """A visit takes longer than any shift, overtime included."""
    longest = max(
        (duty.ends_at - duty.starts_at + timedelta(seconds=duty.max_overtime) for duty in one.duties), default=None
    )
    for visit in one.waiting:
        length = timedelta(seconds=visit.candidate.visit.duration_seconds)
        if longest is not None and length > longest:
            why = f"it takes {length}, and the longest shift has {longest}"
            yield unservable(visit, Code.LONGER_THAN_ANY_SHIFT, why, "split the visit, or make a shift longer")


def contract_without_hours(one: Subject) -> Iterable[Finding]:
    """A contract promises a response or repair time, but says in which hours it runs by no word."""
    for contract in one.day.rows.contracts.values():
        promises = contract.response_minutes is not None or contract.repair_minutes is not None
        if promises and contract.id not in one.with_hours:
            yield warning(
                Code.CONTRACT_WITHOUT_HOURS,
                "contract",
                contract,
                f"Contract {contract.number} ({contract.name}) promises times, but has no service hours.",
                "no deadline can be derived from it, so nothing hurries its work orders",
                "enter the contract's service hours; from 00:00 to 00:00 every day for round the clock",
            )


def work_order_without_visit(one: Subject) -> Iterable[Finding]:
    """A work order is to be planned, but has no visit that could be."""
    for order in one.without_visit:
        yield Finding(
            code=Code.WORK_ORDER_WITHOUT_VISIT,
            severity=Severity.ERROR,
            entity="work_order",
            entity_id=order.id,
            message=f"Work order {order.number} is {order.status.value} and has no visit.",
            blocks="the work order is never planned",
            remedy="add a visit, or cancel the work order",
        )


def called_off(one: Subject) -> Iterable[Finding]:
    """A visit is still in the plan though its work order is cancelled."""
    for visit, number in one.called_off:
        told = visit.status is VisitStatus.DISPATCHED
        yield Finding(
            code=Code.CALLED_OFF,
            severity=Severity.ERROR,
            entity="visit",
            entity_id=visit.id,
            message=f"Visit {number}/{visit.sequence} is in the plan, but its work order is cancelled.",
            blocks="somebody drives there for nothing",
            remedy=f"{'call its technician, then ' if told else ''}take it out of the plan",
        )
