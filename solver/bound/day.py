"""A problem as the bound sees it: its shifts, what leaving a visit out costs, what using a technician costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from solver.bound.sheet import AWAY, BEFORE, DUE, HOME_PRICE, LATE, PRICE, Bounded, bounded
from solver.compiled import SCALE, Compiled, IntArray
from solver.compiling import compile_problem
from solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Day:
    """What the parts of the bound share. Units everywhere.

    most: no plan costs more as the bound counts it. unserved: per visit; a choice that leaves out one that must be
    served costs at least `most`. fixed: per technician.
    """

    problem: Problem
    shifts: tuple[Bounded, ...]
    unserved: tuple[int, ...]
    must: tuple[bool, ...]
    fixed: tuple[int, ...]
    most: int

    def served(self, shift: int, nodes: Sequence[int]) -> list[int]:
        """The problem's visits among the nodes of a shift's route."""
        return [self.shifts[shift].visits[i] for i in nodes if i < self.shifts[shift].sheet.visits]


def day_of(problem: Problem) -> Day:
    """The problem laid out."""
    compiled = compile_problem(problem)
    owned = [(t, shift) for t, technician in enumerate(problem.technicians) for shift in technician.shifts]
    shifts = tuple(bounded(compiled, t, shift, index) for index, (t, shift) in enumerate(owned))
    fixed = tuple(crew.fixed for crew in compiled.crews)
    must = tuple(bool(m) for m in compiled.must)
    given = [0 if must[v] else SCALE * (visit.unserved_cost or 0) for v, visit in enumerate(problem.visits)]
    most = sum(fixed) + sum(given) + sum(_most(shift) for shift in shifts) + SCALE
    unserved = tuple(most + _saved(compiled) if must[v] else given[v] for v in range(len(given)))
    return Day(problem, shifts, unserved, must, fixed, most)


def _most(shift: Bounded) -> int:
    """Units that no route of the shift reaches as the bound counts them, extras of visits apart."""
    sheet = shift.sheet
    span = max(0, sheet.last - sheet.start)
    dearest = sheet.duty + sheet.overtime
    own = sheet.nodes[: sheet.visits]
    late = int((own[:, LATE] * (sheet.last - own[:, DUE]).clip(0)).sum())
    away = int((own[:, AWAY] * (sheet.last - own[:, BEFORE]).clip(0)).sum())
    legs = _dearest(sheet.legs[PRICE]) + int(max(0, sheet.nodes[:, HOME_PRICE].max(initial=0)))
    return dearest * span + late + away + legs


def _dearest(price: IntArray) -> int:
    """The sum over nodes of the dearest way to each."""
    return int(price.max(axis=0, initial=0).clip(0).sum())


def _saved(compiled: Compiled) -> int:
    """Units that all visits together may save."""
    return sum(max(0, -bonus.usual, *(-units for units in bonus.own.values())) for bonus in compiled.bonus)
