"""What every benchmark says first, and the file that keeps its figures."""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.contest import solvers
from tests.benchmarks.contest.racing import ROOT
from tests.benchmarks.contest.slots import cores

CPUINFO: Final = Path("/proc/cpuinfo")
Row = Mapping[str, Any]


def parser(name: str, about: str | None) -> argparse.ArgumentParser:
    """Options that all benchmarks share."""
    made = argparse.ArgumentParser(prog=f"python -m tests.benchmarks {name}", description=about)
    made.add_argument("--json", type=Path, help="keep all figures in this file")
    return made


def machine() -> dict[str, Any]:
    """What the figures were made on and with."""
    return {
        "processor": _processor(),
        "cores": len(cores()),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "commit": _commit(),
        **solvers.versions(),
    }


def opening() -> str:
    """The machine and the versions in a line."""
    told = machine()
    versions = ", ".join(f"{name} {told[name]}" for name in solvers.versions())
    where = f"{told['processor']}, {told['cores']} cores, {told['memory_gib']} GiB, {told['system']}"
    return f"# {where}; Python {told['python']}, {versions}; commit {told['commit']}"


def keep(file: Path | None, name: str, arguments: Mapping[str, Any], rows: Sequence[Row], summary: Any) -> None:
    """Writes the figures, if a file is wanted."""
    if file is None:
        return
    asked = {key: str(value) if isinstance(value, Path) else value for key, value in arguments.items()}
    document = {"benchmark": name, "arguments": asked, "machine": machine(), "summary": summary, "runs": list(rows)}
    file.write_text(json.dumps(_plain(document), indent=1) + "\n", encoding="utf-8")


def say(line: str = "") -> None:
    """A line of the table."""
    print(line, flush=True)


def skipped(why: str) -> int:
    """Tells in a line why nothing is measured; the exit code."""
    print(why, file=sys.stderr)
    return 2


def _plain(value: Any) -> Any:
    """JSON knows neither infinity nor NaN."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _processor() -> str:
    if CPUINFO.exists():
        for line in CPUINFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
