"""dispatch bound: how far from optimal a plan of a small day can still be."""

from typing import Annotated

import typer


def bound(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM.json", help='The problem; "-": standard input.')],
    solution: Annotated[
        str | None, typer.Argument(metavar="SOLUTION.json", help="A plan to compare, which makes it quicker.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to prove the bound.", min=0.01, max=1e6)] = 60.0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the bound as JSON.")] = False,
) -> None:
    """Prove what every plan of a small day costs at least, and how far above it a plan is.

    Exit code 1 when the plan is wrong or the proof failed, 2 when a file is malformed.

    \b
    Example:
      dispatch bound day.json plan.json --seconds 120
    """
    from solver.bound.command import run_bound

    raise typer.Exit(run_bound(problem, solution, seconds, as_json=as_json))
