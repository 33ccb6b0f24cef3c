"""Whether a `Problem` built in Python keeps the format, and whether this version can plan it."""

from collections.abc import Iterator

from solver.faults import Fault, Malformed, Unsupported
from solver.formats.read_problem import read_problem
from solver.formats.write_problem import problem_tree
from solver.problem import Problem

__all__ = ["Fault", "Malformed", "Unsupported", "require_supported", "unsupported", "validate"]

LATER = "is not planned yet; `check` judges it"


def validate(problem: Problem) -> list[Fault]:
    """Every fault of the problem, with the JSON pointer it has in its document; empty when it is sound."""
    try:
        read_problem(problem_tree(problem, lists=False))
    except Malformed as malformed:
        return list(malformed.faults)
    return []


def unsupported(problem: Problem) -> list[Fault]:
    """Everything a sound problem asks for that the search cannot plan yet; the referee judges all of it."""
    return list(_asked(problem))


def require_supported(problem: Problem) -> None:
    """Raise `Unsupported` with all of `unsupported(problem)`, if there is any."""
    faults = unsupported(problem)
    if faults:
        raise Unsupported(faults)


def _asked(problem: Problem) -> Iterator[Fault]:
    for i, link in enumerate(problem.links):
        yield Fault(f"/links/{i}", f'is a link "{link.kind}"', LATER, "remove it")
    if problem.travel.speed:
        yield Fault("/travel/speed", "changes the speed by time of day", LATER, "remove it")
    for name in ("max_tardiness_per_hour", "imbalance_per_hour"):
        if getattr(problem.costs, name):
            yield Fault(f"/costs/{name}", f"is {getattr(problem.costs, name)}", LATER, "remove it or make it 0")
    for i, technician in enumerate(problem.technicians):
        for name in ("min_rest", "max_duty"):
            value = getattr(technician, name)
            if value is not None:
                yield Fault(f"/technicians/{i}/{name}", f"is {value}", LATER, "remove it")
