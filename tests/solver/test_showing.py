"""Progress on standard error, and words for times."""

import io

import pytest

from solver import cli
from solver.child import SolverCrashed
from solver.formats import native
from solver.search import COMPILING, Progress
from solver.showing import Showing, shown
from solver.solve import RefusedByReferee
from solver.telling import WRONG
from solver.words import clock, listed, plural, span
from tests.builders.problems import at, problem, visit


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(how: Showing, out: io.StringIO) -> str:
    """What is shown of three messages, two of them within a second."""
    with shown(how, 9, out) as on_progress:
        on_progress(Progress("insertion", 0.1, 0.0, None, 0))
        on_progress(Progress("insertion", 0.9, 0.05, 120, 4))
        on_progress(Progress("insertion", 1.2, 0.1, 110, 5))
        on_progress(Progress("rounds", 1.3, 0.6, 90, 9))
    return out.getvalue()


def test_plain_is_a_line_a_second_and_one_for_each_stage() -> None:
    assert told(Showing.PLAIN, io.StringIO()).splitlines() == [
        "   0.1 s    0%  insertion: 0 of 9 visits",
        "   1.2 s   10%  insertion: 5 of 9 visits, cost 110",
        "   1.3 s   60%  rounds: 9 of 9 visits, cost 90",
    ]


def test_a_first_run_says_everywhere_that_it_compiles_unless_told_to_be_silent() -> None:
    for how, lines in ((Showing.AUTO, 1), (Showing.NONE, 0)):
        out = io.StringIO()
        with shown(how, 9, out) as on_progress:
            for seconds in (0.1, 40.0):
                on_progress(Progress(COMPILING, seconds, 0.0, None, 0))
        assert out.getvalue().count(COMPILING) == lines


def test_a_bar_is_drawn_on_a_terminal_only() -> None:
    assert told(Showing.AUTO, io.StringIO()) == ""
    assert told(Showing.NONE, Terminal()) == ""
    assert "9 of 9 visits, cost 90" in told(Showing.AUTO, Terminal())
    assert "9 of 9 visits, cost 90" in told(Showing.BAR, io.StringIO())


@pytest.mark.parametrize("error", [SolverCrashed("The search ran out of memory."), RefusedByReferee("A defect.")])
def test_a_failed_search_is_one_line(
    error: Exception, tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise error

    path = f"{tmp_path}/day.json"
    native.write_problem(path, problem([visit("a", 1)]))
    monkeypatch.setattr(cli, "solve_in_child", fail)
    assert cli.run_solve(path, showing=Showing.NONE) == WRONG
    assert capsys.readouterr() == ("", f"error: {error}\n")


def test_words_for_times() -> None:
    assert [clock(at(9, 5)), clock(-60), clock(86_400 + 61)] == [
        "9:05",
        "1 min before the day begins",
        "24:01:01",
    ]
    assert [span(0), span(4805), span(-60)] == ["0 s", "1 h 20 min 5 s", "-1 min"]
    assert [listed([]), listed("a"), listed("ab"), listed("abc", "or")] == ["", "a", "a and b", "a, b or c"]
    assert [plural(0, "visit"), plural(1, "visit")] == ["0 visits", "1 visit"]
