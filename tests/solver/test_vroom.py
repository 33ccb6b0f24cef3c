"""VROOM's JSON in and out."""

import copy
import json
from typing import Any, Final

import pytest

from solver.faults import Malformed
from solver.formats.vroom import VroomInput, read_vroom
from solver.formats.vroom_answer import write_vroom
from solver.referee import check, cost
from solver.solution import Route, Solution, Status, Stop, StopKind, Unserved
from solver.validate import validate
from tests.builders.problems import timed

GOOD: Final[dict[str, Any]] = {
    "vehicles": [
        {"id": 1, "start_index": 0, "end_index": 0, "capacity": [4, 1], "skills": [7], "time_window": [100, 9000],
         "breaks": [{"id": 5, "time_windows": [[400, 4000]], "service": 300}], "max_tasks": 9, "type": "van",
         "max_travel_time": 5000, "costs": {"fixed": 11, "per_hour": 7200, "per_km": 2}, "description": "Ann"},
        {"id": 2, "capacity": [4, 1]},
    ],
    "jobs": [
        {"id": 10, "location_index": 1, "setup": 20, "service": 60, "delivery": [3, 0], "skills": [7],
         "service_per_type": {"van": 50}, "time_windows": [[0, 5000]], "priority": 9},
        {"id": 11, "location_index": 2, "service": 70, "delivery": [1], "pickup": [0, 1], "location": [1.5, 2.5]},
        {"id": 12, "location_index": 2, "amount": [4]},
    ],
    "shipments": [],
    "matrices": {"car": {"durations": [[0, 100, 200], [110, 0, 90], [210, 95, 0]],
                         "distances": [[0, 1000, 2000], [1100, 0, 900], [2100, 950, 0]]}},
}  # fmt: skip


def given(**changes: Any) -> VroomInput:
    return read_vroom(json.dumps({**GOOD, **changes}).encode())


def test_the_problem_is_what_vroom_means() -> None:
    found = given()
    problem = found.problem
    assert validate(problem) == []
    ann, second = problem.technicians
    assert (ann.id, ann.skills, ann.van_stock) == ("1", {"skill 7": 1}, {"amount 0": 4, "amount 1": 1})
    assert (ann.fixed_cost, ann.cost_per_travel_hour, ann.cost_per_km) == (11, 7200, 2)
    (day,) = ann.shifts
    assert (day.start, day.end, day.start_location, day.end_location) == (100, 9000, 0, 0)
    assert (day.max_visits, day.max_travel) == (9, 5000)
    assert [(b.id, b.earliest, b.latest, b.duration, b.optional) for b in day.breaks] == [("5", 400, 4000, 300, False)]
    assert second.cost_per_travel_hour == 3600
    assert (second.shifts[0].start_location, second.shifts[0].end_location) == (3, None)
    assert problem.travel.seconds.tolist()[3] == [0, 0, 0, 0]
    assert problem.travel.seconds[:3, 3].tolist() == [-1, -1, -1]
    first, other, third = problem.visits
    assert (first.duration.of("1"), first.duration.of("2"), first.setup, first.windows) == (50, 60, 20, ((0, 5000),))
    assert (first.parts, first.skills) == ({"amount 0": 3}, {"skill 7": 1})
    assert other.parts == {"amount 0": 1, "amount 1": 1}
    assert third.parts == {"amount 0": 4}
    assert first.unserved_cost == 10 * (other.unserved_cost or 0)
    assert (found.dimensions, found.picked_up) == (2, frozenset({1}))


def test_leaving_a_job_out_costs_more_than_any_plan() -> None:
    problem = given().problem
    out_and_back = [timed(problem, "2", [visit.id]) for visit in problem.visits]
    dearest = sum(cost(problem, [route]).total - cost(problem, [route]).unserved for route in out_and_back)
    assert min(visit.unserved_cost or 0 for visit in problem.visits) > dearest


