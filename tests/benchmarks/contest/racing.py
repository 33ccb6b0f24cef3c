"""One solver in a process of its own, on the cores it is given, ended when it does not end."""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from solver.problem import Problem
from tests.benchmarks.contest.protocol import Finish, Request
from tests.benchmarks.contest.solvers import OURS

STRETCH: Final = 2.0
SPARE: Final = 60.0
"""A solver is ended after so many times its limit and so many seconds more; how long it took is told in any case."""
COMPILING: Final = 600.0
"""And ours after so many more, since its code may have to be compiled first."""
WARMING: Final = 0.5
WORTH_TELLING: Final = 20.0
"""Seconds: of the search that has the code compiled; and from which on it is told how long that took."""
ROOT: Final = Path(__file__).resolve().parents[3]


def race(request: Request) -> Finish:
    """What the solver found; a crash or a search without end is told in `Finish.told`."""
    longest = STRETCH * request.seconds + SPARE + (COMPILING if request.solver == OURS else 0.0)
    with tempfile.TemporaryDirectory() as folder:
        given, answer, errors = (Path(folder, name) for name in ("request", "answer", "errors"))
        given.write_bytes(pickle.dumps(request))
        cores = ",".join(map(str, sorted(request.cores)))
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.contest.racer",
            request.solver,
            cores,
            str(given),
            str(answer),
        ]
        with (
            errors.open("wb") as told,
            subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=told, start_new_session=True
            ) as process,
        ):
            ended = _waited(process, longest)
        if answer.exists() and ended == 0:
            finish: Finish = pickle.loads(answer.read_bytes())
            return finish
        lines = errors.read_text(errors="replace").strip().splitlines()
        late = f"ended after {longest:.0f} s without an answer"
        return Finish(told=late if ended is None else f"ended with {ended}: {lines[-1] if lines else 'no word'}")


def warm(problem: Problem, cores: Iterable[int]) -> None:
    """Has our code compiled for such problems, so that no measured run waits for that; tells when it took long."""
    began = time.monotonic()
    race(Request(OURS, problem, WARMING, cores=frozenset(cores)))
    seconds = time.monotonic() - began
    if seconds > WORTH_TELLING:
        print(f"# our code was compiled first, once for this machine: {seconds:.0f} s", flush=True)


def _waited(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """The exit code, or None when the process and all it started had to be ended, as on any interruption of ours."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
