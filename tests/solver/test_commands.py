"""`python -m solver solve|check` as a user runs it: exit codes, what is written where, and never a traceback."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from solver.arguments import main
from solver.cli import run_solve
from solver.formats import native
from solver.referee import check
from solver.solution import Stats
from tests.builders.problems import problem, technician, visit
from tests.builders.random_problems import random_problem
from tests.solver.good_plan import PROBLEM, SOLUTION
from tests.solver.test_vroom import GOOD as VROOM

ROOT: Final = Path(__file__).resolve().parents[2]
DAY: Final = problem([visit("a", 1), visit("b", 5), visit("far", 9, unserved_cost=5)], [technician("ann")], name="day")


def run(*arguments: str | Path, stdin: bytes = b"", cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "solver", *map(str, arguments)]
    ended = subprocess.run(
        command, input=stdin, capture_output=True, check=False, timeout=120, cwd=cwd, env=environment
    )
    assert b"Traceback" not in ended.stderr, ended.stderr.decode()
    return ended


class Here:
    """The same without a process of its own, which is quicker."""

    def __init__(self, capture: pytest.CaptureFixture[bytes]) -> None:
        self._capture = capture

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        code = main(list(map(str, arguments)))
        said = self._capture.readouterr()
        return subprocess.CompletedProcess(arguments, code, said.out, said.err)


@pytest.fixture
def here(capsysbinary: pytest.CaptureFixture[bytes]) -> Here:
    return Here(capsysbinary)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    path = tmp_path / "day.json"
    native.write_problem(path, DAY)
    return path


def test_solve_writes_a_plan_that_check_finds_right(day: Path) -> None:
    plan = day.with_name("plan.json")
    solved = run("solve", day, "-o", plan, "--iterations", "2", "--progress", "plain")
    assert (solved.returncode, solved.stdout) == (0, b"")
    lines = solved.stderr.decode().splitlines()
    assert any("insertion: " in line for line in lines)
    assert lines[-1].startswith("feasible: 3 of 3 visits served in 1 route, cost 0, ")
    assert check(DAY, native.read_solution(plan)) == []
    judged = run("check", day, plan)
    assert (judged.returncode, judged.stderr) == (0, b"")
    assert judged.stdout.decode().splitlines() == ["cost 0", "right: feasible, no rule is broken"]


def test_standard_input_to_standard_output(day: Path) -> None:
    solved = run("solve", "-", "--iterations", "1", "--quiet", stdin=day.read_bytes())
    assert (solved.returncode, solved.stderr) == (0, b"")
    judged = run("check", day, "-", "--json", stdin=solved.stdout)
    verdict = json.loads(judged.stdout)
    assert (judged.returncode, verdict["right"], verdict["violations"], verdict["stated_total"]) == (0, True, [], 0)


def test_an_infeasible_day_is_written_and_said(here: Here, tmp_path: Path) -> None:
    hopeless, plan = tmp_path / "day.json", tmp_path / "plan.json"
    native.write_problem(hopeless, problem([visit("a", 1), visit("b", 1, skills={"magic": 1})]))
    solved = here("solve", hopeless, "-o", plan, "--iterations", "1", "--quiet")
    assert solved.returncode == 3
    assert [left.visit for left in native.read_solution(plan).unserved] == ["b"]
    judged = here("check", hopeless, plan)
    assert judged.returncode == 3
    assert "must_be_served: Visit 'b' must be served: it may not be left out." in judged.stdout.decode()
    assert "honest: infeasible, as it says; 1 visit left out that must be served" in judged.stdout.decode()
    assert json.loads(here("check", hopeless, plan, "--json").stdout)["honest"] is True


def test_a_plan_that_hides_what_it_leaves_out_is_not_honest(here: Here, tmp_path: Path) -> None:
    hopeless, plan = tmp_path / "day.json", tmp_path / "plan.json"
    native.write_problem(hopeless, problem([visit("a", 1), visit("b", 1, skills={"magic": 1})]))
    here("solve", hopeless, "-o", plan, "--iterations", "1", "--quiet")
    plan.write_text(plan.read_text().replace('"infeasible"', '"feasible"'))
    judged = here("check", hopeless, plan)
    assert judged.returncode == 1
    assert "1 violation" in judged.stdout.decode()


def test_the_same_seed_gives_the_same_plan_in_every_process(tmp_path: Path) -> None:
    """Sets of strings have another order in each process; nothing may depend on it."""
    path = tmp_path / "problem.json"
    native.write_problem(path, random_problem(9))
    plans = []
    for hashes in ("1", "2"):
        command = [sys.executable, "-m", "solver", "solve", str(path), "--iterations", "3", "--seed", "5", "--quiet"]
        environment = {**os.environ, "PYTHONHASHSEED": hashes}
        ended = subprocess.run(command, capture_output=True, check=False, timeout=120, cwd=ROOT, env=environment)
        plans.append(replace(native.load_solution(ended.stdout), stats=Stats()))
    assert plans[0] == plans[1]


def test_vroom_in_vroom_out(here: Here, tmp_path: Path) -> None:
    path = tmp_path / "vroom.json"
    path.write_text(json.dumps(VROOM))
    solved = here("solve", path, "--format", "vroom", "--iterations", "2", "--quiet")
    answer = json.loads(solved.stdout)
    assert (solved.returncode, answer["code"], answer["summary"]["unassigned"]) == (0, 0, 0)


def test_check_tells_what_is_wrong_in_words_and_in_json(here: Here, tmp_path: Path) -> None:
    problem_file, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    native.write_problem(problem_file, PROBLEM)
    native.write_solution(plan, SOLUTION)
    assert here("check", problem_file, plan).returncode == 0
    tree = json.loads(plan.read_bytes())
    tree["routes"][0]["stops"][0]["depart"] -= 60
    tree["cost"]["total"] += 1
    plan.write_text(json.dumps(tree))
    judged = here("check", problem_file, plan)
    assert judged.returncode == 1
    assert judged.stdout.decode().splitlines() == [
        "service_time: Visit 'a1' takes 40 min from 8:30, until 9:10, not 9:09. (shift 'ann-am', stop 0)",
        "travel_time: 'ann' arrives at 'a2' at 9:30; driving 20 min means 9:29. (shift 'ann-am', stop 1)",
        "cost: cost.total is 44871, but the routes come to 44870.",
        "cost 44870: travel 2000, distance 500, duty 34800, overtime 300, fixed 700, lateness 2250, unserved 4000, "
        "preference -250, change 130, max_tardiness 90, imbalance 350",
        "3 violations",
    ]
    verdict = json.loads(here("check", problem_file, plan, "--json").stdout)
    assert verdict["cost"]["total"] + 1 == verdict["stated_total"] == 44871
    assert verdict["violations"][0] == {
        "rule": "service_time", "route": "ann-am", "stop": 0,
        "message": "Visit 'a1' takes 40 min from 8:30, until 9:10, not 9:09.",
    }  # fmt: skip


def test_a_malformed_file_is_told_fault_by_fault(here: Here, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"visits": [{"id": "a", "location": 0, "duration": 1.5}], "extra": 1}')
    commands: list[list[str | Path]] = [["solve", path], ["check", path, path]]
    for command in commands:
        ended = here(*command)
        assert (ended.returncode, ended.stdout) == (2, b"")
        lines = ended.stderr.decode().splitlines()
        assert lines[0] == f"{path} is malformed: 3 faults"
        assert [line.split(":")[0].strip() for line in lines[1:]] == [
            "/extra", "/visits/0/location", "/visits/0/duration",
        ]  # fmt: skip


def test_files_that_cannot_be_read_or_written_are_one_line(here: Here, day: Path) -> None:
    away, folder = day.with_name("away.json"), day.parent
    cases = {
        ("solve", away): f"error: {away}: No such file or directory",
        ("solve", folder): f"error: {folder}: Is a directory",
        ("check", day, away): f"error: {away}: No such file or directory",
        ("check", "-", "-"): "error: only one of the two files can come from standard input",
        ("solve", day, "-o", folder): f"error: {folder}: is a directory",
        ("solve", day, "-o", folder / "x" / "y"): f"error: {folder}/x/",
    }
    for command, line in cases.items():
        ended = here(*command)
        assert ended.returncode == 2, command
        (told,) = ended.stderr.decode().splitlines()
        assert told.startswith(line)


@pytest.mark.parametrize(
    "wrong",
    [
        [], ["fly"], ["solve"], ["check", "a"], ["solve", "a", "--seconds", "0"], ["solve", "a", "--seconds", "nan"],
        ["solve", "a", "--seconds", "ten"], ["solve", "a", "--iterations", "-1"], ["solve", "a", "--threads", "0"],
        ["solve", "a", "--seed", "1.5"], ["solve", "a", "--format", "csv"], ["solve", "a", "--progress", "loud"],
        ["solve", "a", "--seconds", "1", "--iterations", "1"],
    ],
)  # fmt: skip
def test_wrong_arguments_end_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("solve", "check"):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert f"python -m solver {command} day.json" in " ".join(capsys.readouterr().out.split())


def test_a_reader_that_goes_away_is_one_line(day: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "solver", "check", str(day), "-"]
    solution = native.dump_solution(SOLUTION)
    ended = subprocess.run(
        command, input=solution, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60, cwd=ROOT
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (2, b"error: standard output was closed before all was written\n")


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_that_reaches_all_still_writes_the_best_plan(day: Path, asked: signal.Signals) -> None:
    plan = day.with_name("plan.json")
    command = [sys.executable, "-u", "-m", "solver", "solve", str(day), "-o", str(plan), "--seconds", "600"]
    command += ["--progress", "plain"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "3 of 3 visits" in line:
                os.killpg(process.pid, asked)
                break
        said = process.stderr.read()
        assert process.wait(timeout=60) == 0
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("feasible: 3 of 3 visits")
    assert check(DAY, native.read_solution(plan)) == []


def test_a_place_that_cannot_be_written_is_told_as_it_was_named(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_solve(day, day.parent / "nowhere" / "plan.json") == 2
    assert capsys.readouterr().err == f"error: {day.parent / 'nowhere' / 'plan.json'}: No such file or directory\n"
