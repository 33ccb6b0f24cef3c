"""The compiler of the search's kernels: numba, with what it compiled kept for the next run.

Numba notices when the source of a compiled function changes, but not when that of a function it calls does. So the
compiled code is kept by what all sources of the solver hold: a folder for each version, in the user's cache folder, or
where `NUMBA_CACHE_DIR` says. Folders unused for a month are removed.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import numba
from numba.core import config as numba_config

P = ParamSpec("P")
R = TypeVar("R")

OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy"}
UNCOUNTED: Final[dict[str, Any]] = {**OPTIONS, "_nrt": False}
UNWRAPPED: Final[dict[str, Any]] = {**UNCOUNTED, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

config: Any = numba_config
MONTH: Final = 30 * 24 * 3600.0


def _version() -> str:
    """What all sources of the solver, their place and numba's version come to."""
    told = hashlib.sha256(numba.__version__.encode())
    root = Path(__file__).resolve().parent
    told.update(str(root).encode())  # numba keeps by place what it compiled
    for path in sorted(root.rglob("*.py")):
        told.update(str(path.relative_to(root)).encode())
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _folder() -> Path:
    """Where compiled code is kept; below the system's folder for temporary files where the user has none."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dispatch-optimiser" / "kernels"
    version = _version()
    for place in (base, Path(tempfile.gettempdir()) / f"dispatch-optimiser-{os.getuid()}" / "kernels"):
        folder = place / version
        with contextlib.suppress(OSError):
            new = not folder.is_dir()
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
            if new:
                _remove_old(place)
            return folder
    return Path(tempfile.mkdtemp(prefix="dispatch-optimiser-"))


def _remove_old(place: Path) -> None:
    for folder in place.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > MONTH:
                shutil.rmtree(folder)


if not config.CACHE_DIR:
    config.CACHE_DIR = str(_folder())


def compiled_before(what: str) -> bool:
    """Whether `note_compiled` was called for it since the sources last changed; a run that has to compile says so."""
    return (Path(config.CACHE_DIR) / f"{what}.compiled").exists()


def note_compiled(what: str) -> None:
    """Notes that it is compiled and kept."""
    with contextlib.suppress(OSError):
        (Path(config.CACHE_DIR) / f"{what}.compiled").touch()


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


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """The same for a function that only other compiled ones call, in about half the time to compile.

    Calling it from Python ends the process.
    """
    compiled: Callable[P, R] = numba.njit(**UNWRAPPED)(function)
    return compiled
