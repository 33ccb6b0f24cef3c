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

SEEDS = range(30)


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
    found = recombine(compiled, columns, current, None, 10.0, seed)
    chosen = current if found is None else {column.shift: column for column in found}
    assert lawful(compiled, chosen)
    assert price(compiled, chosen) == pytest.approx(best(compiled, columns))
    assert total(compiled, chosen) == pytest.approx(price(compiled, chosen))
    assert found is None or price(compiled, chosen) < price(compiled, current)
