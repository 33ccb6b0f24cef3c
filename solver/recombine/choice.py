"""The best set of routes out of all that were seen: set partitioning over a pool of columns."""

from collections.abc import Callable, Mapping, Sequence

from solver.compiled import Compiled
from solver.recombine.column import Column, Traits, distinct, total
from solver.recombine.effort import Effort
from solver.recombine.links import links
from solver.recombine.program import Draft, Program
from solver.recombine.steps import Search
from solver.recombine.ties import TIES


def never() -> bool:
    """Nobody wants an end."""
    return False


def recombine(
    compiled: Compiled,
    columns: Sequence[Column],
    current: Mapping[int, Column],
    seconds: float | None,
    deterministic: float | None,
    seed: int,
    workers: int = 1,
    cancel: Callable[[], bool] = never,
) -> list[Column] | None:
    """All routes of a cheaper plan, each out of the columns or the current ones; None when none was found.

    current: the plan at hand, by shift. seconds: by the clock, or None. deterministic: a limit in CP-SAT's
    deterministic time in place of it, with which equal calls give equal answers; it goes with one worker. cancel:
    asked often, from another thread too; once true, the best so far is returned soon. What ties routes together, rules
    and costs, holds for the columns' own times exactly.
    """
    pool = distinct(compiled, [*current.values(), *columns])
    if not pool:
        return None
    traits = Traits(compiled)
    cheapest = {traits.of(column): column for column in pool}
    present = {shift: cheapest[traits.of(column)] for shift, column in current.items()}
    program = stated(compiled, pool, present)
    found = Search(program, pool, Effort(seconds, deterministic, seed, workers, cancel)).run()
    chosen = {pool[i].shift: pool[i] for i in range(len(pool)) if found[i]}
    return list(chosen.values()) if total(compiled, chosen) < total(compiled, current) else None


def stated(compiled: Compiled, columns: Sequence[Column], current: Mapping[int, Column]) -> Program:
    """The choice among the columns with all that ties routes together; the current routes are among them."""
    draft = Draft(compiled, columns, current)
    for tie in (*TIES, links):
        tie(draft)
    return draft.finished()
