"""Recombining against every possible choice, on small random pools with all that ties routes together."""

from random import Random
from typing import Any

import pytest

from solver.compiled import SCALE, Compiled
from solver.compiling import compile_problem
from solver.problem import Costs, Link, Problem, Technician, Warehouse
from solver.recombine import Column, recombine, total
from tests.builders.problems import HOUR, at, problem, shift, technician, visit
from tests.solver.recombine_judge import best, choices, lawful, price

SEEDS = range(10)


def some_link(rng: Random, names: list[str]) -> Link:
    kind = rng.choice(["same_start", "precedes", "different_technicians", "same_technician"])
    visits = tuple(rng.sample(names, 2 if kind == "precedes" else rng.choice([2, 2, 3])))
    max_gap = rng.choice([None, HOUR])
    gaps: dict[str, Any] = {"min_gap": rng.choice([0, 1800]), "max_gap": max_gap} if kind == "precedes" else {}
    return Link(kind, visits, all_or_none=rng.random() < 0.3, **gaps)  # type: ignore[arg-type]  # kind is one of four


def some_technician(rng: Random, name: str) -> Technician:
    shifts = [shift(f"{name}0", at(8), at(12)), shift(f"{name}1", at(13), at(17))][: rng.choice([1, 2])]
    limits = {"max_duty": rng.choice([None, 5 * HOUR]), "min_rest": rng.choice([None, 2 * HOUR])}
    return technician(name, *shifts, fixed_cost=rng.choice([0, 700]), van_stock={"fan": 2}, **limits)


def some_problem(rng: Random) -> Problem:
    names = [f"v{i}" for i in range(6)]
    visits = [
        visit(name, 1, due=0, unserved_cost=rng.choice([None, 300, 3000]), parts={"fan": rng.choice([0, 0, 1])})
        for name in names
    ]
    costs = Costs(imbalance_per_hour=rng.choice([0, 400]), max_tardiness_per_hour=rng.choice([0, 500]))
    links = tuple(some_link(rng, names) for _ in range(rng.choice([0, 1, 2])))
    warehouse = Warehouse("depot", 2, stock={"fan": rng.choice([1, 2])})
    crew = [some_technician(rng, name) for name in ("ann", "bob", "cem")]
    return problem(visits, crew, warehouses=[warehouse], costs=costs, links=links)


def some_column(rng: Random, compiled: Compiled, number: int) -> Column:
    duty = compiled.duties[number]
    visits = tuple(rng.sample(range(6), rng.choice([1, 2, 2, 3])))
    depart, spent = duty.start + rng.choice([0, 1800]), rng.randrange(1, 9) * 1800
    starts = tuple(sorted(depart + rng.randrange(8) * 900 for _ in visits))
    needed = int(compiled.need[list(visits)].sum())
    load = rng.choice([0, needed])
    return Column(
        shift=number,
        visits=visits,
        cost=SCALE * rng.randrange(100, 900),
        duty=spent,
        tardiness=max(starts),
        depart=depart,
        return_=depart + spent,
        loads=((0, 0, load),) if load else (),
        starts=starts,
    )


def some_pool(rng: Random, compiled: Compiled) -> list[Column]:
    shifts = range(len(compiled.duties))
    return [some_column(rng, compiled, number) for number in shifts for _ in range(rng.choice([2, 3]))]


@pytest.mark.parametrize("seed", SEEDS)
def test_it_finds_the_cheapest_of_all_choices(seed: int) -> None:
    rng = Random(seed)
    compiled = compile_problem(some_problem(rng))
    columns = some_pool(rng, compiled)
    current = rng.choice([c for c in choices(compiled, columns) if lawful(compiled, c)])
    found = recombine(compiled, columns, current, 60.0, None, seed)
    chosen = current if found is None else {column.shift: column for column in found}
    assert lawful(compiled, chosen)
    assert price(compiled, chosen) == pytest.approx(best(compiled, columns))
    assert total(compiled, chosen) == pytest.approx(price(compiled, chosen))
    assert found is None or price(compiled, chosen) < price(compiled, current)


