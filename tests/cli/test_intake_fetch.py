"""dispatch intake fetch and learn, as an operator uses them."""

from pathlib import Path

import pytest

from tests.cli.running import Cli
from tests.intake.channels.reception import mail


def test_dropped_mails_are_fetched(cli: Cli, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "a.eml").write_bytes(mail().as_bytes())
    assert cli.fine("intake", "fetch", "--drop", drop).strip() == "waiting: 0, drop: 1, mailbox: 0"
    assert (drop / "done" / "a.eml").exists()
    assert cli.fine("intake", "fetch", "--drop", drop, "--once").strip() == "waiting: 0, drop: 0, mailbox: 0"


def test_what_cannot_be_fetched_is_told_in_one_line(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no folder" in cli.refused(2, "intake", "fetch", "--drop", tmp_path / "none")
    monkeypatch.setenv("DISPATCH_IMAP_HOST", "127.0.0.1")
    monkeypatch.setenv("DISPATCH_IMAP_PORT", "9")
    assert "cannot be read" in cli.refused(1, "intake", "fetch")


def test_learning_tells_from_how_much(cli: Cli, tmp_path: Path) -> None:
    assert "nothing is changed: 0 decisions of people are there" in cli.fine("intake", "learn")
    assert "nothing to learn from" in cli.fine("intake", "learn", "--force")
    drop = tmp_path / "drop"
    drop.mkdir()
    for name in ("a", "b"):
        (drop / f"{name}.eml").write_bytes(mail(**{"Message-ID": f"<{name}@example.com>"}).as_bytes())
    cli.fine("intake", "fetch", "--drop", drop)
    assert "nothing is changed" in cli.fine("intake", "learn")
    assert "pairs learned from: 1, decisions of people: 0" in cli.fine("intake", "learn", "--force")
