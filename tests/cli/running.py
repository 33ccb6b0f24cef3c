"""Runs the command line: in this process, or as people do."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli.entry import run
from dispatch.settings import settings


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Cli:
    """Runs commands in this process on one database."""

    capsys: pytest.CaptureFixture[str]
    url: str

    def __call__(self, *arguments: object) -> Ended:
        """Run `dispatch` with these arguments."""
        settings.cache_clear()
        self.capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Ended(code, said.out, said.err)

    def fine(self, *arguments: object) -> str:
        """What a command that ends well prints."""
        ended = self(*arguments)
        assert ended.code == 0, ended
        return ended.out

    def refused(self, code: int, *arguments: object) -> str:
        """The one line that a command that ends with this code says, after what it was doing."""
        ended = self(*arguments)
        assert ended.code == code, ended
        lines = [line for line in ended.err.strip().splitlines() if not line.endswith(" ...")]
        assert len(lines) == 1, ended.err
        return lines[0]


def environment(**more: str) -> dict[str, str]:
    """This process's environment without settings of ours, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCH_")}
    return {**kept, "PYTHONWARNINGS": "error::ResourceWarning", **more}


@contextmanager
def process(
    *arguments: object, cwd: Path, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """`dispatch` as a process of its own; ended, if need be, when the test is over."""
    command = [sys.executable, "-c", "from api.cli import main; main()", *map(str, arguments)]
    root = Path(__file__).parents[2]
    given = environment(PYTHONPATH=str(root), **(settings or {}))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, env=given, stdout=pipe, stderr=pipe, stdin=pipe, text=True) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()