def column(number: int, visits: tuple[int, ...], cents: int, **given: Any) -> Column:
    """A column of two hours that starts each visit at its middle, unless otherwise given."""
    usual: dict[str, Any] = {"duty": 2 * HOUR, "tardiness": 0, "depart": at(8), "return_": at(10), "loads": ()}
    starts = {"starts": (at(9),) * len(visits)}
    return Column(number, visits, SCALE * cents, **(usual | starts | given))


def picked(given: Problem, columns: list[Column], current: list[Column]) -> list[Column]:
    """What recombining makes of the current routes, in the order of the shifts."""
    compiled = compile_problem(given)
    found = recombine(compiled, columns, {c.shift: c for c in current}, 60.0, None, 0)
    return sorted(current if found is None else found)


def two_visits(**given: Any) -> Problem:
    crew = given.pop("crew", [technician("ann"), technician("bob")])
    visits = [visit(name, 1, unserved_cost=1000, **given.pop(name, {})) for name in ("a", "b")]
    return problem(visits, crew, **given)


APART = [column(0, (0,), 300), column(1, (1,), 300)]
ONE = [column(0, (0, 1), 500)]


def test_a_cheaper_set_of_routes_replaces_a_dearer_one_and_nothing_else_does() -> None:
    assert picked(two_visits(), ONE, APART) == ONE
    assert picked(two_visits(), APART, ONE) == ONE


def test_who_leaves_a_visit_out_pays_for_it() -> None:
    assert picked(two_visits(), [], [column(0, (0,), 1001)]) == []
    assert picked(two_visits(), [column(1, (0,), 999)], []) == [column(1, (0,), 999)]
    assert picked(two_visits(), [column(1, (0,), 1001)], []) == []


def test_a_visit_that_must_be_served_goes_before_any_saving() -> None:
    given = problem([visit("a", 1), visit("b", 1, unserved_cost=10_000)], [technician("ann", cost_per_duty_hour=1000)])
    assert picked(given, [column(0, (0,), 5_000)], [column(0, (1,), 0)]) == [column(0, (0,), 5_000)]


def test_a_fixed_cost_is_due_once_for_all_shifts_of_a_technician() -> None:
    ann = technician("ann", shift("early", at(8), at(12)), shift("late", at(13), at(17)), fixed_cost=400)
    given = two_visits(crew=[ann, technician("bob")])
    now = [column(2, (0, 1), 800)]
    twice = [column(0, (0,), 190), column(1, (1,), 190, depart=at(13), return_=at(15))]
    assert picked(given, twice, now) == twice  # 780
    once = [column(0, (0,), 190), column(2, (1,), 250)]
    assert picked(given, once, now) == now  # 840


@pytest.mark.parametrize(("rate", "better"), [(0, True), (60, False)])
def test_imbalance_weighs_one_long_day_against_two_short_ones(rate: int, better: bool) -> None:
    given = two_visits(costs=Costs(imbalance_per_hour=rate))
    long = [column(0, (0, 1), 500, duty=4 * HOUR)]
    assert picked(given, long, APART) == (long if better else APART)


@pytest.mark.parametrize(("rate", "better"), [(0, True), (120, False)])
def test_only_the_worst_tardiness_costs(rate: int, better: bool) -> None:
    given = two_visits(costs=Costs(max_tardiness_per_hour=rate))
    late = [column(0, (0,), 250, tardiness=HOUR), column(1, (1,), 250, tardiness=HOUR)]
    later = [column(0, (0,), 250, tardiness=HOUR), column(1, (1,), 250, tardiness=2 * HOUR)]
    assert picked(given, late, APART) == (late if better else APART)
    assert total(compile_problem(given), dict(enumerate(late))) == SCALE * (500 + rate)
    assert picked(given, later, APART) == (later if better else APART)


def two_shifts(**limits: Any) -> Problem:
    ann = technician("ann", shift("early", at(8), at(12)), shift("late", at(13), at(17)), **limits)
    return two_visits(crew=[ann, technician("bob")])


