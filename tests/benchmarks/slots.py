"""How long asking for slots takes over HTTP, warm: 100 technicians, 14 days, 1,000 booked visits."""

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

import httpx

from db.engine import make_engine
from db.models import Technician, WorkOrder
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.appointments.offering import slots
from dispatch.appointments.offering.books import Books
from dispatch.clock import FixedClock
from dispatch.planning.change.act import Change, plan_change
from dispatch.planning.change.drafts import of_solution
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.travel.cache import MatrixCache
from dispatch.travel.cached import CachedTravelTimes
from dispatch.travel.straight import StraightLine
from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.outcome import routes_of
from solver.timing.planner import Planner
from tests.builders.planning import DAY, Company
from tests.planning.client import client_of, serving
from tests.planning.common import SYSTEM

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
TRAVEL = CachedTravelTimes(StraightLine(), MatrixCache())
SPREAD = 0.12
"""Degrees that the sites lie apart from the centre at most."""


def main() -> None:
    """Print percentiles of the answers' times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--technicians", type=int, default=100)
    parser.add_argument("--visits", type=int, default=1000)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--profile", action="store_true", help="profile the use case instead of asking over HTTP")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'dispatch.sqlite3'}"
        upgrade(url)
        clock = FixedClock(NOW)
        uow = UnitOfWork(make_engine(url), now=clock.now)
        with uow(viewer=SYSTEM) as session:
            town = Town(Company(session), Random(1))
            people = [town.technician() for _ in range(asked.technicians)]
            for day in range(asked.days):
                town.book(people, DAY + timedelta(days=day), asked.visits // asked.days)
            orders = [town.order().id for _ in range(asked.requests)]
            company = town.company
            session.commit()
            if asked.profile:
                profile(uow, clock, orders)
            else:
                measure(uow, clock, company, orders)


class Town:
    """A company whose technicians and sites lie all over a town."""

    def __init__(self, company: Company, random: Random) -> None:
        self.company, self.random = company, random

    def technician(self) -> Technician:
        """Somebody who lives somewhere, with the skills of two in three."""
        skills = {skill: 2 for skill in ("lift", "gate", "door") if self.random.random() < 0.67}
        person = self.company.technician(0, skills=skills)
        person.home_longitude, person.home_latitude = self._spot()
        return person

    def order(self) -> WorkOrder:
        """Work somewhere that has no time yet."""
        site = self.company.site(0)
        site.longitude, site.latitude = self._spot()
        order = self.company.order(site)
        skill = self.random.choice(("lift", "gate", "door"))
        self.company.visit(order=order, minutes=self.random.choice((30, 45, 60, 90)), skills={skill: 1})
        return order

    def book(self, people: Sequence[Technician], day: date, visits: int) -> None:
        """A day with a shift of everybody and so many visits in its plan, each with a window of two hours."""
        self.company.day = day
        for person in people:
            shift = self.company.shift(person)
            self.company.rest(shift, self.company.local(11, 30), self.company.local(13, 30))
        booked = set()
        for _ in range(visits):
            order = self.order()
            booked.add(order.id)
        session = self.company.session
        rows = read_day(session, self.company.territory.id, day, NOW)
        built = build(lay_out(rows), Roads.between(lay_out(rows).places, TRAVEL))
        compiled = compile_problem(built.problem)
        plan = Plan(Planner(compiled))
        insert_all(plan, range(len(built.problem.visits)), range(len(compiled.duties)), lambda: False)
        drafts = [of_solution(route, built.ids, rows.horizon) for route in routes_of(plan)]
        plan_change(session, SYSTEM, rows, built, Change(drafts, {}, "book"))
        session.commit()

    def _spot(self) -> tuple[float, float]:
        return (-71.25 + self.random.uniform(-SPREAD, SPREAD), -29.9 + self.random.uniform(-SPREAD, SPREAD))


def measure(uow: UnitOfWork, clock: FixedClock, company: Company, orders: Sequence[int]) -> None:
    """Asks over HTTP."""
    with serving(uow, clock, TRAVEL) as address, client_of(address, uow, clock, company) as client:
        client.timeout = httpx.Timeout(300)
        began = time.perf_counter()
        client.get(f"/v1/work-orders/{orders[0]}/slots").raise_for_status()
        print(f"first answer, with all books made: {time.perf_counter() - began:.1f} s")
        print("| asked | windows | wall ms: 50 % | 95 % | processor ms: 50 % | 95 % |")
        print("|---|---|---|---|---|---|")
        for name, options in (
            ("14 days, a site nobody asked for yet", ""),
            ("14 days", ""),
            ("7 days", "?days=7"),
            ("1 day", "?days=1"),
        ):
            wall, processor, windows = [], [], []
            for order in orders:
                began, used = time.perf_counter(), time.process_time()
                answer = client.get(f"/v1/work-orders/{order}/slots{options}").raise_for_status().json()
                wall.append(1000 * (time.perf_counter() - began))
                processor.append(1000 * (time.process_time() - used))
                windows.append(len(answer["offers"]) + len(answer["withheld"]))
            figures = " | ".join(f"{value:.0f}" for own in (wall, processor) for value in _percentiles(own))
            print(f"| {name} | {median(windows):.0f} | {figures} |")


def _percentiles(figures: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(figures)
    return median(ordered), ordered[int(0.95 * len(ordered))]


def profile(uow: UnitOfWork, clock: FixedClock, orders: Sequence[int]) -> None:
    """Where the time goes in the process itself."""
    books = Books(uow)

    def ask(order: int) -> None:
        with uow(viewer=SYSTEM, read_only=True) as session:
            slots.offer(session, SYSTEM, clock, TRAVEL, books, order)

    ask(orders[0])
    began = time.process_time()
    for order in orders:
        ask(order)
    print(f"processor ms each: {1000 * (time.process_time() - began) / len(orders):.0f}")
    profiler = cProfile.Profile()
    profiler.enable()
    for order in orders:
        ask(order)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
