"""The compiler of the search's kernels: numba, with its results kept beside the source for the next run."""

from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")

OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy"}
UNCOUNTED: Final[dict[str, Any]] = {**OPTIONS, "_nrt": False}


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles the function on its first call; lets other Python threads run while it works."""
    compiled: Callable[P, R] = numba.njit(**OPTIONS)(function)
    return compiled


def lean(function: Callable[P, R]) -> Callable[P, R]:
    """The same for a function that makes no array, slices included.

    Numba then does not count references to its arrays, which else takes most of the time of a short call.
    """
    compiled: Callable[P, R] = numba.njit(**UNCOUNTED)(function)
    return compiled
