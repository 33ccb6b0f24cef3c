"""Compiling kernels that only other kernels call: without the wrappers that calls from Python need."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles the function for other kernels, in about half the time; it cannot be called from Python."""
    options = {
        "cache": True,
        "nogil": True,
        "error_model": "numpy",
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
        "_nrt": False,
    }
    compiler: Any = numba.njit
    compiled: Callable[P, R] = compiler(**options)(function)
    return compiled
