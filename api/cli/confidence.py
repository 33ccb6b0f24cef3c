"""dispatch confidence: how surely a plan keeps its promises."""

from typing import Annotated

import typer


def confidence(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM.json", help='The problem; "-": standard input.')],
    solution: Annotated[str, typer.Argument(metavar="SOLUTION.json", help='The solution; "-": standard input.')],
    samples: Annotated[int, typer.Option(help="Days to simulate.", min=1, max=1_000_000)] = 10_000,
    seed: Annotated[int, typer.Option(help="Of the random delays.", min=0, max=999_999_999)] = 0,
    correlation: Annotated[
        int, typer.Option(help="How alike the delays of a day's legs are, in percent.", min=0, max=100)
    ] = 0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the probabilities as JSON.")] = False,
) -> None:
    """Tell how surely each promised window is kept, and the share of them that can be expected to be.

    Exit code 1 when the plan breaks a rule, 2 when a file is malformed.

    \b
    Example:
      dispatch confidence day.json plan.json --samples 100000
    """
    from solver.confidence.command import run_confidence

    raise typer.Exit(run_confidence(problem, solution, samples, seed, correlation, as_json=as_json))
