"""Many who confirm arrival windows at once: as many succeed as there is room for, on both databases.

Two server processes (`dispatch serve`) on one database, twenty clients over HTTP. Of twenty work orders that want to
be begun in the same quarter of an hour, one technician can begin one. Everybody confirms straight from a window;
whoever is too late must be told so, with what can be had now. Afterwards the referee judges the whole plan of each day,
and each stop is laid beside the one before it, with the way between them. The exit code is 1 when anything is not as it
must be.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import IO, Final

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from db.engine import make_engine
from db.models import (
    Appointment,
    AppointmentStatus,
    Plan,
    Promise,
    Role,
    Route,
    Site,
    SlotPolicy,
    StopKind,
    User,
    UserTerritory,
    Visit,
    WorkOrder,
    WorkOrderStatus,
)
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.access.users import issue_token
from dispatch.clock import SystemClock
from dispatch.planning.change.drafts import of_row
from dispatch.planning.change.verdict import breaches
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.travel.places import Place
from dispatch.travel.straight import StraightLine
from tests.builders.planning import Company, at
from tests.parts.postgres import leave_server, shared_server
from tests.parts.run_folder import RunFolder

ROOT: Final = Path(__file__).resolve().parents[2]
DATABASES: Final = ("sqlite", "postgresql")
PER_SLOT: Final = 20
"""So many want each slot."""
CREW: Final = 10
ROUNDS: Final = 5
FIRST: Final = 8
"""Technicians, slots of each in a day, and the local hour at which they begin."""
SITES: Final = 30
MINUTES: Final = 45
SYSTEM: Final = Viewer.system()
ROADS: Final = StraightLine()


@dataclass(frozen=True, slots=True)
class Wish:
    """One work order, and when it wants to be begun."""

    work_order_id: int
    opens_at: datetime
    closes_at: datetime


@dataclass
class Scene:
    """What was built, and what the clients heard: seconds by what was answered."""

    territory_id: int
    days: list[date]
    tokens: list[str]
    wishes: list[Wish]
    slots: int
    first: list[Wish]
    heard: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, what: str, seconds: float) -> None:
        """Notes an answer."""
        with self.lock:
            self.heard.setdefault(what, []).append(seconds)


def main(options: Sequence[str]) -> int:
    """Confirms on each database; the exit code is 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.long confirmations", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="so many confirmations, 20 for each slot")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(options)
    faults = []
    for database in chosen.database or DATABASES:
        with database_of(database) as url:
            faults += run(database, url, chosen)
    return 1 if faults else 0


def run(database: str, url: str, chosen: argparse.Namespace) -> list[str]:
    """What is not as it must be, on one database."""
    engine = make_engine(url)
    uow = UnitOfWork(engine, now=SystemClock().now)
    scene = built(uow, chosen.size, chosen.clients, chosen.servers, chosen.seed)
    wanted = f"{len(scene.wishes)} confirmations for {scene.slots} slots on {len(scene.days)} days"
    print(f"{database}: {wanted}, {chosen.clients} clients, {chosen.servers} servers", flush=True)
    with ExitStack() as stack:
        addresses = [stack.enter_context(server(url)) for _ in range(chosen.servers)]
        warm_up(scene, addresses)
        began = time.perf_counter()
        ask_all(scene, addresses, chosen.clients)
        took = time.perf_counter() - began
    scene.faults += judged(uow, scene)
    engine.dispose()
    tell(database, scene, took)
    return scene.faults


@contextmanager
def database_of(kind: str) -> Iterator[str]:
    """A new database with empty tables; it is gone afterwards."""
    if kind == "sqlite":
        folder = Path(tempfile.mkdtemp())
        try:
            url = f"sqlite:///{folder / 'dispatch.sqlite3'}"
            upgrade(url)
            yield url
        finally:
            shutil.rmtree(folder)
        return
    run_folder = RunFolder()
    try:
        postgres = shared_server(run_folder.path)
        url = postgres.create("confirmations")
        yield url
        postgres.drop(url)
    finally:
        leave_server(run_folder.path)
        run_folder.remove()


