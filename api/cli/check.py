"""dispatch check: judge a plan by the rules of its problem."""

from typing import Annotated

import typer


def check(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM.json", help='The problem; "-": standard input.')],
    solution: Annotated[str, typer.Argument(metavar="SOLUTION.json", help='The solution; "-": standard input.')],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Recompute every rule and the cost: exit code 0 when the plan is right, 1 when not, 2 when a file is malformed.

    3: the plan says that it is infeasible, and is right but for visits left out that must be served.

    \b
    Example:
      dispatch check day.json plan.json
    """
    from solver.cli import run_check

    raise typer.Exit(run_check(problem, solution, as_json))
