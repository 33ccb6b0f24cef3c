"""Links between visits as rows among columns, whose starts are as they are."""

from collections.abc import Iterable
from itertools import combinations, pairwise

from solver.recombine.program import Draft, Term

Visits = tuple[int, ...]


def links(draft: Draft) -> None:
    """Every link of the problem holds among those of its visits that are served."""
    index = {visit.id: v for v, visit in enumerate(draft.compiled.problem.visits)}
    for link in draft.compiled.problem.links:
        visits = tuple(index[name] for name in link.visits)
        if link.kind == "same_start":
            same_start(draft, visits)
        elif link.kind == "precedes":
            precedes(draft, visits, link.min_gap, link.max_gap)
        elif link.kind == "different_technicians":
            different_technicians(draft, visits)
        else:
            same_technician(draft, visits)
        if link.all_or_none:
            all_or_none(draft, visits)


def same_start(draft: Draft, visits: Visits) -> None:
    """All start at the same second, by different technicians."""
    different_technicians(draft, visits)
    starts = {visit: _starting(draft, visit) for visit in visits}
    for one, two in combinations(visits, 2):
        _follows(draft, starts[one], starts[two], two)
        _follows(draft, starts[two], starts[one], one)


def _follows(draft: Draft, own: dict[int, list[int]], other: dict[int, list[int]], visit: int) -> None:
    """Where the one starts at a second, the other (the visit) does so too, or is left out."""
    for second, columns in own.items():
        allowed = [(i, -1) for i in other.get(second, ())]
        draft.row([*((i, 1) for i in columns), *allowed, *_left(draft, visit, -1)], high=0)


def precedes(draft: Draft, visits: Visits, min_gap: int, max_gap: int | None) -> None:
    """From the start of the first to the start of the second at least `min_gap` and at most `max_gap` seconds."""
    first, then = (_starts(draft, visit) for visit in visits)
    draft.exclude([(start + min_gap, i) for start, i in first], then)
    if max_gap is not None:
        draft.exclude([(start - max_gap, i) for start, i in then], first)


def different_technicians(draft: Draft, visits: Visits) -> None:
    """No technician does two of them."""
    for own in _by_technician(draft, visits).values():
        draft.row(((i, 1) for held in own for i in held), high=1)


def same_technician(draft: Draft, visits: Visits) -> None:
    """One technician does all that are served."""
    doers = []
    served = {visit: shift for shift, column in draft.current.items() for visit in column.visits}
    now = {draft.compiled.duties[served[visit]].technician for visit in visits if visit in served}
    for technician, own in _by_technician(draft, visits).items():
        doer = draft.number(1, technician in now)
        doers.append(doer)
        for held in own:
            draft.row([*((i, 1) for i in held), (doer, -1)], high=0)
    draft.row(((doer, 1) for doer in doers), high=1)


def all_or_none(draft: Draft, visits: Visits) -> None:
    """All of them are served, or none."""
    for one, two in pairwise(visits):
        draft.row([*_left(draft, one, 1), *_left(draft, two, -1)], 0, 0)


def _left(draft: Draft, visit: int, count: int) -> Iterable[Term]:
    return ((draft.left[visit], count),) if visit in draft.left else ()


def _starts(draft: Draft, visit: int) -> list[tuple[int, int]]:
    """(start of the visit, column) of each column that has it."""
    columns = draft.columns
    return [(columns[i].starts[columns[i].visits.index(visit)], i) for i in draft.holding[visit]]


def _starting(draft: Draft, visit: int) -> dict[int, list[int]]:
    """The columns that start the visit at each second."""
    found: dict[int, list[int]] = {}
    for start, column in _starts(draft, visit):
        found.setdefault(start, []).append(column)
    return found


def _by_technician(draft: Draft, visits: Visits) -> dict[int, list[list[int]]]:
    """For each technician, of each visit the columns of theirs that have it; a column may be there twice."""
    found: dict[int, list[list[int]]] = {}
    for place, visit in enumerate(visits):
        for i in draft.holding[visit]:
            technician = draft.compiled.duties[draft.columns[i].shift].technician
            found.setdefault(technician, [[] for _ in visits])[place].append(i)
    return found
