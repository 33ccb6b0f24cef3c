"""Published instances: they are read, and some are solved with the referee agreeing."""

from pathlib import Path

import pytest

from solver.formats import native
from solver.referee import check
from solver.search import Limits
from solver.solution import Status
from solver.solve import solve
from solver.validate import validate
from tests.builders import published

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not published.FOLDER.is_dir(), reason=published.MISSING),
]

SOLVED = ("C101.100_25-5-5-5", "RC107.100_25-5-5-5", "C104", "service-techs-in-paris")
TIED = "InstanzCPLEX_HCSRP_25_1"


def test_instances_of_every_kind_are_read_and_sound() -> None:
    """Every third of them; the long test takes all."""
    kinds = ("trsp", "vrptw", "hhcrsp", "cfr")
    paths = [(kind, path) for kind in kinds for path in published.published(kind)[::3]]
    assert {kind for kind, _ in paths} == set(kinds)
    for kind, path in paths:
        problem = published.load(kind, path)
        assert problem.visits, path
        assert validate(problem) == [], path


def by_name(stem: str) -> tuple[str, Path]:
    return next((kind, path) for kind, path in published.wanted() if path.stem == stem)


def tied() -> tuple[str, Path]:
    return next(("hhcrsp", path) for path in published.published("hhcrsp") if path.stem == TIED)


@pytest.mark.parametrize("stem", [*SOLVED, TIED])
def test_some_are_solved_and_the_referee_agrees(stem: str) -> None:
    problem = published.load(*(tied() if stem == TIED else by_name(stem)))
    solution = solve(problem, Limits(iterations=20))
    assert check(problem, solution) == []
    assert solution.status is Status.FEASIBLE
    assert check(problem, native.load_solution(native.dump_solution(solution))) == []
