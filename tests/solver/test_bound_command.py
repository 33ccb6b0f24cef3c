"""`bound`, and `solve --bound`: what they print, and how they end."""

import json
import subprocess
from pathlib import Path

import pytest

from solver.arguments import main
from solver.bound import Bound
from solver.bound.command import sentence
from solver.formats import native
from solver.search import Limits
from solver.solve import solve
from tests.builders.problems import line, problem, shift, technician, visit

DAY = problem(
    [visit(f"v{i}", i + 1, unserved_cost=50_000) for i in range(3)],
    [technician("ann", shift("ann"), cost_per_duty_hour=3600, fixed_cost=700)],
    line(10, 600),
)
"""Three half hours and an hour of driving, 3.5 hours of duty."""
COST = 2 * 3600 + 1800 + 700


class Here:
    """`python -m solver` without a process of its own."""

    def __init__(self, capture: pytest.CaptureFixture[bytes]) -> None:
        self._capture = capture

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        code = main(list(map(str, arguments)))
        said = self._capture.readouterr()
        return subprocess.CompletedProcess(arguments, code, said.out.decode(), said.err.decode())


@pytest.fixture
def here(capsysbinary: pytest.CaptureFixture[bytes]) -> Here:
    return Here(capsysbinary)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    path = tmp_path / "day.json"
    native.write_problem(path, DAY)
    return path


@pytest.fixture
def plan(day: Path) -> Path:
    path = day.with_name("plan.json")
    native.write_solution(path, solve(DAY, Limits(iterations=2)))
    return path


def test_solve_tells_the_bound_and_the_gap(here: Here, day: Path) -> None:
    plan = day.with_name("made.json")
    solved = here("solve", day, "-o", plan, "--iterations", "2", "--bound", "--bound-seconds", "10")
    assert (solved.returncode, solved.stdout) == (0, "")
    told = solved.stderr.splitlines()[-1]
    assert told.startswith("bound: every plan that serves what it must costs at least ")
    least = int(told.split("at least ")[1].split(";")[0])
    assert COST - 8 <= least <= COST
    assert f"this plan costs {COST - least} or " in told
    assert "CP-SAT choosing from" in told


def test_bound_judges_a_plan_that_is_there(here: Here, day: Path, plan: Path) -> None:
    judged = here("bound", day, plan, "--seconds", "10", "--json")
    told = json.loads(judged.stdout)
    assert (judged.returncode, told["possible"], told["plan"], told["relaxed"]) == (0, True, COST, [])
    assert told["gap"] == (COST - told["cost"]) / COST


def test_bound_needs_no_plan(here: Here, day: Path) -> None:
    alone = here("bound", day, "--seconds", "10")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout.startswith("bound: every plan that serves what it must costs at least 9")
    assert "this plan" not in alone.stdout


def test_a_day_that_cannot_be_planned_is_told() -> None:
    hopeless = Bound(cost=0, possible=False, settled=False, relaxed=(), routes=0, seconds=1.24)
    assert sentence(hopeless) == "bound: no plan serves all that must be served, proven in 1.2 s"


def test_a_wrong_plan_and_a_large_day_are_refused(here: Here, day: Path, plan: Path) -> None:
    large = day.with_name("large.json")
    document = json.loads(plan.read_text())
    document["cost"]["duty"] += 1
    plan.write_text(json.dumps(document))
    wrong = here("bound", day, plan)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "which `check` lists" in wrong.stderr
    native.write_problem(large, problem([visit(f"v{i}", 1) for i in range(61)]))
    for command in (("bound", large), ("solve", large, "--iterations", "1", "--bound")):
        refused = here(*command)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "a bound is proven for up to 60 visits, and the problem has 61" in refused.stderr
