"""Seeded days of the sample company, as the problems that planning would make of them."""

import tempfile
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from db.engine import make_engine
from db.models import Territory
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.travel.network import RoadNetwork
from fixtures import city
from fixtures.company import Size, generate, load
from solver.problem import Problem

DAY: Final = date(2026, 3, 3)
MORNING: Final = datetime.combine(DAY, time(6), tzinfo=ZoneInfo("America/Santiago"))
MONTHS: Final = 1
"""Of history, which changes no visit of the day."""
TECHNICIANS: Final = {30: 5, 50: 8, 100: 14, 150: 20, 200: 27, 400: 50, 600: 70, 1000: 110, 2000: 200}
"""For how many visits how many technicians, as in the sample company's own sizes."""


@cache
def sample_day(visits: int, seed: int) -> Problem:
    """A day of the company with so many visits, on the real roads of its city; one in twenty technicians is ill."""
    company = generate(seed, DAY, Size(visits, technicians_for(visits), MONTHS))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'day.sqlite3'}"
        upgrade(url)
        engine = make_engine(url)
        uow = UnitOfWork(engine, now=lambda: MORNING)
        uow.run(lambda session: load(session, company), viewer=Viewer.system())
        with uow(viewer=Viewer.system(), read_only=True) as session:
            day = lay_out(read_day(session, session.query(Territory).one().id, DAY, MORNING))
            problem = build(day, Roads.between(day.places, RoadNetwork(city.load()))).problem
        engine.dispose()
    return problem


def technicians_for(visits: int) -> int:
    """How many technicians a day of so many visits has; between the sizes given, in proportion to the next larger."""
    if visits in TECHNICIANS:
        return TECHNICIANS[visits]
    larger = min((size for size in TECHNICIANS if size > visits), default=max(TECHNICIANS))
    return max(1, round(visits * TECHNICIANS[larger] / larger))
