"""Whatever happens in whatever order: no rule is broken, no visit is in two routes, states fit the routes."""

from collections.abc import Callable
from random import Random

import pytest
from sqlalchemy import select

from db.models import Part, Priority, Shift, Visit, VisitStatus, WorkOrder, WorkOrderStatus
from dispatch.errors import Conflict, Invalid, RuleBroken
from tests.builders.planning import Company, at
from tests.planning.common import SYSTEM
from tests.planning.scene import Scene

Plan = Callable[..., int]
STEPS = 15


class Day:
    """A day on which things happen at random."""

    def __init__(self, scene: Scene, plan_day: Plan, seed: int) -> None:
        self.scene, self.plan_day, self.random = scene, plan_day, Random(seed)
        self.waiting: list[int] = []
        self.refused = self.applied = 0

    def build(self) -> None:
        company, random = self.scene.company, self.random
        company.warehouse(3, {"belt": 4}, handling_seconds=300, tools=["crane"])
        for place in range(4):
            level = random.randint(1, 3)
            technician = company.technician(place, skills={"lift": level}, van={"belt": random.randint(0, 2)})
            shift = company.shift(technician, max_overtime_seconds=random.choice([0, 1800]))
            company.rest(shift, at(12), at(13))
        for _ in range(14):
            self.new_visit()

    def new_visit(self) -> None:
        company, random = self.scene.company, self.random
        hour = random.randint(8, 15)
        company.visit(
            random.randint(0, 8),
            minutes=random.choice([20, 45, 90, 150]),
            windows=random.choice([[], [(at(hour), at(hour + 2))]]),
            skills=random.choice([{}, {"lift": random.randint(1, 3)}]),
            parts=random.choice([{}, {}, {"belt": random.randint(1, 2)}]),
            tools=random.choice([[], [], ["crane"]]),
        )

    def step(self) -> None:
        acts = [self.propose, self.apply, self.apply, self.move, self.move, self.move, self.publish, self.new_visit]
        try:
            self.random.choice([*acts, self.cancel])()
        except (Conflict, RuleBroken, Invalid):
            self.refused += 1

    def propose(self) -> None:
        self.waiting.append(self.plan_day())

    def apply(self) -> None:
        if not self.waiting:
            self.propose()
        self.scene.apply(self.waiting.pop(self.random.randrange(len(self.waiting))))
        self.applied += 1

    def move(self) -> None:
        shift = self.random.choice([None, *self.keys(Shift)])
        pin = self.random.choice([None, None, False, True]) if shift else None
        place = self.random.choice([None, 0, 2])
        self.scene.move(self.random.choice(self.keys(Visit)), shift, place, pin=pin)

    def publish(self) -> None:
        self.scene.publish()

    def cancel(self) -> None:
        """Somebody cancels a visit that is in no route."""
        session = self.scene.company.session
        placed = {visit for route in self.scene.routes().values() for visit in route}
        free = [visit for visit in self.keys(Visit) if visit not in placed]
        if free:
            session.get_one(Visit, self.random.choice(free), populate_existing=True).status = VisitStatus.CANCELLED

    def keys(self, entity: type[Visit | Shift | Part]) -> list[int]:
        self.scene.company.session.commit()
        with self.scene.uow(viewer=SYSTEM, read_only=True) as session:
            return list(session.scalars(select(entity.id).order_by(entity.id)))

    def check(self) -> None:
        routes = self.scene.routes()
        placed = [visit for route in routes.values() for visit in route]
        assert len(placed) == len(set(placed))
        assert self.scene.violations() == []
        told = self.scene.view().published_at is not None
        with self.scene.uow(viewer=SYSTEM, read_only=True) as session:
            rows = session.execute(select(Visit, WorkOrder).join(WorkOrder, Visit.work_order_id == WorkOrder.id))
            for visit, order in rows:
                if visit.status is VisitStatus.CANCELLED:
                    assert visit.id not in placed
                    continue
                expected = VisitStatus.DISPATCHED if told else VisitStatus.SCHEDULED
                assert visit.status is (expected if visit.id in placed else VisitStatus.UNSCHEDULED)
                assert (visit.technician_id is not None) == (visit.id in placed)
                assert order.status is (WorkOrderStatus.PLANNED if visit.id in placed else WorkOrderStatus.READY)
                assert order.priority is Priority.NORMAL


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens(scene: Scene, company: Company, plan_day: Plan, seed: int) -> None:
    day = Day(scene, plan_day, seed)
    day.build()
    for _ in range(STEPS):
        day.step()
        day.check()
    assert day.applied > 0
    assert scene.routes()
