"""Problem in, plan out: the stages of the search, one after another, and nothing else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from solver.compiling import compile_problem
from solver.explain import WORK, explain
from solver.improve.loops import is_tied
from solver.improve.stage import built, improve, step_by_step
from solver.improve.tied_plan import retimed, without_halves
from solver.insertion.orders import settle
from solver.insertion.places import fill
from solver.insertion.plan import Plan
from solver.insertion.previous import taken_up
from solver.insertion.regret import insert_all
from solver.outcome import routes_of
from solver.problem import Problem
from solver.referee import check_routes, cost
from solver.routing_model import stage as routing_model
from solver.routing_model.districts import district, nearest_left_out
from solver.routing_model.search import Effort
from solver.routing_model.unstated import unstated
from solver.search import Limits, OnPlan, OnProgress, Progress, Search, StagePace
from solver.solution import Solution, Stats, Status
from solver.ties.polish import gains_by_polish, polish
from solver.timing.planner import Planner

__all__ = ["Limits", "Progress", "RefusedByReferee", "Start", "begin", "finished", "go_on", "solve"]

Start = Mapping[str, Sequence[str]]
"""Of a plan to begin with, per shift id the ids of its visits in order."""

WHOLE: Final = 150
"""Up to so many visits, and without breaks, the routing model is searched whole; else one district after another."""
DISTRICT_SECONDS: Final = 2.0
ROUNDS_A_DISTRICT: Final = 20
"""With iterations in place of seconds: so many of them per district searched."""

TIMED: Final = 0.03
"""Share of the time left that finding exact times may take, where routes hang together."""

MODEL: Final = 0.1
"""Share of the time left that the routing model may take."""
MODELLED: Final = 150
"""Visits above which the routing model is left out: what it finds there in that time, the last stage finds sooner."""


class RefusedByReferee(Exception):
    """The referee found a rule broken in a plan of the search: a defect of this program, not of the input."""


def solve(
    problem: Problem,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
    cancel: Callable[[], bool] | None = None,
    on_plan: OnPlan | None = None,
    start: Start | None = None,
) -> Solution:
    """The best plan found within the limits, judged by the referee, with a reason for every visit left out.

    on_progress: told how far it is. cancel: asked often; once true, the best plan so far is returned soon.
    on_plan: told of each plan better than all before.
    start: a plan to begin with, as far as it keeps the rules; the answer is never dearer.
    The problem must be sound (`solver.validate`).
    """
    search = Search(limits or Limits(), on_progress, on_plan, cancel)
    begin(search, problem, start)
    if start is None:
        _run(search, _routing_model)
    go_on(search)
    return finished(problem, search.best, search.stats())


def begin(search: Search, problem: Problem, start: Start | None = None) -> None:
    """Gives the search its first whole plan."""
    empty = Plan(Planner(compile_problem(problem)))
    search.improved(empty)
    if start is not None:
        search.improved(taken_up(empty, start))
    _run(search, _insertion, _previous)


def go_on(search: Search) -> None:
    """Improves the best plan for the rest of the time."""
    _run(search, _improve, _exact_times)


def _run(search: Search, *stages: Callable[[Search], None]) -> None:
    for stage in stages:
        if search.best.routes and not search.cancelled():  # without a shift there is nothing to search
            stage(search)


def finished(problem: Problem, plan: Plan, stats: Stats, work: int = WORK) -> Solution:
    """The plan as a solution: cost and status as the referee sees them, reasons and remedies for what is left out.

    work: how many routes may be timed in search of remedies; none where somebody waits for the end.
    """
    plan = without_halves(fill(plan))
    routes = routes_of(plan)
    broken = check_routes(problem, routes)
    if broken:
        raise RefusedByReferee(f"The plan breaks a rule, which is a defect of the optimiser. {broken[0]}")
    left = plan.left_out()
    missed = any(plan.compiled.must[visit] for visit in left)
    return Solution(
        status=Status.INFEASIBLE if missed else Status.FEASIBLE,
        cost=cost(problem, routes),
        routes=routes,
        unserved=explain(plan, left, work),
        stats=stats,
        problem=problem.name,
    )


def _insertion(search: Search) -> None:
    """Every visit where it fits best."""
    plan = search.best.copy()
    if not plan.shift_of:
        return
    search.begin("insertion", 0.0, 0.05)
    pace = StagePace(search, _until(search, 0.85), None)
    if step_by_step(plan.compiled):
        insert_all(plan, plan.left_out(), range(len(plan.routes)), pace.over)
        settle(plan, pace.over)
    else:
        plan = built(search)
    search.improved(plan)
    search.end()


def _previous(search: Search) -> None:
    """The plan in force with the other visits put in, where that is cheaper than a plan made anew."""
    if not search.best.compiled.problem.previous:
        return
    search.begin("previous plan", 0.1, 0.1)
    plan = taken_up(Plan(search.best.planner))
    search.improved(plan)
    more = plan.copy()
    pace = StagePace(search, _until(search, 0.5), None)
    insert_all(more, more.left_out(), range(len(more.routes)), pace.over)
    search.improved(more)
    search.end()


def _routing_model(search: Search) -> None:
    """OR-Tools: the whole day when it is small, else one district after another."""
    plan = search.best
    if not any(plan.routes) or len(plan.shift_of) > MODELLED or unstated(plan.compiled.problem):
        return
    search.begin("routing model", 0.05, 0.1)
    until = _until(search, MODEL)
    pace = StagePace(search, until, search.limits.iterations)
    if len(plan.shift_of) <= WHOLE and not any(duty.breaks for duty in plan.compiled.duties):
        _model_of(search, range(len(plan.routes)), pace, until, search.limits.iterations)
    else:
        for shifts in _districts(search, pace):
            soon = None if until is None else min(until, search.elapsed() + DISTRICT_SECONDS)
            _model_of(search, shifts, pace, soon, None if until is not None else ROUNDS_A_DISTRICT)
    search.end()


def _model_of(
    search: Search, shifts: Sequence[int], pace: StagePace, until: float | None, solutions: int | None
) -> None:
    seconds = None if until is None else until - search.elapsed()
    if seconds is not None and seconds <= 0:
        return
    plan = search.best
    extra = nearest_left_out(plan, shifts)
    effort = Effort(seconds, solutions, search.random.randrange(2**31))
    joint = retimed if is_tied(plan.compiled) else None
    routing_model.improve(plan, list(shifts), extra, effort, search.improved, pace.over, joint)


def _districts(search: Search, pace: StagePace) -> Iterator[list[int]]:
    """Shifts whose routes lie together, again and again until the pace is over."""
    count = 0
    while not pace.over():
        if search.limits.iterations is not None and count * ROUNDS_A_DISTRICT >= search.limits.iterations:
            return
        yield district(search.best, search.random)
        count += 1


def _improve(search: Search) -> None:
    """Ruin and recreate, and the best set out of all routes seen."""
    if not search.best.shift_of:
        return
    share = 1.0 - TIMED if gains_by_polish(search.best) else 1.0
    search.begin("improve", 0.1, share)
    improve(search, StagePace(search, _until(search, share), search.limits.iterations))
    search.end()


def _exact_times(search: Search) -> None:
    """All routes that hang together at the times that cost least together, their visits in the same order."""
    if not gains_by_polish(search.best) or search.remaining() <= 0.0:
        return
    search.begin("exact times", 1.0 - TIMED, 1.0)
    search.improved(polish(search.best, search.remaining()))
    search.end()


def _until(search: Search, share: float) -> float | None:
    """The instant by which a stage ends that may take this share of the time left; None: iterations count."""
    left = search.remaining()
    return None if left == float("inf") else search.elapsed() + share * left
