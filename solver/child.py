"""A solve in a process of its own: a crash there is an error message here, and cancelling works at once.

The child sends its progress, every better plan (the visits of each shift) and its answer over a pipe. The interpreter
lock is held while OR-Tools searches, so the child is asked first and ended when it does not answer soon.
"""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.problem import Problem
from solver.search import Limits, OnProgress
from solver.solution import Solution, Stats
from solver.solve import finished, solve
from solver.timing.planner import Planner

GRACE: Final = 0.6
"""Seconds a cancelled child has to answer by itself, before it is ended and its last plan taken."""
LOOK: Final = 0.05
"""Seconds between looks at the cancel event, and in the child at the pipe."""

ASKED_OF_THE_PARENT: Final = (signal.SIGINT, signal.SIGTERM)

Routes = list[tuple[int, ...]]
"""The visits of each shift, in order."""


class SolverCrashed(Exception):
    """The process that searched is gone without an answer; the message says how, and what to do."""


def solve_in_child(
    problem: Problem,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
    memory_limit_bytes: int | None = None,
) -> Solution:
    """Like `solve`, in one spawned process.

    cancel: once set, the best plan so far is returned within about a second. memory_limit_bytes: of data the process
    may hold; where the system knows no such limit it is not kept. Raises SolverCrashed when the process dies, runs
    out of memory or fails.
    """
    limits = limits or Limits()
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(theirs, problem, limits, memory_limit_bytes), daemon=True)
    with _interrupts_ignored():
        child.start()
    theirs.close()
    try:
        return _Watch(problem, limits, ours, child).until_done(on_progress, cancel or threading.Event())
    finally:
        if child.is_alive():
            child.kill()
        child.join()
        ours.close()


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """A process started meanwhile ignores Ctrl-C and requests to end, which reach the whole group of processes.

    They are its parent's to handle.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ASKED_OF_THE_PARENT}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Watch:
    """The parent's view of the child."""

    def __init__(self, problem: Problem, limits: Limits, pipe: Connection, child: SpawnProcess) -> None:
        self._problem, self._limits, self._pipe, self._child = problem, limits, pipe, child
        self._began = time.monotonic()
        self._routes: Routes = []

    def until_done(self, on_progress: OnProgress | None, cancel: threading.Event) -> Solution:
        """The child's answer, or the best plan it sent when it was cancelled and did not answer in time."""
        answer_by: float | None = None
        while answer_by is None or time.monotonic() < answer_by:
            if answer_by is None and cancel.is_set():
                answer_by = time.monotonic() + GRACE
                with contextlib.suppress(OSError):  # a child that is gone is noticed when it is read from
                    self._pipe.send("cancel")
            if self._pipe.poll(LOOK):
                solution = self._take(on_progress)
                if solution is not None:
                    return solution
        return self._salvaged()

    def _take(self, on_progress: OnProgress | None) -> Solution | None:
        kind, content = self._receive()
        if kind == "done":
            solution: Solution = content
            return solution
        if kind == "failed":
            raise SolverCrashed(content)
        if kind == "plan":
            self._routes = content
        elif on_progress is not None:
            on_progress(content)
        return None

    def _receive(self) -> tuple[str, Any]:
        try:
            kind, content = self._pipe.recv()
        except (EOFError, OSError):
            raise SolverCrashed(self._cause_of_death()) from None
        return kind, content

    def _cause_of_death(self) -> str:
        self._child.join()
        code = self._child.exitcode or 0
        if code >= 0:
            return f"The search process ended with exit code {code} before it answered; start the solve again."
        told = f"The search process was ended by signal {-code} ({signal.Signals(-code).name}) before it answered"
        if code == -signal.SIGKILL:
            told += "; often the machine had no memory left. Free some or plan fewer visits at once"
        return f"{told}. Start the solve again."

    def _salvaged(self) -> Solution:
        """The last plan the child sent, timed and judged here."""
        self._child.kill()
        plan = Plan(Planner(compile_problem(self._problem)))
        for shift, visits in enumerate(self._routes):
            change = plan.change(shift, visits) if visits else None
            if change is not None:
                plan.apply(change)
        stats = Stats(time.monotonic() - self._began, self._limits.seed, self._limits.threads)
        return finished(self._problem, plan, stats, work=0)


def _child(pipe: Connection, problem: Problem, limits: Limits, memory_limit_bytes: int | None) -> None:
    """The child's life."""
    for number in ASKED_OF_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    try:
        _limit_memory(memory_limit_bytes)
        solution = solve(
            problem,
            limits,
            on_progress=lambda progress: pipe.send(("progress", progress)),
            cancel=_asked(pipe),
            on_plan=lambda plan: pipe.send(("plan", [plan.visits(s) for s in range(len(plan.routes))])),
        )
        pipe.send(("done", solution))
    except Exception as error:  # noqa: BLE001 - told to the parent, which raises it as SolverCrashed
        pipe.send(("failed", _told(error, memory_limit_bytes)))


def _told(error: Exception, memory_limit_bytes: int | None) -> str:
    """What went wrong in the child, in a sentence; a library that finds no room to load counts as lack of memory."""
    limited = memory_limit_bytes is not None and isinstance(error, ImportError | OSError)
    if limited or isinstance(error, MemoryError):
        allowed = "" if memory_limit_bytes is None else f" than the {memory_limit_bytes // 2**20} MiB allowed"
        return f"The search needed more memory{allowed}; allow more or plan fewer visits at once."
    told = f"{type(error).__name__}: {error}"
    return f"The search failed, which is a defect of the optimiser ({told}); please report it."


def _limit_memory(limit: int | None) -> None:
    if limit is None:
        return
    with contextlib.suppress(ImportError):  # a system without such limits
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _asked(pipe: Connection) -> Callable[[], bool]:
    """Whether the parent has asked for the end; the pipe is looked at now and then only."""
    asked = False
    next_look = 0.0

    def cancelled() -> bool:
        nonlocal asked, next_look
        now = time.monotonic()
        if not asked and now >= next_look:
            next_look = now + LOOK
            asked = pipe.poll()
        return asked

    return cancelled
