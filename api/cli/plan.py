"""dispatch plan: plan a territory's day, and apply and publish it if asked."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.context import opened
from api.cli.ends import Ends
from dispatch.clock import SystemClock
from dispatch.settings import settings


def plan(
    territory: Annotated[str, typer.Option(help="The territory's code.", metavar="CODE")],
    day: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The local date.", metavar="YYYY-MM-DD")
    ],
    seconds: Annotated[float | None, typer.Option(help="Seconds to search [default: the setting].")] = None,
    iterations: Annotated[int | None, typer.Option(help="Iterations in place of seconds: repeatable.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 0,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Make the proposal the current plan.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Apply the proposal, and publish the plan.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept-broken-promises", help="Go on although that breaks promises.")
    ] = False,
) -> None:
    """Plan a day. Without --apply or --publish the proposal waits for somebody to look at it.

    \b
    Example:
      dispatch plan --territory LS --date 2026-03-02 --seconds 20 --apply
    """
    from api.cli import planning
    from api.cli.running import travel_times
    from api.worker import solver
    from dispatch.access import Viewer
    from dispatch.compute.solving import Effort
    from dispatch.planning import plans

    if seconds is not None and iterations is not None:
        raise typer.BadParameter("Give either --seconds or --iterations.")
    chosen = settings()
    if seconds is None and iterations is None:
        seconds = chosen.solve_seconds
    viewer, clock = Viewer.system("operator"), SystemClock()
    with opened(chosen.database_url.get_secret_value(), clock) as uow:
        the_day = planning.Day(uow, viewer, clock, planning.territory_of(uow, viewer, territory), day.date())
        effort = Effort(seconds, iterations, chosen.solve_threads, seed)
        proposal = planning.make_proposal(the_day, effort, travel_times(chosen), solver(chosen))
        with uow(viewer=viewer, read_only=True) as session:
            seen = plans.preview(session, viewer, proposal)
        if apply or publish:
            plan_id = planning.apply_proposal(the_day, proposal, accept=accept)
            if publish:
                planning.publish_plan(the_day, plan_id, accept=accept)
            planning.say_plan(the_day.view())
        else:
            planning.say_proposal(seen)
    if not seen.feasible:
        raise typer.Exit(Ends.INFEASIBLE)
