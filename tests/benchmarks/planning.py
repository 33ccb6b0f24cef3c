"""Processor time of planning's own steps on the sample company: reading a day, building, showing, applying, moving."""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from db.engine import make_engine
from db.models import Territory
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.compute.solving import Effort
from dispatch.planning import edit, linter, plans, proposals, publish, runs
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.travel.straight import StraightLine
from fixtures.company import Size, generate, load
from tests.builders.planning import quick_solve

Result = TypeVar("Result")
DAY = date(2026, 3, 3)
SYSTEM = Viewer.system()
ROADS = StraightLine()


def main() -> None:
    """Measure one size of company."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=150)
    parser.add_argument("--technicians", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'dispatch.sqlite3'}"
        upgrade(url)
        clock = FixedClock(datetime(2026, 3, 3, 9, tzinfo=UTC))
        measure(UnitOfWork(make_engine(url), now=clock.now), clock, Size(asked.visits, asked.technicians, 3))


def measure(uow: UnitOfWork, clock: FixedClock, size: Size) -> None:
    """Prints a line for each step."""
    uow.run(lambda session: load(session, generate(1, DAY, size)), viewer=SYSTEM)
    with uow(viewer=SYSTEM, read_only=True) as session:
        territory = session.query(Territory).one().id
        rows = timed("read the day", lambda: read_day(session, territory, DAY, clock.now()))
        day = timed("lay it out", lambda: lay_out(rows))
        roads = timed("matrix (straight lines)", lambda: Roads.between(day.places, ROADS))
        timed("build the problem", lambda: build(day, roads))
        timed("lint", lambda: linter.lint(session, SYSTEM, clock, ROADS, territory_id=territory, local_date=DAY))
    effort = Effort(iterations=1)
    run_id = uow.run(
        lambda session: (
            runs.request_run(
                session, SYSTEM, clock, territory_id=territory, local_date=DAY, effort=effort, queued=False
            ).id
        ),
        viewer=SYSTEM,
    )
    timed("run, by insertion alone", lambda: runs.execute(uow, run_id, travel=ROADS, clock=clock, solve=quick_solve))
    with uow(viewer=SYSTEM) as session:
        proposal = runs.proposal_of(session, run_id) or 0
        timed("preview", lambda: plans.preview(session, SYSTEM, proposal))
        timed("apply", lambda: proposals.apply(session, SYSTEM, clock, proposal))
        session.commit()
    with uow(viewer=SYSTEM, read_only=True) as session:
        view = timed("plan", lambda: plans.current(session, SYSTEM, territory, DAY))
    used = next(route for route in view.routes if route.visits)
    visit = used.visits[0].visit
    move = edit.Move(visit.id if visit else 0, used.shift_id)
    with uow(viewer=SYSTEM) as session:
        timed("move a visit", lambda: edit.move(session, SYSTEM, clock, ROADS, view.id or 0, move))
        timed("publish", lambda: publish.publish(session, SYSTEM, clock, view.id or 0, None))


def timed(label: str, work: Callable[[], Result]) -> Result:
    """What the work gives, its processor time printed."""
    began = time.process_time()
    result = work()
    print(f"{label:28} {time.process_time() - began:7.3f} s")
    return result


if __name__ == "__main__":
    main()