def test_the_answer_is_in_vrooms_shape() -> None:
    found = given()
    stops = (
        Stop(StopKind.VISIT, "10", 1, 200, 200, 270),
        Stop(StopKind.VISIT, "11", 2, 360, 360, 430),
        Stop(StopKind.BREAK, "5", None, 430, 430, 730),
    )
    routes = (Route("1", "1", 100, 940, 400, 4000, stops), Route("2", "2", 0, 0, 0, 0))
    plan = Solution(Status.FEASIBLE, cost(found.problem, routes), routes, (Unserved("12"),))
    assert check(found.problem, plan) == []
    answer = json.loads(write_vroom(found, plan))
    assert answer["code"] == 0
    assert answer["unassigned"] == [{"id": 12, "type": "job", "location_index": 2}]
    (route,) = answer["routes"]
    assert {key: value for key, value in route.items() if key != "steps"} == {
        "vehicle": 1, "cost": 800 + 8 + 11, "setup": 20, "service": 50 + 70 + 300, "duration": 400, "distance": 4000,
        "waiting_time": 0, "priority": 9, "delivery": [4, 0], "pickup": [0, 1], "violations": [],
    }  # fmt: skip
    steps = [(s["type"], s.get("id"), s["arrival"], s["duration"], s["setup"], s["load"]) for s in route["steps"]]
    assert steps == [
        ("start", None, 100, 0, 0, [4, 0]),
        ("job", 10, 200, 100, 20, [1, 0]),
        ("job", 11, 360, 190, 0, [0, 1]),
        ("break", 5, 430, 190, 0, [0, 1]),
        ("end", None, 940, 400, 0, [0, 1]),
    ]
    summary = answer["summary"]
    assert (summary["routes"], summary["unassigned"], summary["cost"], summary["distance"]) == (1, 1, 819, 4000)


FAULTS: Final[list[tuple[str, Any]]] = [
    ("/shipments", [{"pickup": {}, "delivery": {}}]), ("/matrices/car/costs", [[0]]),
    ("/matrices/car/durations/0/1", 1.5), ("/matrices/car/durations/1", [1]),
    ("/vehicles/0/speed_factor", 1.2), ("/vehicles/0/max_distance", 5),
    ("/vehicles/0/steps", []), ("/vehicles/0/start_index", 3), ("/vehicles/0/start_index", 0.5),
    ("/vehicles/1/start", [1.0, 2.0]), ("/vehicles/1/id", 1), ("/vehicles/1/id", "two"), ("/vehicles/0/capacity/0", -1),
    ("/vehicles/0/time_window", [9, 5]), ("/vehicles/0/breaks/0/max_load", [1]),
    ("/vehicles/0/breaks/0/time_windows", [[0, 1], [5, 6]]), ("/vehicles/0/costs/per_task_hour", 5),
    ("/vehicles/0/costs/fixed", -1), ("/vehicles/0/wheels", 4), ("/jobs/1/id", 10), ("/jobs/0/location_index", 3),
    ("/jobs/0/service", -1), ("/jobs/0/setup_per_type", {}), ("/jobs/0/priority", 101), ("/jobs/0/skills", ["x"]),
    ("/jobs/1/pickup", [1, 0]), ("/jobs/0/amount", [1]), ("/jobs/0/time_windows", [[5, 1]]), ("/options", {}),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value"), FAULTS, ids=lambda part: json.dumps(part)[:40])
def test_what_cannot_be_said_is_refused_where_it_stands(pointer: str, value: Any) -> None:
    tree = copy.deepcopy(GOOD)
    spot: Any = tree
    *path, last = pointer.split("/")[1:]
    for step in path:
        spot = spot[int(step)] if isinstance(spot, list) else spot[step]
    if isinstance(spot, list):
        spot[int(last)] = value
    else:
        spot[last] = value
    with pytest.raises(Malformed) as caught:
        read_vroom(json.dumps(tree).encode())
    assert any(fault.pointer.startswith(pointer) for fault in caught.value.faults), str(caught.value)


def test_without_matrices_there_is_no_problem() -> None:
    documents: list[dict[str, Any]] = [{"vehicles": []}, {**GOOD, "matrices": []}, {**GOOD, "matrices": {"bike": {}}}]
    for document in documents:
        with pytest.raises(Malformed, match="matrices"):
            read_vroom(json.dumps(document).encode())


def test_two_profiles_are_refused() -> None:
    vehicles = [{"id": 1, "profile": "car"}, {"id": 2, "profile": "bike"}]
    with pytest.raises(Malformed, match="one profile"):
        given(vehicles=vehicles)
