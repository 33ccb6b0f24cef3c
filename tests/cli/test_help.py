"""Every command says what it does, shows an example that works, and is in the reference."""

import re
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from api.cli.app import app
from tests.cli.running import Cli

REFERENCE: Final = (Path(__file__).parents[2] / "api" / "README.md").read_text("utf-8")


def _commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    return [path] if not below else [each for name in below for each in _commands(below[name], (*path, name))]


COMMANDS: Final = _commands(typer.main.get_command(app))


def _section() -> str:
    return re.split(r"^## ", REFERENCE.split("\n## Commands\n", 1)[1], flags=re.MULTILINE)[0]


def _example(help_text: str) -> str:
    return help_text.split("Example:\n", 1)[1].split("\n\n", 1)[0]


def test_there_are_the_commands_there_should_be() -> None:
    assert {command[0] for command in COMMANDS} == {
        "demo", "solve", "check", "bound", "confidence", "plan", "serve", "worker",
        "user", "db", "import", "export", "settings", "intake", "durations",
    }  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_has_help_with_an_example(cli: Cli, command: tuple[str, ...]) -> None:
    told = cli.fine(*command, "--help")
    assert f"dispatch {' '.join(command)}" in _example(told)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_examples_use_options_that_there_are(cli: Cli, command: tuple[str, ...]) -> None:
    for line in _example(cli.fine(*command, "--help")).splitlines():
        words = shlex.split(line.strip())
        start = words.index("dispatch") + 1
        options = [word for word in words[start:] if word.startswith("--")]
        of = [word for word in words[start : start + 2] if not word.startswith("-")]
        known = cli.fine(*(of if tuple(of) in COMMANDS else of[:1]), "--help")
        assert all(option in known for option in options)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_and_its_options_are_in_the_reference(cli: Cli, command: tuple[str, ...]) -> None:
    assert f"`dispatch {' '.join(command)}" in " ".join(_section().split())
    for option in re.findall(r"--[a-z-]+", cli.fine(*command, "--help").split("Options:")[1]):
        assert option == "--help" or f"`{option}" in _section(), option


def test_without_a_command_there_is_help(cli: Cli) -> None:
    assert "dispatch demo" in cli.fine()
    assert re.fullmatch(r"dispatch \d+\.\d+\.\d+\n", cli.fine("--version"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["db", "nonsense"], "No such command 'nonsense'"),
        (["solve"], "Missing argument"),
        (["solve", "x.json", "--seed", "many"], "many"),
        (["solve", "x.json", "--seconds", "1", "--iterations", "1"], "either --seconds or --iterations"),
        (["solve", "x.json", "--seconds", "inf"], "A search must end"),
        (["solve", "x.json", "--format", "xml"], "'xml' is not one of native, vroom"),
        (["plan", "--territory", "LS", "--date", "tomorrow"], "tomorrow"),
        (["serve", "--port", "99999"], "99999"),
        (["demo", "--visits", "0"], "0"),
        (["demo", "--day", "1850-01-01", "--no-serve"], "outside the years 2000 to 2100"),
        (["import", "dragons", "x.csv"], "there is no kind of rows called 'dragons'"),
        (["import", "skills", "x.csv"], "there is no file x.csv"),
        (["import", "skills", "x.csv", "--dates", "abc"], "'abc' is not one of iso, dmy, mdy"),
        (["export", "skills"], "Give a KIND and a FILE"),
        (["export", "skills", "x.ods"], "save it as .xlsx"),
        (["export", "skills", "x.csv", "--separator", "#"], "'#' is none of"),
        (["user", "create", "a@b.cl", "--name", "A", "--role", "king"], "choose one of scheduler"),
        (["user", "password", "nobody@b.cl"], "there is no user with the e-mail address nobody@b.cl"),
        (["plan", "--territory", "X", "--date", "2026-03-02"], "there is no territory with the code 'X'"),
    ],
)
def test_bad_input_is_told_in_one_line(cli: Cli, arguments: list[str], says: str) -> None:
    assert says in cli.refused(2, *arguments)


def test_a_wrong_setting_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_PORT", "harbour")
    assert "DISPATCH_PORT" in cli.refused(2, "settings")


def test_settings_are_listed_and_secrets_masked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE_URL", "postgresql://ana:hunter2@db/dispatch")
    told = cli.fine("settings")
    assert "DISPATCH_DATABASE_URL" in told
    assert "hunter2" not in told
    monkeypatch.setenv("DISPATCH_DATABASE_URL", "mysql://ana:hunter2@db/dispatch")
    assert "hunter2" not in cli.refused(2, "user", "list")


def test_a_fault_of_ours_is_one_line_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_arguments: list[str]) -> int:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("api.cli.entry._run", broken)
    assert "something broke here (ZeroDivisionError: by zero)" in cli.refused(70, "settings")
    with pytest.raises(ZeroDivisionError):
        cli("--traceback", "settings")


def test_an_interruption_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.cli.settings.out.print", lambda *_: interrupted())
    assert cli.refused(130, "settings") == "dispatch: interrupted"
