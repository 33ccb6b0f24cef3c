"""dispatch solve: plan a problem in a file."""

import math
from collections.abc import Sequence
from typing import Annotated

import typer


def solve(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM.json", help='The problem; "-": standard input.')],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where the solution goes; -: standard output.")
    ] = "-",
    seconds: Annotated[float | None, typer.Option(help="How long to search [default: 10].", min=0.01)] = None,
    iterations: Annotated[
        int | None, typer.Option(help="In place of seconds: the same solution every time.", min=0, max=999_999_999)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random choices.", min=0, max=999_999_999)] = 0,
    threads: Annotated[int, typer.Option(help="How many cores to use.", min=1, max=9_999)] = 1,
    spread: Annotated[
        int | None,
        typer.Option(
            help="Spread a large problem by territory over so many processes, one core each.", min=1, max=9_999
        ),
    ] = None,
    file_format: Annotated[
        str, typer.Option("--format", metavar="native|vroom", help="Of problem and solution.")
    ] = "native",
    progress: Annotated[
        str, typer.Option(metavar="auto|bar|plain|none", help="A bar, a line a second, or nothing.")
    ] = "auto",
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    bound: Annotated[
        bool, typer.Option("--bound", help="Then prove what every plan costs at least, and tell the gap (small days).")
    ] = False,
    bound_seconds: Annotated[float, typer.Option(help="How long to prove the bound.", min=0.01, max=1e6)] = 60.0,
) -> None:
    """Plan a problem: exit code 0 when all that must be served is, 3 when not (the best found is written).

    Ctrl-C stops the search, and the best plan found is still written.

    \b
    Example:
      dispatch solve day.json -o plan.json --seconds 30
    """
    from solver.cli import FORMATS, run_solve
    from solver.search import Limits
    from solver.showing import Showing

    if seconds is not None and iterations is not None:
        raise typer.BadParameter("Give either --seconds or --iterations.")
    if seconds is not None and not math.isfinite(seconds):
        raise typer.BadParameter("A search must end; give a number of seconds, such as 30.", param_hint="--seconds")
    _require(file_format, FORMATS, "--format")
    _require(progress, [way.value for way in Showing], "--progress")
    seconds = None if iterations is not None else 10.0 if seconds is None else seconds
    limits = Limits(seconds=seconds, iterations=iterations, seed=seed, threads=threads)
    proof = bound_seconds if bound else None
    raise typer.Exit(run_solve(problem, output, limits, file_format, Showing(progress), quiet, proof, spread))


def _require(said: str, known: Sequence[str], option: str) -> None:
    if said not in known:
        raise typer.BadParameter(f"{said!r} is not one of {', '.join(known)}.", param_hint=option)
