"""The command line on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.settings import settings
from tests.cli.running import Cli


@pytest.fixture
def database_kind() -> str:
    """Commands are the same on both databases; what differs is tested where it is."""
    return "sqlite"


@pytest.fixture
def cli(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Cli]:
    """Runs commands on a database of the test's own, in a folder of its own."""
    monkeypatch.setenv("DISPATCH_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    yield Cli(capsys, database_url)
    settings.cache_clear()
