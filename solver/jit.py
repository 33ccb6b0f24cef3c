"""The compiler of the search's kernels: numba, with its results kept beside the source for the next run."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles the function on its first call; lets other Python threads run while it works."""
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def lean(function: Callable[P, R]) -> Callable[P, R]:
    """The same for a function that makes no array, slices included.

    Numba then does not count references to its arrays, which else takes most of the time of a short call.
    """
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)
    return compiled


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """The same as `lean`, made part of each caller: for what is called from one place, with many arrays."""
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False, forceinline=True)(
        function
    )
    return compiled
