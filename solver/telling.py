"""What every command tells its user when something is wrong: one line, or one line a fault, and never a traceback."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from solver.child import SolverCrashed
from solver.faults import Malformed
from solver.formats.files import STANDARD
from solver.solve import RefusedByReferee
from solver.words import plural

DONE: Final = 0
WRONG: Final = 1
BAD_INPUT: Final = 2
INFEASIBLE: Final = 3

T = TypeVar("T")


class Refused(Exception):
    """A file that was read is not what it should be; the message is what to tell, all of it."""


def named(path: str | Path, act: Callable[[], T]) -> T:
    """What `act` gives; a refusal of its content is told with the file's name."""
    name = "standard input" if str(path) == STANDARD else str(path)
    try:
        return act()
    except Malformed as refusal:
        head = f"{name} is malformed: {plural(len(refusal.faults), 'fault')}"
        raise Refused("\n".join([head, *(f"  {fault}" for fault in refusal.faults)])) from None


def told(act: Callable[[], int]) -> int:
    """What `act` returns; what a user must be told instead goes to standard error."""
    try:
        return act()
    except Refused as refusal:
        say(str(refusal))
        return BAD_INPUT
    except BrokenPipeError:
        # Python would try to flush what nobody reads once more as it ends, and print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        say("error: standard output was closed before all was written")
        return BAD_INPUT
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        say(f"error: {name}{error.strerror or error}")
        return BAD_INPUT
    except (SolverCrashed, RefusedByReferee) as crash:
        say(f"error: {crash}")
        return WRONG
    except MemoryError:
        say("error: there is not enough memory for this input")
        return BAD_INPUT


def say(message: str) -> None:
    """Write a message to standard error, at once."""
    sys.stderr.write(message.encode("utf-8", "replace").decode() + "\n")
    sys.stderr.flush()
