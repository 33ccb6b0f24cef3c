"""Weeks of the sample company, lived: customers call and choose, evenings are planned, days go as they really do.

The company's technicians and equipment have effects on durations that the planner knows only from its history. Told are
the share of calls that got an appointment, of promises kept, and how often visits start by a time of which the planner
says that they do so in 50 to 99 of 100 cases. The exit code is 1 when a target is missed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from db.engine import make_engine
from db.models import Appointment, AppointmentStatus, Plan, PlanningRun, Visit
from db.operations.migrate import upgrade
from db.session import Session, UnitOfWork
from dispatch.access import Viewer
from dispatch.appointments.holding.confirming import Confirmed, confirm
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.appointments.offering.books import Books
from dispatch.appointments.offering.slots import offer
from dispatch.clock import FixedClock
from dispatch.compute.solving import Effort, Solve, SolveInChild
from dispatch.planning import proposals, publish, runs
from dispatch.planning.change.drafts import Translator, of_row
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.planning.durations.learning import learn
from dispatch.promises.at_stake import PromisesAtStake
from dispatch.travel.choice import choose
from dispatch.travel.places import TravelTimes
from fixtures.company import Company, Size, generate, load
from fixtures.world.customers import Callers, clear_desk, work_on
from fixtures.world.days import live
from solver.confidence import confidence

SYSTEM: Final = Viewer.system("weeks")
LATER: Final = (0, 5, 10, 15, 20, 30, 40, 50, 60, 75, 90)
"""Minutes after the planned start by which it is asked how surely a visit starts."""
SAMPLES: Final = 2000
KEPT: Final = 0.97
BOOKED: Final = 0.95
POINTS: Final = 0.03
"""Targets: of promises kept, of calls that got an appointment, and how far a tenth may be off."""
LEAST_IN_TENTH: Final = 300
"""A tenth with fewer answers says nothing: by chance alone it is off by more than is asked."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """What is lived. calls: a day, for each technician."""

    days: int = 15
    technicians: int = 10
    calls: float = 6.0
    months: int = 18
    seed: int = 1
    iterations: int = 20_000


@dataclass
class Told:
    """What came of it. said: (probability that a visit starts by some time, whether it did)."""

    calls: int = 0
    booked: int = 0
    offers: int = 0
    promises: int = 0
    kept: int = 0
    expected: float = 0.0
    left_out: int = 0
    said: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def tenths(self) -> list[tuple[float, int, float, float]]:
        """From 50 to 99 percent by tenths: lower end, answers, mean probability told, share that came true."""
        found = []
        for low in (0.5, 0.6, 0.7, 0.8, 0.9):
            inside = [one for one in self.said if low <= one[0] < min(low + 0.1, 0.99)]
            if inside:
                count = len(inside)
                told, true = sum(one[0] for one in inside) / count, sum(one[1] for one in inside) / count
                found.append((low, count, told, true))
        return found

    @property
    def missed(self) -> list[str]:
        """The targets that were missed, in words."""
        found = []
        if self.booked < BOOKED * self.calls:
            found.append(f"{self.booked} of {self.calls} calls got an appointment, fewer than {BOOKED:.0%}")
        if self.kept < KEPT * self.promises:
            found.append(f"{self.kept} of {self.promises} promises were kept, fewer than {KEPT:.0%}")
        for low, count, told, true in self.tenths:
            if count >= LEAST_IN_TENTH and abs(told - true) > POINTS:
                found.append(f"from {low:.0%}: told {told:.3f}, came true {true:.3f}, more than {POINTS:.0%} apart")
        return found


class Life:
    """A company that lives day by day, in a database of its own."""

    def __init__(self, uow: UnitOfWork, clock: FixedClock, travel: TravelTimes, solve: Solve, weeks: Weeks) -> None:
        self.uow, self.clock, self.travel, self.solve, self.weeks = uow, clock, travel, solve, weeks
        self.random, self.books, self.told = Random(f"weeks/{weeks.seed}"), Books(uow), Told()

    def begin(self, first: date) -> None:
        """The company on the morning of its first day: its desk is empty, its durations are learnt."""
        size = Size(max(1, 5 * self.weeks.technicians), self.weeks.technicians, self.weeks.months)
        self.company: Company = generate(self.weeks.seed, first, size)

        def work(session: Session) -> None:
            self.territory = load(session, self.company)
            clear_desk(session, self.territory)
            ahead = [first + timedelta(days=n) for n in range(1, self.weeks.days * 2 + 21)]
            work_on(session, [day for day in ahead if day.weekday() < 5], first)
            learn(session, self.territory)
            self.callers = Callers(session, self.territory, Random(f"calls/{self.weeks.seed}"))

        self.zone = ZoneInfo("America/Santiago")
        self.clock.instant = self._at(first, 6)
        self.uow.run(work, viewer=SYSTEM)

    def day(self, today: date, tomorrow: date) -> None:
        """One day: it happens as planned the evening before, customers call, tomorrow is planned."""
        self._happens(today)
        calls = self.weeks.calls * self.weeks.technicians
        for n in range(round(calls)):
            self.clock.instant = self._at(today, 9) + timedelta(minutes=round(n * 480 / calls))
            self._call()
        self.clock.instant = self._at(today, 19)
        self._plan(tomorrow)

    def _call(self) -> None:
        self.told.calls += 1

        def asks(session: Session) -> int:
            return self.callers.call(session, self.clock.now()).id

        order = self.uow.run(asks, viewer=SYSTEM)
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            offered = offer(session, SYSTEM, self.clock, self.travel, self.books, order)
        self.told.offers += len(offered.offers)
        if not offered.offers:
            return
        chosen = SlotWanted.of(self.random.choice(offered.offers))

        def books(session: Session) -> bool:
            answer = confirm(session, SYSTEM, self.clock, self.travel, self.books, chosen)
            return isinstance(answer, Confirmed)

        self.told.booked += self.uow.run(books, viewer=SYSTEM)

    def _plan(self, day: date) -> None:
        """Plans and publishes a day that has anything to do."""

        def ask(session: Session) -> int | None:
            if session.query(Appointment.id).filter_by(local_date=day).first() is None:
                return None
            effort = Effort(iterations=self.weeks.iterations, seed=self.weeks.seed)
            asked = runs.request_run(
                session,
                SYSTEM,
                self.clock,
                territory_id=self.territory,
                local_date=day,
                effort=effort,
                queued=False,
            )
            return asked.id

        run = self.uow.run(ask, viewer=SYSTEM)
        if run is None:
            return
        runs.execute(self.uow, run, travel=self.travel, clock=self.clock, solve=self.solve)

        def apply(session: Session) -> None:
            proposal = runs.proposal_of(session, run)
            if proposal is None:
                msg = f"The run of {day} made no proposal: {session.get_one(PlanningRun, run).error}"
                raise AssertionError(msg)
            self._decide(session, proposal)
            plan = session.query(Plan).filter_by(territory_id=self.territory, local_date=day).one()
            publish.publish(session, SYSTEM, self.clock, plan.id, None)

        self.uow.run(apply, viewer=SYSTEM)

    def _decide(self, session: Session, proposal: int) -> None:
        """Takes a proposal that breaks no promise; else the plan stays as the bookings made it."""
        try:
            with session.begin_nested():
                proposals.apply(session, SYSTEM, self.clock, proposal)
        except PromisesAtStake:
            proposals.drop(session, SYSTEM, self.clock, proposal)

    def _happens(self, day: date) -> None:
        self.clock.instant = self._at(day, 7)
        sure = self._sure(day)
        random = Random(f"day/{self.weeks.seed}/{day}")
        happened = self.uow.run(
            lambda session: live(session, self.company.truth, self.territory, day, random), viewer=SYSTEM
        )
        started = {one.visit_id: one.started_at for one in happened}
        for visit, by, probability in sure:
            self.told.said.append((probability, visit in started and started[visit] <= by))
        self.clock.instant = self._at(day, 8)
        self.uow.run(lambda session: self._settle(session, day, started), viewer=SYSTEM)

    def _settle(self, session: Session, day: date, started: dict[int, datetime]) -> None:
        rows = session.query(Appointment).filter_by(local_date=day, status=AppointmentStatus.CONFIRMED).all()
        for row in rows:
            visits = session.query(Visit).filter_by(work_order_id=row.work_order_id).all()
            begun = [started[visit.id] for visit in visits if visit.id in started]
            self.told.promises += 1
            self.told.left_out += not begun
            self.told.kept += bool(begun) and all(at <= row.closes_at for at in begun)
            self.told.expected += row.probability or 0.0

    def _sure(self, day: date) -> list[tuple[int, datetime, float]]:
        """How surely each visit of the day's plan starts by some times: (visit, time, probability)."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            rows = read_day(session, self.territory, day, self.clock.now())
        if rows.plan is None:
            return []
        laid = lay_out(rows)
        built = build(laid, Roads.between(laid.places, self.travel))
        translator = Translator(built, rows.horizon)
        routes = [route for row in rows.routes.values() if (route := translator.route(of_row(row))) is not None]
        starts = {stop.id: stop.start for route in routes for stop in route.stops}
        found = []
        for minutes in LATER:
            visits = tuple(
                replace(visit, windows=((_opens(visit.windows, starts[visit.id]), starts[visit.id] + 60 * minutes),))
                if visit.id in starts
                else visit
                for visit in built.problem.visits
            )
            told = confidence(replace(built.problem, visits=visits), routes, SAMPLES)
            found += [
                (built.ids.visits[one.visit], rows.horizon.instant(one.window[1]), one.probability)
                for one in told.promises
                if one.visit in starts
            ]
        return found

    def _at(self, day: date, hour: int) -> datetime:
        return datetime(day.year, day.month, day.day, hour, tzinfo=self.zone)


