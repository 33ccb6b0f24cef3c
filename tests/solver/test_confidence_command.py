"""`python -m solver confidence`: the table, the JSON, exit codes, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.arguments import main
from solver.confidence.command import percent
from solver.formats import native
from solver.problem import Problem
from solver.solution import Cost, Route, Solution, Status
from tests.builders.problems import at, line, problem, timed, visit

DAY = problem(
    [
        visit("sure", 1, windows=((at(8), at(12)),)),
        visit("tight", 2, windows=((at(8), at(8, 51)),), spread=300),
        visit("free", 3, spread=300),
    ],
    travel=replace(line(10), spread_percent=20),
)
ROUTE = timed(DAY, "ann", ["sure", "tight", "free"])


class Files:
    """A problem and a plan in two files."""

    def __init__(self, folder: Path, day: Problem = DAY, *routes: Route) -> None:
        self.problem, self.plan = str(folder / "day.json"), str(folder / "plan.json")
        native.write_problem(self.problem, day)
        native.write_solution(self.plan, Solution(Status.FEASIBLE, Cost(), routes))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path, DAY, ROUTE)


def test_the_least_sure_promise_comes_first(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["confidence", files.problem, files.plan, "--samples", "2000", "--seed", "4"]) == 0
    head, tight, sure, share = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "kept"
    assert tight.split()[2:6] == ["tight", "ann", "8:00–8:51", "8:50"]
    assert sure.split() == ["100.0", "%", "sure", "ann", "8:00–12:00", "8:10", sure.split()[-1]]
    assert share.endswith(" of 2 promises can be expected to be kept (2000 samples, seed 4)")
    assert 70 < float(share.split()[0]) < 85


def test_the_same_as_json(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    found: list[Any] = []
    for options in (["--seed", "1"], ["--seed", "1"], ["--seed", "2"], ["--seed", "1", "--correlation", "50"]):
        assert main(["confidence", files.problem, files.plan, "--json", *options]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert found[0]["promises"][1]["probability"] != found[3]["promises"][1]["probability"]
    sure, tight = found[0]["promises"]
    assert sure == {
        "visit": "sure", "technician": "ann", "shift": "ann", "window": [at(8), at(12)], "start": at(8, 10),
        "start_95": sure["start_95"], "probability": 1.0,
    }  # fmt: skip
    assert at(8, 10) < sure["start_95"] < at(8, 20)
    assert found[0]["expected_share"] == pytest.approx((1 + tight["probability"]) / 2)
    assert (found[0]["samples"], found[0]["seed"]) == (10_000, 1)


def test_without_windows_nothing_was_promised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = problem([visit("a", 1)])
    files = Files(tmp_path, day, timed(day, "ann", ["a"]))
    assert main(["confidence", files.problem, files.plan]) == 0
    assert capsys.readouterr().out == "Nothing was promised: no visit served has a window.\n"


def test_a_plan_that_breaks_a_rule_is_not_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = Files(tmp_path, DAY, replace(ROUTE, return_=5))
    assert main(["confidence", files.problem, files.plan]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: the plan breaks 1 rule, which `check` lists; mend it first. return_time: ")


def test_files_that_cannot_be_read_are_told(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["confidence", files.problem, files.problem]) == 2
    assert "is malformed" in capsys.readouterr().err
    assert main(["confidence", files.problem + "x", files.plan]) == 2
    assert "No such file" in capsys.readouterr().err
    assert main(["confidence", "-", "-"]) == 2
    assert "only one of the two" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--samples", "0"], "1 to 1000000"), (["--samples", "1000001"], "1 to 1000000"), (["--samples", "x"], "'x'"),
        (["--correlation", "101"], "0 to 100"), (["--correlation", "-5"], "0 to 100"), (["--seed", "1.5"], "'1.5'"),
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(
    files: Files, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["confidence", files.problem, files.plan, *options])
    assert caught.value.code == 2
    assert says in capsys.readouterr().err


def test_a_probability_is_rounded_down() -> None:
    assert [percent(p) for p in (1.0, 0.9999, 0.5, 0.0004, 0.0)] == ["100.0 %", "99.9 %", "50.0 %", "0.0 %", "0.0 %"]
