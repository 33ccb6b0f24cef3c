"""The bound in a process of its own: a crash there loses what was not proven yet, and nothing else."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from solver.bound.bound import Bound, bound
from solver.child import ASKED_OF_THE_PARENT, LOOK, SolverCrashed
from solver.problem import Problem
from solver.solution import Solution

PATIENCE: Final = 120.0
"""Seconds beyond those allowed after which the process is ended and the last bound it told is taken."""


def bound_in_child(
    problem: Problem,
    seconds: float = 60.0,
    plan: Solution | None = None,
    cancel: threading.Event | None = None,
    on_bound: Callable[[Bound], None] | None = None,
) -> Bound:
    """Like `solver.bound.bound`, in one spawned process; once `cancel` is set, the best bound so far.

    Raises SolverCrashed when the process is gone before it has proven anything.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(theirs, problem, seconds, plan), daemon=True)
    child.start()
    theirs.close()
    try:
        return _watched(ours, seconds, cancel or threading.Event(), on_bound or (lambda _: None))
    finally:
        child.kill()
        child.join()
        ours.close()


def _watched(pipe: Connection, seconds: float, cancel: threading.Event, on_bound: Callable[[Bound], None]) -> Bound:
    best: Bound | None = None
    until = time.monotonic() + seconds + PATIENCE
    with contextlib.suppress(EOFError, OSError):  # the process is gone: what it told last is what there is
        while time.monotonic() < until and not cancel.is_set():
            if pipe.poll(LOOK):
                kind, content = pipe.recv()
                if kind == "failed":
                    raise SolverCrashed(content)
                if kind == "done":
                    done: Bound = content
                    return done
                best = content
                on_bound(content)
    if best is None:
        raise SolverCrashed("The bound was not proven: the process ended, or was stopped, before it had any.")
    return best


def _child(pipe: Connection, problem: Problem, seconds: float, plan: Solution | None) -> None:
    """The child's life."""
    for number in ASKED_OF_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    try:
        pipe.send(("done", bound(problem, seconds, plan, lambda found: pipe.send(("bound", found)))))
    except MemoryError:
        pipe.send(("failed", "The bound needed more memory than there is; free some or bound fewer visits."))
    except (ValueError, OverflowError) as refusal:
        pipe.send(("failed", str(refusal)))
    except Exception as error:  # noqa: BLE001 - told to the parent, which raises it as SolverCrashed
        told = f"{type(error).__name__}: {error}"
        pipe.send(("failed", f"The bound failed, which is a defect of the optimiser ({told}); please report it."))