@contextmanager
def server(url: str) -> Iterator[str]:
    """A server process on a free port; its address."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"DISPATCH_DATABASE_URL": url, "DISPATCH_DATA_DIR": folder, "DISPATCH_TRAVEL": "straight"}
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--no-worker", "--port", "0"]
        with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            line = process.stderr.readline()
            said = [word for word in line.split() if word.startswith("http")]
            if not said:
                process.kill()
                raise RuntimeError(f"the server did not start: {line}{process.stderr.read()}")
            log = threading.Thread(target=_pass_on, args=(process.stderr,))
            log.start()
            try:
                yield said[0].rstrip(";")
            finally:
                process.terminate()
                log.join()


def _pass_on(lines: IO[str]) -> None:
    """What a server complains of."""
    for line in lines:
        if " INFO " not in line:
            print(f"  server: {line.rstrip()}", file=sys.stderr)


def built(uow: UnitOfWork, size: int, clients: int, servers: int, seed: int) -> Scene:
    """A company whose technicians can begin a twentieth of what is wanted."""
    slots = max(CREW * ROUNDS, size // PER_SLOT)
    first = datetime.now(UTC).date() + timedelta(days=2)
    days = [first + timedelta(days=number) for number in range(-(-slots // (CREW * ROUNDS)))]
    with uow(viewer=SYSTEM) as session:
        company = Company(session)
        session.add(SlotPolicy(reserve_percent=0))
        crew = [company.technician(place % 3) for place in range(CREW)]
        another = days[-1] + timedelta(days=1)
        for company.day in [*days, another]:
            for technician in crew:
                company.shift(technician, FIRST, FIRST + ROUNDS + 1)
        orders = _orders(session, company, PER_SLOT * CREW * ROUNDS * len(days) + servers)
        tokens = [_token(session, company, number) for number in range(clients)]
        session.commit()
        wishes = [_wish(order, days, number) for number, order in enumerate(orders[servers:])]
        random.Random(seed).shuffle(wishes)
        early = [_wish(order, [another], 0) for order in orders[:servers]]
        return Scene(company.territory.id, days, tokens, wishes, CREW * ROUNDS * len(days), early)


def _orders(session: Session, company: Company, count: int) -> list[int]:
    sites = [company.site(place % 3) for place in range(SITES)]
    orders = [
        WorkOrder(
            number=f"WO-{number + 1}",
            work_type_id=company.work_type.id,
            territory_id=company.territory.id,
            site_id=sites[number % SITES].id,
            summary="Repair",
            status=WorkOrderStatus.READY,
            reported_at=datetime.now(UTC),
        )
        for number in range(count)
    ]
    session.add_all(orders)
    session.flush()
    session.add_all(Visit(work_order_id=order.id, duration_seconds=60 * MINUTES) for order in orders)
    session.flush()
    return [order.id for order in orders]


def _token(session: Session, company: Company, number: int) -> str:
    user = User(name=f"Client {number}", email=f"client{number}@example.com", role=Role.CALL_TAKER)
    session.add(user)
    session.flush()
    session.add(UserTerritory(user_id=user.id, territory_id=company.territory.id))
    now = datetime.now(UTC)
    _, secret = issue_token(session, SYSTEM, user.id, name="test", now=now, lasts=timedelta(days=1))
    return secret


def _wish(work_order_id: int, days: Sequence[date], number: int) -> Wish:
    day, turn = days[number // ROUNDS % len(days)], number % ROUNDS
    opens_at = at(FIRST + turn, 30, day)
    return Wish(work_order_id, opens_at, opens_at + timedelta(minutes=15))


def warm_up(scene: Scene, addresses: Sequence[str]) -> None:
    """One confirmation on another day by each server, which has compiled code to load the first time."""
    for address, wish in zip(addresses, scene.first, strict=True):
        with httpx.Client(base_url=address, headers=_by(scene, 0), timeout=300) as http:
            body = {"opens_at": wish.opens_at.isoformat(), "closes_at": wish.closes_at.isoformat()}
            http.post(f"/v1/work-orders/{wish.work_order_id}/appointments", json=body).raise_for_status()


def _by(scene: Scene, number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene.tokens[number]}"}


def ask_all(scene: Scene, addresses: Sequence[str], clients: int) -> None:
    """Every wish once, by so many clients at the same time."""
    waiting, lock = iter(scene.wishes), threading.Lock()

    def client(number: int) -> None:
        address = addresses[number % len(addresses)]
        with httpx.Client(base_url=address, headers=_by(scene, number), timeout=300) as http:
            while True:
                with lock:
                    wish = next(waiting, None)
                if wish is None:
                    return
                _ask(scene, http, wish)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ask(scene: Scene, http: httpx.Client, wish: Wish) -> None:
    body = {"opens_at": wish.opens_at.isoformat(), "closes_at": wish.closes_at.isoformat()}
    began = time.perf_counter()
    answer = http.post(f"/v1/work-orders/{wish.work_order_id}/appointments", json=body)
    while answer.status_code == 503:
        scene.hear("busy", time.perf_counter() - began)
        time.sleep(float(answer.headers.get("Retry-After", "1")))
        answer = http.post(f"/v1/work-orders/{wish.work_order_id}/appointments", json=body)
    took = time.perf_counter() - began
    if answer.status_code == 201:
        scene.hear("confirmed", took)
    elif answer.status_code == 409 and answer.json()["type"] == "urn:dispatch:slot-taken":
        scene.hear("taken", took)
        if not answer.json()["offers"]:
            scene.hear("taken, nothing left to offer", took)
    else:
        scene.hear(f"status {answer.status_code}", took)
        scene.faults.append(f"work order {wish.work_order_id}: {answer.status_code} {answer.text[:300]}")


def judged(uow: UnitOfWork, scene: Scene) -> list[str]:
    """What is wrong with what is kept now."""
    confirmed = len(scene.heard.get("confirmed", ()))
    faults = [] if confirmed == scene.slots else [f"{confirmed} were confirmed, and there is room for {scene.slots}"]
    with uow(viewer=SYSTEM, read_only=True) as session:
        rows = list(session.scalars(select(Appointment).where(Appointment.status == AppointmentStatus.CONFIRMED)))
        promises = len(list(session.scalars(select(Promise.id))))
        wanted = scene.slots + len(scene.first)
        if len(rows) != wanted or promises != wanted:
            faults.append(f"{len(rows)} appointments and {promises} promises are kept, not {wanted}")
        stops = 0
        for day in scene.days:
            faults += _broken(session, scene, day)
            stops += _count(session, scene, day, faults)
        if stops != scene.slots:
            faults.append(f"{stops} visits are in the plans, not {scene.slots}")
    return faults


def _broken(session: Session, scene: Scene, day: date) -> list[str]:
    """What the referee says of the whole plan of a day."""
    found = read_day(session, scene.territory_id, day, datetime.now(UTC), ())
    laid = lay_out(found)
    made = build(laid, Roads.between(laid.places, ROADS))
    stored = {shift: of_row(route) for shift, route in found.routes.items()}
    return [f"{day}: {breach.message}" for breach in breaches(made, found.horizon, stored, stored)]


def _count(session: Session, scene: Scene, day: date, faults: list[str]) -> int:
    """How many visits are planned; notes those that begin before the one before is over and the way is gone."""
    query = select(Route).join(Plan).where(Plan.territory_id == scene.territory_id, Plan.local_date == day)
    places = _places(session)
    count = 0
    for route in session.scalars(query.options(selectinload(Route.stops))):
        stops = [stop for stop in route.stops if stop.kind is StopKind.VISIT]
        count += len(stops)
        for before, after in pairwise(stops):
            way = ROADS.matrix([places[before.visit_id or 0], places[after.visit_id or 0]]).seconds.item(0, 1)
            if after.starts_at < before.departs_at + timedelta(seconds=way):
                faults.append(f"visit {after.visit_id} begins before anybody can be there from {before.visit_id}")
    return count


def _places(session: Session) -> dict[int, Place]:
    query = select(Visit.id, Site.longitude, Site.latitude).join(WorkOrder, WorkOrder.id == Visit.work_order_id)
    rows = session.execute(query.join(Site, Site.id == WorkOrder.site_id))
    return {visit: Place(lon or 0.0, lat or 0.0, "") for visit, lon, lat in rows}


def tell(database: str, scene: Scene, took: float) -> None:
    """What came of it, in lines."""
    total = sum(len(times) for what, times in scene.heard.items() if what in ("confirmed", "taken"))
    print(f"{database}: {total} answers in {took:.0f} s, {total / took:.1f} a second")
    for what, times in sorted(scene.heard.items()):
        late = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        print(f"  {what}: {len(times)}, median {1000 * median(times):.0f} ms, 95 % within {1000 * late:.0f} ms")
    for fault, count in Counter(scene.faults).most_common(20):
        print(f"  FAULT ({count}): {fault}")
    print(f"{database}: {'passed' if not scene.faults else 'FAILED'}", flush=True)