def _opens(windows: Sequence[tuple[int, int]], start: int) -> int:
    """When service may begin at the earliest in the window that the plan uses."""
    return next((opens for opens, closes in windows if opens <= start <= closes), 0)


def lived(folder: Path, weeks: Weeks, travel: TravelTimes, solve: Solve, tell: bool = False) -> Told:
    """Lives so many working days, from an empty desk on; the first days only fill the calendar."""
    url = f"sqlite:///{folder / 'weeks.sqlite3'}"
    upgrade(url)
    engine = make_engine(url)
    clock = FixedClock(datetime(2026, 3, 2, 6, tzinfo=ZoneInfo("America/Santiago")))
    life = Life(UnitOfWork(engine, now=clock.now), clock, travel, solve, weeks)
    today = date(2026, 3, 2)
    life.begin(today)
    for n in range(weeks.days):
        began = time.monotonic()
        tomorrow = today + timedelta(days=3 if today.weekday() == 4 else 1)
        life.day(today, tomorrow)
        if tell:
            told = life.told
            print(
                f"day {n + 1}: {told.booked} of {told.calls} calls booked, {told.kept} of {told.promises} promises kept"
                f" ({told.left_out} left out), {time.monotonic() - began:.0f} s",
                flush=True,
            )
        today = tomorrow
    engine.dispose()
    return life.told


def main(arguments: Sequence[str]) -> int:
    """Run it; the exit code is 0 when all targets are met."""
    parser = argparse.ArgumentParser(prog="python -m tests.long weeks", description=__doc__)
    usual = Weeks()
    for name, kind in (("days", int), ("technicians", int), ("calls", float), ("seed", int), ("iterations", int)):
        parser.add_argument(f"--{name}", type=kind, default=getattr(usual, name))
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        travel = choose("roads", file=Path("fixtures/city/coquimbo.npz"), cache=Path(folder))
        told = lived(Path(folder), Weeks(**vars(asked)), travel, SolveInChild(4096), tell=True)
    print(f"calls that got an appointment   {told.booked} of {told.calls}  ({told.booked / max(1, told.calls):.1%})")
    print(f"promises kept                   {told.kept} of {told.promises}  ({told.kept / max(1, told.promises):.1%})")
    print(f"as the offers said              {told.expected / max(1, told.promises):.1%}")
    print("told        answers   told    came true")
    for low, count, said, true in told.tenths:
        print(f"{low:.0%} to {min(low + 0.1, 0.99):.0%}  {count:8d}   {said:.3f}   {true:.3f}")
    for line in told.missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if told.missed else 0
