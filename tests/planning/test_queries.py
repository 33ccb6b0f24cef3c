"""Reading takes as many queries on a large day as on a small one."""

from collections.abc import Callable

from sqlalchemy import Engine, event

from dispatch.planning import plans
from dispatch.planning.day.rows import read_day
from tests.builders.planning import Company
from tests.planning.common import SYSTEM, sqlite_only
from tests.planning.scene import Scene

pytestmark = sqlite_only


def queries(engine: Engine, work: Callable[[], object]) -> int:
    """How many statements the work sends."""
    count = 0

    def seen(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(engine, "before_cursor_execute", seen)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", seen)
    return count


def grow(company: Company) -> None:
    for place in range(5):
        technician = company.technician(place, skills={"lift": 2}, van={"belt": 3})
        company.shift(technician)
        company.visit(place, skills={"lift": 1}, parts={"belt": 1}, only=[technician])


def test_reading_a_day(engine: Engine, scene: Scene, company: Company, plan_day: Callable[[], int]) -> None:
    territory = company.territory.id

    def count() -> tuple[int, int]:
        with scene.uow(viewer=SYSTEM, read_only=True) as session:
            return (
                queries(engine, lambda: read_day(session, territory, company.day, scene.clock.now())),
                queries(engine, lambda: plans.current(session, SYSTEM, territory, company.day)),
            )

    counts = []
    for _ in range(3):
        grow(company)
        scene.apply(plan_day())
        counts.append(count())
    assert counts[0] == counts[1] == counts[2]
    assert max(counts[0]) < 40
