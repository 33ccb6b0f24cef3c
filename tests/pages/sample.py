"""A plan to look at: made up, but along real streets of the sample city."""

import random
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from db.models import Priority, StopKind, VisitStatus
from dispatch.planning.views import (
    LeftOutView,
    PlanView,
    ReasonView,
    RemedyView,
    RouteView,
    StopView,
    VisitView,
)
from dispatch.travel.network import RoadNetwork
from dispatch.travel.places import Place
from dispatch.travel.roads import DEGREE
from fixtures import city

ZONE: Final = ZoneInfo(city.ZONE)
DAY: Final = date(2026, 3, 2)
EIGHT: Final = datetime(2026, 3, 2, 8, tzinfo=ZONE)
EVIL: Final = "<script>alert('x')</script>"
NAMES: Final = ("Ana Díaz", "Bruno Soto", "Carla Muñoz", "Diego Rojas", "Elena Vega", "Franco Araya", "Gloria Pinto")


def network() -> RoadNetwork:
    """The sample city's roads."""
    return RoadNetwork(city.load())


def sample_plan(technicians: int = 7, visits: int = 8, seed: int = 1) -> PlanView:
    """A plan with so many routes of so many visits each; one of them late, one over time, two visits left out."""
    dice = random.Random(seed)
    routes = tuple(_route(dice, number, visits) for number in range(1, technicians + 1))
    left_out = (
        LeftOutView(
            _visit(dice, 901, EIGHT, priority=Priority.HIGH),
            (ReasonView("skill", "Nobody on shift has gas at level 4."),),
            (RemedyView("Let Ana Díaz do it with gas at level 3", 12_000),),
        ),
        LeftOutView(_visit(dice, 902, EIGHT)),
    )
    return PlanView(
        id=1,
        tag="1",
        territory_id=1,
        territory="La Serena",
        time_zone=city.ZONE,
        currency="CLP",
        local_date=DAY,
        published_at=EIGHT - timedelta(hours=1),
        routes=routes,
        left_out=left_out,
        cost={"travel": 120_000, "duty": 800_000, "total": 920_000},
    )


def _place(dice: random.Random, name: str = "") -> Place:
    roads = city.load()
    lon, lat = roads.node_lon / DEGREE, roads.node_lat / DEGREE
    while True:
        node = dice.randrange(roads.nodes)
        if -71.36 < lon[node] < -71.22 and -30.0 < lat[node] < -29.88:
            return Place(float(lon[node]), float(lat[node]), name)


def _visit(dice: random.Random, number: int, start: datetime, priority: Priority = Priority.NORMAL) -> VisitView:
    opens = start.replace(minute=0) - timedelta(hours=1)
    return VisitView(
        id=number,
        work_order_id=number,
        number=f"WO-{1000 + number}",
        sequence=1,
        summary=dice.choice(["Door does not close", "Boiler loses pressure", "Yearly inspection", EVIL]),
        status=VisitStatus.SCHEDULED,
        priority=priority,
        site_id=number,
        site=dice.choice(["Hotel Faro", "Edificio Costanera", "Clínica Elqui"]),
        address="Avenida del Mar 1200, La Serena",
        duration_seconds=2700,
        windows=((opens, opens + timedelta(hours=4)),) if number % 2 else (),
        due_at=start - timedelta(minutes=20) if number % 7 == 0 else None,
        pinned=number % 9 == 0,
    )


def _route(dice: random.Random, number: int, visits: int) -> RouteView:
    now = EIGHT + timedelta(minutes=dice.randrange(40))
    departs, stops = now, []
    for index in range(visits):
        now += timedelta(minutes=dice.randrange(8, 25))
        arrives = now
        if index == 1:
            now += timedelta(minutes=15)
        if index == 2:
            stops.append(StopView(StopKind.WAREHOUSE, "Depot", _place(dice), now, now, now, load={"P-1": 2}))
            now += timedelta(minutes=12)
            arrives = now
        if index == 4:
            end = now + timedelta(minutes=30)
            stops.append(StopView(StopKind.BREAK, "Break", None, now, now, end))
            now = end + timedelta(minutes=5)
            arrives = now
        visit = _visit(dice, number * 20 + index, now)
        late = max(0, int((now - visit.due_at).total_seconds())) if visit.due_at else 0
        done = now + timedelta(minutes=dice.randrange(20, 55))
        stops.append(
            StopView(StopKind.VISIT, visit.number, _place(dice), arrives, now, done, visit, late_seconds=late,
                     window_kept=True if visit.windows else None)
        )  # fmt: skip
        now = done
    back = now + timedelta(minutes=18)
    home, shift_end = _place(dice, "home"), EIGHT + timedelta(hours=9)
    return RouteView(
        shift_id=number,
        technician_id=number,
        technician_code=f"T-{number:02}",
        technician=NAMES[(number - 1) % len(NAMES)],
        revision=1,
        shift_starts_at=EIGHT,
        shift_ends_at=shift_end,
        departs_at=departs,
        returns_at=back,
        travel_seconds=7200,
        travel_metres=41_300,
        overtime_seconds=max(0, int((back - shift_end).total_seconds())),
        cost={"total": 100_000},
        start=home,
        end=home,
        stops=tuple(stops),
    )
