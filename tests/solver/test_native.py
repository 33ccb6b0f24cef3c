"""The native format: what is written is read back the same; files are replaced whole or not at all."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solver.faults import Malformed
from solver.formats import native
from solver.formats.files import check_writable, write_bytes
from solver.problem import Departure, Duration, Pinned, Problem, Travel
from solver.solution import Edit, Obstacle, Reason, ReasonCode, Remedy, Stage, Stats, Unserved
from solver.validate import validate
from tests.builders.problems import line, problem, shift, technician, visit, without_road
from tests.builders.random_problems import random_problem
from tests.solver.good_plan import PROBLEM, SOLUTION
from tests.solver.test_malformed import GOOD


def test_a_problem_is_read_back_as_it_was_written() -> None:
    for given in (PROBLEM, native.load_problem(json.dumps(GOOD)), problem([]), *map(random_problem, range(100))):
        assert native.load_problem(native.dump_problem(given)) == given
        assert validate(given) == []


def test_null_in_the_matrix_is_no_road() -> None:
    given = problem([], travel=without_road(line(3, metres=5), (0, 2)))
    tree = json.loads(native.dump_problem(given))
    assert tree["travel"]["seconds"][0] == [0, 600, None]
    assert native.load_problem(json.dumps(tree)).travel.seconds[0, 2] == -1


def test_the_default_of_leaving_out_is_resolved() -> None:
    tree = {"travel": {"seconds": [[0]]}, "costs": {"unserved_default": 70}, "visits": [
        {"id": "a", "location": 0, "duration": 1}, {"id": "b", "location": 0, "duration": 1, "unserved_cost": None},
        {"id": "c", "location": 0, "duration": 1, "unserved_cost": 5},
    ]}  # fmt: skip
    given = native.load_problem(json.dumps(tree))
    assert [visit.unserved_cost for visit in given.visits] == [70, None, 5]
    assert native.load_problem(native.dump_problem(given)) == given


def test_the_plan_in_force_may_be_the_routes_of_a_solution() -> None:
    tree = json.loads(native.dump_problem(PROBLEM)) | {"previous": native.solution_tree(SOLUTION)["routes"]}
    given = native.load_problem(json.dumps(tree))
    assert [(route.shift, [stop.visit for stop in route.stops]) for route in given.previous] == [
        ("ann-am", ["a1", "a2", "a3"]),
        ("ann-pm", ["a4"]),
        ("bob", ["b1", "b2", "b3"]),
    ]


SKILL = (ReasonCode.SKILL, "Technician 'ann' lacks it.")
WIDER = Remedy("Widen it", (Edit("/visits/0/windows", [[0, 9]]), Edit("/links/2", op="remove")), 12)


def test_a_solution_is_read_back_as_it_was_written() -> None:
    reasons = (Reason(ReasonCode.CAPACITY, "Everyone is busy."), Reason(ReasonCode.SKILL, "…"))
    left = Unserved("out", reasons, (WIDER, Remedy("Hire")), (Obstacle("ann", *SKILL),), False)
    stats = Stats(1.5, 7, 2, (Stage("insertion", 0.25, 100), Stage("routing", 1.25, None)))
    full = dataclasses.replace(SOLUTION, unserved=(left,), stats=stats)
    assert native.load_solution(native.dump_solution(full)) == full
    assert native.load_solution(native.dump_solution(full)).stated_total is None
    wrong = dataclasses.replace(full, stated_total=5)
    assert native.load_solution(native.dump_solution(wrong)) == wrong


SOLUTION_FAULTS: list[tuple[str, Any]] = [
    ("/status", "fine"), ("/version", 2), ("/problem", 5), ("/cost/total", 1.5), ("/cost/fuel", 1), ("/cost", 5),
    ("/routes", {}), ("/routes/0/shift", ""), ("/routes/0/depart", "8:00"), ("/routes/0/travel_seconds", -1),
    ("/routes/0/return_", 5), ("/routes/0/stops/0/kind", "job"), ("/routes/0/stops/0/arrive", 2**31),
    ("/routes/0/stops/0/location", 0.5), ("/routes/0/stops/0/load", {"x": -1}), ("/unserved/0", "out"),
    ("/unserved/0/reasons", [{"code": "weather"}]), ("/unserved/0/remedies", [{"message": "m"}]),
    ("/unserved/0/remedies", [{"message": "m", "relax": [{"op": "move", "path": "/visits/0", "value": 1}]}]),
    ("/unserved/0/remedies", [{"message": "m", "relax": [{"op": "add", "path": "/visits/0/due"}]}]),
    ("/unserved/0/technicians", [{"technician": "ann"}]), ("/unserved/0/explored", 1),
    ("/stats/seconds", -1), ("/stats/threads", 0), ("/stats/stages", [{"name": "x", "seconds": True}]),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value"), SOLUTION_FAULTS)
def test_a_malformed_solution_is_refused(pointer: str, value: Any) -> None:
    tree: Any = json.loads(native.dump_solution(SOLUTION))
    spot = tree
    *path, last = pointer.split("/")[1:]
    for step in path:
        spot = spot[int(step)] if isinstance(spot, list) else spot[step]
    if isinstance(spot, list):
        spot[int(last)] = value
    else:
        spot[last] = value
    with pytest.raises(Malformed) as caught:
        native.load_solution(json.dumps(tree))
    assert all(fault.pointer.startswith(pointer) for fault in caught.value.faults)


def test_what_a_solution_lacks_is_told() -> None:
    with pytest.raises(Malformed) as caught:
        native.load_solution('{"routes": [{}], "cost": {}}')
    found = {fault.pointer for fault in caught.value.faults}
    names = ("shift", "technician", "depart", "return", "travel_seconds", "travel_metres", "stops")
    assert found == {"/status", "/cost/total", *(f"/routes/0/{name}" for name in names)}


def test_a_problem_built_in_python_is_judged_like_a_file() -> None:
    crew = (technician("ann", shift("am", 0, 100), shift("pm", 50, 90)), technician("ann"))
    wrong = Problem(
        Travel(np.zeros((2, 3), dtype=np.int64)),
        crew,
        (
            visit("a", 5, Duration(-1), unserved_cost=0.5),
            visit("a", 0, windows=((5, 1),), pinned=Pinned("x"), skills={"": 1}, parts={"fuse": True}),
        ),
    )
    found = {fault.pointer for fault in validate(wrong)}
    assert found >= {
        "/travel/seconds", "/technicians/0/shifts/1", "/technicians/1/id", "/visits/0/duration",
        "/visits/0/unserved_cost", "/visits/1/id", "/visits/1/windows/0", "/visits/1/pinned/shift", "/visits/1/skills/",
        "/visits/1/parts/fuse",
    }  # fmt: skip


@pytest.mark.parametrize("matrix", [np.zeros((2, 2)), np.zeros(4, dtype=np.int64), np.full((2, 2), -2, dtype=np.int64)])
def test_a_matrix_that_is_no_matrix_is_refused(matrix: Any) -> None:
    assert all(fault.pointer.startswith("/travel/seconds") for fault in validate(problem([], travel=Travel(matrix))))
    assert validate(problem([], travel=Travel(matrix)))


def test_travel_is_equal_when_its_numbers_are() -> None:
    assert line(3) == line(3)
    assert line(3) != line(4)
    assert line(3) != line(3, metres=5)
    assert line(3, metres=5) != line(3, metres=6)
    assert line(3) != dataclasses.replace(line(3), speed=((0, 50),))
    assert line(3) != "line"


def test_departure_is_a_word() -> None:
    tree = native.problem_tree(problem([], [technician("ann", shift("ann", departure=Departure.AT_START))]))
    assert tree["technicians"][0]["shifts"][0]["departure"] == "at_start"


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "solution.json"
    target.write_text("old")
    target.chmod(0o640)
    native.write_solution(target, SOLUTION)
    assert native.read_solution(target) == SOLUTION
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["solution.json"]


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    native.write_problem(link, PROBLEM)
    assert link.is_symlink()
    assert native.read_problem(target) == PROBLEM


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "solution.json"):
        with pytest.raises(OSError, match=str(path.name)):
            check_writable(path)
        with pytest.raises(OSError, match=str(path.name)):
            write_bytes(path, b"x")
    check_writable(tmp_path / "new.json")
    check_writable("-")
    assert list(tmp_path.iterdir()) == []
