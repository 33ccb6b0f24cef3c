"""A plan that keeps every rule there is: what the tests corrupt, one thing at a time.

Places stand 10 minutes and 1000 m apart in a row. Times below are worked out by hand.
"""

from solver.problem import Break, Costs, Departure, Link, Pinned, PreviousRoute, PreviousStop, Problem, Warehouse
from solver.solution import Cost, Route, Solution, Status, Stop, StopKind, Unserved
from tests.builders.problems import MINUTE, at, line, problem, shift, technician, visit

LUNCH = Break("lunch", at(12), at(12, 30), 30 * MINUTE, paid=False)
TEA = Break("tea", at(9), at(15), 10 * MINUTE, optional=True)

ANN = technician(
    "ann",
    shift("ann-am", at(8), at(12), max_visits=3, max_travel=at(1, 30)),
    shift("ann-pm", at(13), at(17), end_location=None, max_overtime=at(1)),
    skills={"electric": 3},
    tools=frozenset({"ladder"}),
    van_stock={"fuse": 2},
    cost_per_duty_hour=3000,
    cost_per_travel_hour=1200,
    cost_per_overtime_hour=600,
    cost_per_km=50,
    fixed_cost=700,
    min_rest=at(1),
    max_duty=at(8, 30),
)
BOB = technician(
    "bob",
    shift("bob", at(8), at(16), breaks=(LUNCH, TEA), departure=Departure.AT_START),
    skills={"electric": 1, "doors": 2},
    van_stock={"belt": 1},
    cost_per_duty_hour=2400,
)
DEPOT = Warehouse("depot", 2, ((at(7), at(15)),), 5 * MINUTE, {"fuse": 2, "belt": 2}, frozenset({"crane"}))

VISITS = (
    visit("a1", 1, 40, windows=((at(8), at(9)), (at(11), at(12))), skills={"electric": 3}, parts={"fuse": 2}),
    visit("a2", 3, 50, finish_by=at(11), tools=frozenset({"ladder"}), pinned=Pinned("ann-am", at(10, 10), 1)),
    visit("a3", 3, 20, setup=5 * MINUTE, only=frozenset({"ann"}), preferred={"ann": 250}),
    visit("a4", 4, 60, due=at(14), late_cost_per_hour=900, never=frozenset({"bob"}), parts={"fuse": 1}),
    visit("b1", 2, 70, skills={"doors": 2}, parts={"belt": 3}, tools=frozenset({"crane"})),
    visit("b2", 5, 35, setup=5 * MINUTE),
    visit("b3", 6, 30),
    visit("out", 9, 30, unserved_cost=4000),
)
LINKS = (
    Link("same_start", ("a2", "b2")),
    Link("precedes", ("a1", "a2"), at(1), at(3)),
    Link("different_technicians", ("a1", "b1", "out")),
    Link("same_technician", ("b1", "b3"), all_or_none=True),
)
BEFORE = (
    PreviousRoute("bob", "bob", (PreviousStop("a1", at(8, 10)), PreviousStop("b2", at(10, 40)), PreviousStop("x", 0))),
    PreviousRoute("gone", "zoe", (PreviousStop("b3", at(11, 0)),)),
)

PROBLEM: Problem = problem(
    VISITS,
    (ANN, BOB),
    line(10, metres=1000),
    (DEPOT,),
    links=LINKS,
    previous=BEFORE,
    costs=Costs(change_technician=80, change_start_per_hour=60, max_tardiness_per_hour=36, imbalance_per_hour=100),
    name="good",
)


def at_visit(name: str, location: int, arrive: int, start: int, depart: int) -> Stop:
    """A visit in a route."""
    return Stop(StopKind.VISIT, name, location, arrive, start, depart)


MORNING = Route(
    "ann-am", "ann", at(8, 20), at(11, 50), 60 * MINUTE, 6000,
    (
        at_visit("a1", 1, at(8, 30), at(8, 30), at(9, 10)),
        at_visit("a2", 3, at(9, 30), at(10, 10), at(11)),
        at_visit("a3", 3, at(11), at(11), at(11, 20)),
    ),
)  # fmt: skip
AFTERNOON = Route(
    "ann-pm", "ann", at(13), at(17, 30), 40 * MINUTE, 4000,
    (
        Stop(StopKind.WAREHOUSE, "depot", 2, at(13, 20), at(13, 20), at(13, 25)),
        at_visit("a4", 4, at(13, 45), at(16, 30), at(17, 30)),
    ),
)  # fmt: skip
BOBS = Route(
    "bob", "bob", at(8), at(13), 120 * MINUTE, 12000,
    (
        Stop(StopKind.WAREHOUSE, "depot", 2, at(8, 20), at(8, 20), at(8, 25), {"belt": 2}),
        at_visit("b1", 2, at(8, 25), at(8, 25), at(9, 35)),
        at_visit("b2", 5, at(10, 5), at(10, 10), at(10, 50)),
        at_visit("b3", 6, at(11), at(11), at(11, 30)),
        Stop(StopKind.BREAK, "lunch", None, at(12), at(12), at(12, 30)),
    ),
)  # fmt: skip

COST = Cost(
    travel=2000,  # ann 100 min at 12.00
    distance=500,  # ann 10 km at 0.50
    duty=24_000 + 10_800,  # ann 3.5 h and 4.5 h at 30.00; bob 5 h less lunch at 24.00
    overtime=300,  # ann 30 min at 6.00
    fixed=700,  # ann once, for two shifts
    lateness=2250,  # a4 2.5 h at 9.00
    unserved=4000,  # out
    preference=-250,  # a3 by ann
    change=80 + 20 + 30,  # a1 from bob to ann and 20 min; b2 30 min; b3 from one who is gone, at the same time
    max_tardiness=90,  # a4 2.5 h at 0.36
    imbalance=350,  # ann 8 h, bob 4.5 h, at 1.00
)

SOLUTION = Solution(Status.FEASIBLE, COST, (MORNING, AFTERNOON, BOBS), (Unserved("out"),), problem="good")
