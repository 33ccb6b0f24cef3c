"""Planning a day at the command line, with a progress bar, and showing what came of it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api.cli.context import err, out
from api.pages.labels import clock as clock_time
from api.pages.labels import kilometres, length
from api.pages.render import priced
from db.models import Job, PlanningRun, Proposal, ProposalStatus, RunStatus, Territory
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import Clock
from dispatch.compute.solving import Effort, Solve
from dispatch.compute.solving import Progress as Step
from dispatch.errors import Conflict, NotFound, Unavailable
from dispatch.money import format_money
from dispatch.planning import plans, proposals, publish, runs
from dispatch.planning import summary as figures
from dispatch.planning.summary import Summary
from dispatch.planning.views import LeftOutView, PlanView
from dispatch.travel.places import TravelTimes
from solver.search import COMPILING

FINDINGS_SHOWN: Final = 8
LEFT_OUT_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Day:
    """A territory-day, who asks, and what is needed to work on it."""

    uow: UnitOfWork
    viewer: Viewer
    clock: Clock
    territory_id: int
    local_date: date

    def view(self) -> PlanView:
        """The plan as it stands."""
        with self.uow(viewer=self.viewer, read_only=True) as session:
            return plans.current(session, self.viewer, self.territory_id, self.local_date)


def territory_of(uow: UnitOfWork, viewer: Viewer, code: str) -> int:
    """The id of the territory with this code.

    Raises NotFound, which names those there are.
    """
    with uow(viewer=viewer, read_only=True) as session:
        known = {row.code: row.id for row in session.query(Territory).order_by(Territory.code)}
    if code not in known:
        there = f"there are: {', '.join(known)}" if known else "import one first: dispatch import territories FILE"
        raise NotFound(f"there is no territory with the code {code!r}; {there}")
    return known[code]


def make_proposal(day: Day, effort: Effort, travel: TravelTimes, solve: Solve, *, resume: bool = False) -> int:
    """Plan the day in this process, with a bar; the id of the proposal.

    resume: take up a run that was cut off before. Only where nobody else can be at it: in a demo.

    Raises Unavailable when the run fails, KeyboardInterrupt when it is cancelled.
    """
    run_id = _unfinished(day) if resume else None
    if run_id is None:
        run_id = day.uow.run(
            lambda session: (
                runs.request_run(
                    session,
                    day.viewer,
                    day.clock,
                    territory_id=day.territory_id,
                    local_date=day.local_date,
                    effort=effort,
                    queued=False,
                ).id
            ),
            viewer=day.viewer,
        )
    try:
        if not err.is_terminal:
            err.print("planning ...")
        told = err.is_terminal
        with _bar() as bar:
            task = bar.add_task("planning", total=1.0)

            def show(step: Step) -> None:
                nonlocal told
                if step.stage == COMPILING and not told:
                    told = True
                    err.print(f"{COMPILING}: about a minute, which does not count")
                cost = "" if step.cost is None else f", cost {step.cost}"
                bar.update(task, completed=step.share, description=f"planning: {step.stage.replace('_', ' ')}{cost}")

            runs.execute(day.uow, run_id, travel=travel, clock=day.clock, solve=solve, on_progress=show)
            bar.update(task, completed=1.0)
    except KeyboardInterrupt:
        # A run that ended at this very moment has nothing left to cancel.
        with suppress(Conflict):
            day.uow.run(lambda session: runs.cancel(session, day.viewer, day.clock, run_id), viewer=day.viewer)
        raise
    _say_findings(day, run_id)
    return _proposal_of(day, run_id)


def _say_findings(day: Day, run_id: int) -> None:
    """What the linter found before the search, the worst first, on standard error."""
    with day.uow(viewer=day.viewer, read_only=True) as session:
        findings = session.get_one(PlanningRun, run_id).findings
    for finding in findings[:FINDINGS_SHOWN]:
        err.print(f"{finding['severity']}: {finding['message']} To mend it: {finding['remedy']}.", markup=False)
    if len(findings) > FINDINGS_SHOWN:
        err.print(f"and {len(findings) - FINDINGS_SHOWN} more; GET /v1/lint lists them all")


def _unfinished(day: Day) -> int | None:
    """A run of this day that never ended and that no worker has to do."""
    with day.uow(viewer=day.viewer, read_only=True) as session:
        for run in runs.listed(session, day.viewer, territory_id=day.territory_id, local_date=day.local_date):
            is_over = run.status in runs.OVER or run.cancel_requested_at is not None
            if not is_over and session.query(Job.id).filter_by(key=runs.job_key(run.id)).first() is None:
                return run.id
    return None


def _proposal_of(day: Day, run_id: int) -> int:
    with day.uow(viewer=day.viewer, read_only=True) as session:
        run = session.get_one(PlanningRun, run_id)
        proposal = runs.proposal_of(session, run_id)
        if run.status is RunStatus.CANCELLED:
            raise KeyboardInterrupt
        if proposal is None:
            raise Unavailable(f"planning run {run_id} {run.status.value}: {run.error or 'no reason was noted'}")
        return proposal


def open_proposal(day: Day) -> int | None:
    """The newest proposal of the day that is neither applied nor dropped."""
    with day.uow(viewer=day.viewer, read_only=True) as session:
        query = session.query(Proposal.id).filter_by(
            territory_id=day.territory_id, local_date=day.local_date, status=ProposalStatus.OPEN
        )
        found = query.order_by(Proposal.id.desc()).first()
        return None if found is None else int(found[0])


def apply_proposal(day: Day, proposal_id: int, *, accept: bool = False) -> int:
    """Make a proposal the current plan; the plan's id. Says which routes stay as they are.

    accept: whether it may break promises.
    """
    applied = day.uow.run(
        lambda session: proposals.apply(session, day.viewer, day.clock, proposal_id, accept_broken_promises=accept),
        viewer=day.viewer,
    )
    for kept in applied.kept:
        err.print(f"{kept.technician} keeps the present route: {kept.reason}")
    return applied.plan_id


def publish_plan(day: Day, plan_id: int, *, accept: bool = False) -> None:
    """Publish the plan as it stands; accept: although it breaks promises."""
    day.uow.run(
        lambda session: publish.publish(session, day.viewer, day.clock, plan_id, None, accept_broken_promises=accept),
        viewer=day.viewer,
    )


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def say_plan(view: PlanView, console: Console = out) -> None:
    """The table of routes and the summary of a plan."""
    _say(view, "published" if view.published_at else "not published", console)


def say_proposal(view: plans.ProposalView, console: Console = out) -> None:
    """The table of routes and the summary of a proposal, and how to apply it."""
    _say(view, f"proposal {view.id}, not applied", console)


def _say(view: PlanView | plans.ProposalView, state: str, console: Console) -> None:
    console.print(_routes(view, state))
    console.print()
    surely = view.expected_share if isinstance(view, plans.ProposalView) else None
    console.print(_summary(figures.of(view.routes, view.left_out, view.cost), view.currency, surely))
    for left in view.left_out[:LEFT_OUT_SHOWN]:
        _say_left_out(left, view.currency, console)
    if len(view.left_out) > LEFT_OUT_SHOWN:
        console.print(f"\nand {len(view.left_out) - LEFT_OUT_SHOWN} more are left out; the plan's page tells why")


def _say_left_out(left: LeftOutView, currency: str, console: Console) -> None:
    """Why a visit is left out, and the cheapest change that would let it in."""
    why = left.reasons[0].message if left.reasons else "nobody has planned it yet"
    console.print(f"\n{left.visit.number} is left out: {priced(why, currency)}", markup=False, highlight=False)
    for remedy in left.remedies[:1]:
        cost = "" if remedy.cost is None else f" ({format_money(remedy.cost, currency)})"
        console.print(f"  → {priced(remedy.message, currency)}{cost}", markup=False, highlight=False)


def _routes(view: PlanView | plans.ProposalView, state: str) -> Table:
    title = f"{view.territory}, {view.local_date:%A} {view.local_date}, {state}"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("technician", no_wrap=True, max_width=30)
    for name in ("visits", "departs", "returns", "travel", "km", "overtime"):
        table.add_column(name, justify="right", min_width=len(name))
    for route in view.routes:
        if not route.stops:
            table.add_row(f"{route.technician_code} {route.technician}", "0", "–", "–", "–", "–", "–", style="dim")
            continue
        table.add_row(
            f"{route.technician_code} {route.technician}",
            str(len(route.visits)),
            clock_time(route.departs_at),
            clock_time(route.returns_at),
            length(route.travel_seconds),
            kilometres(route.travel_metres).removesuffix(" km"),
            length(route.overtime_seconds) if route.overtime_seconds else "–",
        )
    return table


def _summary(said: Summary, currency: str, surely: float | None) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    why = ", ".join(f"{code.replace('_', ' ')} {count}" for code, count in said.left_out_why)
    table.add_row(
        "served", f"{said.served} of {said.served + said.left_out} visits, {said.used} of {said.shifts} shifts"
    )
    table.add_row("left out", f"{said.left_out}" + (f": {why}" if why else ""))
    table.add_row("travel", f"{said.travel_share:.0%} of duty, {kilometres(said.travel_metres)}")
    table.add_row("overtime", length(said.overtime_seconds))
    table.add_row("windows", f"{said.windows_kept} of {said.windows} kept, {said.late} visits after they were due")
    if surely is not None:
        table.add_row("promises", f"{surely:.0%} can be expected to be kept, as durations and travel vary")
    if "total" in said.cost:
        table.add_row("cost", format_money(said.cost["total"], currency))
    return table