EARLY_AND_LATE = [column(0, (0,), 100), column(1, (1,), 100, depart=at(13), return_=at(15))]


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({}, False),
        ({"min_rest": 3 * HOUR}, False),
        ({"min_rest": 3 * HOUR + 1}, True),
        ({"max_duty": 4 * HOUR}, False),
        ({"max_duty": 4 * HOUR - 1}, True),
    ],
)
def test_rest_and_duty_over_the_shifts_of_one_technician(limits: dict[str, int], kept: bool) -> None:
    now = [column(2, (0, 1), 800)]
    assert picked(two_shifts(**limits), EARLY_AND_LATE, now) == (now if kept else EARLY_AND_LATE)


@pytest.mark.parametrize(("fans", "loads", "kept"), [(2, (), False), (1, (), True), (1, ((0, 0, 1),), False)])
def test_the_shifts_of_one_technician_share_the_van(fans: int, loads: tuple[Any, ...], kept: bool) -> None:
    ann = technician("ann", shift("early", at(8), at(12)), shift("late", at(13), at(17)), van_stock={"fan": fans})
    fan = {"parts": {"fan": 1}}
    depot = Warehouse("depot", 2)
    given = two_visits(a=fan, b=fan, crew=[ann, technician("bob", van_stock={"fan": 2})], warehouses=[depot])
    now = [column(2, (0, 1), 800)]
    wanted = [EARLY_AND_LATE[0], EARLY_AND_LATE[1]._replace(loads=loads)]
    assert picked(given, wanted, now) == (now if kept else wanted)


@pytest.mark.parametrize(("stock", "kept"), [(2, False), (1, True)])
def test_all_routes_share_what_a_warehouse_has(stock: int, kept: bool) -> None:
    fan = {"parts": {"fan": 1}}
    crew = [technician("ann"), technician("bob"), technician("cem", van_stock={"fan": 2})]
    given = two_visits(a=fan, b=fan, crew=crew, warehouses=[Warehouse("depot", 2, stock={"fan": stock})])
    now = [column(2, (0, 1), 800)]
    wanted = [c._replace(loads=((0, 0, 1),)) for c in APART]
    assert picked(given, wanted, now) == (now if kept else wanted)


@pytest.mark.parametrize(
    ("link", "starts", "kept"),
    [
        (Link("same_start", ("a", "b")), (at(9), at(9)), False),
        (Link("same_start", ("a", "b")), (at(9), at(9) + 1), True),
        (Link("precedes", ("a", "b"), min_gap=HOUR), (at(8), at(9)), False),
        (Link("precedes", ("a", "b"), min_gap=HOUR), (at(8), at(9) - 1), True),
        (Link("precedes", ("a", "b"), max_gap=HOUR), (at(8), at(9)), False),
        (Link("precedes", ("a", "b"), max_gap=HOUR), (at(8), at(9) + 1), True),
        (Link("different_technicians", ("a", "b")), (at(9), at(9)), False),
        (Link("same_technician", ("a", "b")), (at(9), at(9)), True),
    ],
)
def test_a_link_binds_visits_of_two_routes(link: Link, starts: tuple[int, int], kept: bool) -> None:
    wanted = [column(0, (0,), 300, starts=starts[:1]), column(1, (1,), 300, starts=starts[1:])]
    assert (picked(two_visits(links=(link,)), wanted, []) != wanted) == kept


@pytest.mark.parametrize(("kind", "kept"), [("same_start", True), ("different_technicians", True)])
def test_a_link_that_parts_visits_forbids_them_in_one_route(kind: Any, kept: bool) -> None:
    assert (picked(two_visits(links=(Link(kind, ("a", "b")),)), ONE, []) == []) == kept


def test_all_or_none_serves_both_or_neither() -> None:
    link = Link("different_technicians", ("a", "b"), all_or_none=True)
    assert picked(two_visits(links=(link,)), APART[:1], []) == []
    assert picked(two_visits(links=(link,)), APART, []) == APART


def test_of_equal_columns_the_cheapest_counts() -> None:
    assert picked(two_visits(), [column(0, (1, 0), 450), *ONE], ONE) == [column(0, (1, 0), 450)]


def test_without_columns_or_visits_nothing_is_found() -> None:
    assert recombine(compile_problem(two_visits()), [], {}, 1.0, None, 0) is None
    assert recombine(compile_problem(problem([])), [], {}, 1.0, None, 0) is None
