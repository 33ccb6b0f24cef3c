"""How far a search is, shown on standard error: a bar on a terminal, or a line a second."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from solver.search import COMPILING, OnProgress, Progress


class Showing(StrEnum):
    """The ways to show progress."""

    AUTO = "auto"
    BAR = "bar"
    PLAIN = "plain"
    NONE = "none"


@contextmanager
def shown(how: Showing, visits: int, stream: TextIO | None = None) -> Iterator[OnProgress]:
    """A function to hand progress to.

    `auto` is a bar where standard error is a terminal; elsewhere only a line when a first run has to compile.
    """
    out = stream or sys.stderr
    if how is Showing.AUTO:
        if not out.isatty():
            yield _Notice(out)
            return
        how = Showing.BAR
    if how is Showing.NONE:
        yield _silent
    elif how is Showing.PLAIN:
        yield _Lines(out, visits)
    else:
        with _bar(out) as bar:
            yield _Bar(bar, visits)


def _silent(_progress: Progress) -> None:
    """Nothing is shown."""


def described(progress: Progress, visits: int) -> str:
    """What the search has so far: "312 of 400 visits, cost 51200"."""
    cost = "" if progress.cost is None else f", cost {progress.cost}"
    return f"{progress.served} of {visits} visits{cost}"


class _Notice:
    """One line before the long wait of a first run, and nothing else."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._told = out, False

    def __call__(self, progress: Progress) -> None:
        if progress.stage == COMPILING and not self._told:
            self._told = True
            print(f"{COMPILING}: about a minute, which does not count", file=self._out, flush=True)


class _Lines:
    """A line when the stage changes, and otherwise one a second at most."""

    def __init__(self, out: TextIO, visits: int) -> None:
        self._out, self._visits = out, visits
        self._stage, self._next = "", 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.stage == self._stage and progress.elapsed < self._next:
            return
        self._stage, self._next = progress.stage, progress.elapsed + 1.0
        line = (
            f"{progress.elapsed:6.1f} s  {progress.share:4.0%}  {progress.stage}: {described(progress, self._visits)}"
        )
        print(line, file=self._out, flush=True)


class _Bar:
    def __init__(self, bar: RichProgress, visits: int) -> None:
        self._bar, self._visits = bar, visits
        self._task = bar.add_task("reading", total=1.0, found="")

    def __call__(self, progress: Progress) -> None:
        found = described(progress, self._visits)
        self._bar.update(self._task, completed=progress.share, description=progress.stage, found=found)


def _bar(out: TextIO) -> RichProgress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[found]}"))
    return RichProgress(*columns, console=Console(file=out, force_terminal=True), transient=True)
