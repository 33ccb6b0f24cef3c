"""Who may do what, for solvers that are told so outright: skills, tools, and who is named."""

from solver.problem import Problem, Technician, Visit


def fit(technician: Technician, visit: Visit) -> bool:
    """Whether the technician has the skills and tools of the visit and is not kept from it."""
    rule = visit.technicians
    return (
        all(technician.skills.get(skill, 0) >= level for skill, level in visit.skills.items())
        and visit.tools <= technician.tools
        and (rule.only is None or technician.id in rule.only)
        and technician.id not in rule.never
    )


Demand = tuple[object, ...]
"""What of a visit decides who may do it."""


def demand(visit: Visit) -> Demand:
    """Visits of which this is equal may be done by the same technicians."""
    rule = visit.technicians
    return (frozenset(visit.skills.items()), visit.tools, rule.only, rule.never)


def demands(problem: Problem) -> dict[Demand, Visit]:
    """The kinds of demand there are, with a visit of each."""
    return {demand(visit): visit for visit in problem.visits}


def classes(problem: Problem) -> dict[tuple[bool, ...], list[Technician]]:
    """Technicians by which of the visits they may do."""
    found: dict[tuple[bool, ...], list[Technician]] = {}
    asked = demands(problem)
    kinds = [demand(visit) for visit in problem.visits]
    for technician in problem.technicians:
        may = {kind: fit(technician, visit) for kind, visit in asked.items()}
        found.setdefault(tuple(may[kind] for kind in kinds), []).append(technician)
    return found
