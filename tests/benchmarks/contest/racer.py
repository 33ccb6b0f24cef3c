"""The life of a solver's process: `python -m tests.benchmarks.contest.racer SOLVER CORES REQUEST ANSWER`.

CORES are numbers with commas, or nothing for all; REQUEST and ANSWER are files of pickles.
"""

import importlib
import os
import pickle
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.benchmarks.contest import solvers
from tests.benchmarks.contest.protocol import Finish, Request

STATUS: Final = Path("/proc/self/status")


def main(name: str, cores: str, request: Path, answer: Path) -> None:
    """Solve what the request holds, on these cores alone."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [int(core) for core in cores.split(",")])
    module = importlib.import_module(solvers.MODULES[name])
    run: Callable[[Request], Finish] = module.run
    base = peak_mib()
    given: Request = pickle.loads(request.read_bytes())
    began = time.monotonic()
    found = run(given)
    seconds = time.monotonic() - began
    answer.write_bytes(pickle.dumps(replace(found, seconds=seconds, base_mib=base, peak_mib=peak_mib())))


def peak_mib() -> float:
    """The most memory this process has held.

    Not `ru_maxrss` where it can be helped: that of a process started by a larger one begins with the larger one's.
    """
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
