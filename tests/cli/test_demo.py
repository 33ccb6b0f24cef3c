"""The demo, small: from nothing to a served plan, and on from wherever it was cut off."""

import re
import shutil
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener
from zoneinfo import ZoneInfo

import pytest

from api.cli.demo.state import DATABASE
from api.cli.running import bind
from fixtures import city
from tests.cli.running import Cli, process

SMALL: Final = ("--visits", 12, "--technicians", 3, "--iterations", 1)


def _interrupted(*_: object, **__: object) -> NoReturn:
    raise KeyboardInterrupt


def _rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo of today that is done."""
    folder = tmp_path_factory.mktemp("demo")
    with process("demo", "--no-serve", *SMALL, "--directory", folder / "demo", cwd=folder) as demo:
        out, err = demo.communicate(timeout=300)
    assert demo.returncode == 0, err
    assert "published" in out
    assert re.search(r"served +\d+ of 12 visits", out)
    for line in ("left out", "travel", "overtime", "windows", "cost"):
        assert re.search(rf"^{line} ", out, flags=re.MULTILINE), line
    return folder / "demo"


def _copy(made: Path, target: Path) -> Path:
    return shutil.copytree(made, target / "demo")


def test_run_again_it_shows_what_is_there(
    cli: Cli, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _copy(made, tmp_path)
    monkeypatch.setattr("fixtures.company.generate", _interrupted)
    monkeypatch.setattr("dispatch.planning.runs.request_run", _interrupted)
    assert "published" in cli.fine("demo", "--no-serve", "--directory", folder)
    assert "published" in cli.fine("demo", "--no-serve", *SMALL, "--directory", folder)
    assert len(_rows(folder, "SELECT id FROM planning_run")) == 1


def test_another_company_needs_another_folder_or_a_fresh_start(cli: Cli, made: Path, tmp_path: Path) -> None:
    folder = _copy(made, tmp_path)
    said = cli.refused(2, "demo", "--no-serve", "--visits", 13, "--directory", folder)
    assert "has --visits 12, not 13" in said
    assert "--fresh" in said
    (folder / "demo.json").write_text("{", "utf-8")
    assert "dispatch demo --fresh" in cli.refused(2, "demo", "--no-serve", "--directory", folder)


def test_a_day_that_has_passed_is_told(cli: Cli, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _copy(made, tmp_path)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr("dispatch.clock.SystemClock.now", lambda _self: tomorrow)
    ended = cli("demo", "--no-serve", "--directory", folder)
    assert ended.code == 0
    assert f"{tomorrow.astimezone(ZoneInfo(city.ZONE)).date() - timedelta(days=1)}, has passed" in ended.err


def test_it_goes_on_from_wherever_it_was_cut_off(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "demo"
    points = (
        "db.operations.upgrade",
        "fixtures.company.load",
        "dispatch.planning.runs.execute",
        "api.cli.demo.steps.apply_proposal",
        "api.cli.demo.steps.publish_plan",
    )
    for point in points:
        with monkeypatch.context() as patch:
            patch.setattr(point, _interrupted)
            assert cli.refused(130, "demo", "--no-serve", *SMALL, "--directory", folder) == "dispatch: interrupted"
    assert "published" in cli.fine("demo", "--no-serve", "--iterations", 1, "--directory", folder)
    assert _rows(folder, "SELECT count(*) FROM territory") == [(1,)]
    assert _rows(folder, "SELECT count(*) FROM plan WHERE published_at IS NOT NULL") == [(1,)]
    assert _rows(folder, "SELECT count(*) FROM proposal WHERE status = 'applied'") == [(1,)]


@pytest.mark.parametrize("after", ["loading", "planning"])
def test_killed_outright_it_goes_on(cli: Cli, tmp_path: Path, after: str) -> None:
    folder = tmp_path / "demo"
    with process("demo", "--no-serve", *SMALL, "--directory", folder, cwd=tmp_path) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if line.startswith(after):
                demo.kill()
        demo.wait(60)
    assert demo.returncode == -signal.SIGKILL
    assert "published" in cli.fine("demo", "--no-serve", "--iterations", 1, "--directory", folder)
    assert _rows(folder, "SELECT count(*) FROM territory") == [(1,)]


def test_it_serves_on_another_port_if_it_must_and_one_press_signs_in(made: Path, tmp_path: Path) -> None:
    folder = _copy(made, tmp_path)
    with closing(bind("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with process("demo", "--directory", folder, "--port", port, cwd=tmp_path) as demo:
            assert demo.stdout is not None
            link = next(found[1] for line in demo.stdout if (found := re.match(r"Open (\S+)", line)))
            assert f":{port}/" not in link
            here, token = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/sign-in\?token=(\S+)", link).groups()  # type: ignore[union-attr]
            browser = build_opener(HTTPCookieProcessor())
            assert "Sign in</button>" in browser.open(link).read().decode()
            assert browser.open(here).url.startswith(f"{here}/sign-in")
            page = browser.open(f"{here}/sign-in", urlencode({"token": token, "next": "/"}).encode())
            assert re.fullmatch(rf"{here}/plans/\w+/[\d-]+", page.url)
            assert "T-001" in page.read().decode()
            with pytest.raises(HTTPError, match="401"):
                build_opener().open(f"{here}/v1/me")
            demo.send_signal(signal.SIGINT)
            _, err = demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert f"port {port} is taken" in err
    assert err.strip().splitlines()[-1] == "dispatch: interrupted"
