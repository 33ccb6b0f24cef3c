"""Random companies of a few technicians and days, and random work that asks for a time."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from db.models import LinkKind, Priority, Technician, Visit, WorkOrder
from tests.appointments.slots.desk import Desk
from tests.builders.planning import Company

SKILLS = ("lift", "gate")
PARTS = ("belt", "rope")
HOURS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {day: [["08:30", "13:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    {day: [["09:10", "16:20"]] for day in ("tue", "wed", "fri")},
)


@dataclass
class Chance:
    """A company made by chance, and work for it."""

    desk: Desk
    random: Random
    days: int

    @property
    def company(self) -> Company:
        """The company."""
        return self.desk.company

    def staff(self, count: int) -> list[Technician]:
        """Technicians with shifts, breaks and stock, on all the days; some are away for some hours."""
        people = [self._technician() for _ in range(count)]
        for day in range(self.days):
            with self.desk.on(day) as company:
                for technician in people:
                    self._day_of(company, technician)
        if self.random.random() < 0.7:
            company.warehouse(self.random.randrange(8), {part: self.random.randint(0, 3) for part in PARTS})
        return people

    def _technician(self) -> Technician:
        chance = self.random
        skills = {skill: chance.randint(1, 3) for skill in SKILLS if chance.random() < 0.7}
        van = {part: chance.randint(0, 3) for part in PARTS}
        return self.company.technician(
            chance.randrange(8),
            skills=skills,
            van=van,
            cost_per_travel_hour=chance.choice([0, 2000]),
            cost_per_overtime_hour=1500,
            fixed_cost=chance.choice([0, 500]),
            tools=["ladder"] if chance.random() < 0.5 else [],
        )

    def _day_of(self, company: Company, technician: Technician) -> None:
        chance = self.random
        if chance.random() < 0.1:
            return
        start = chance.choice([7, 8, 8, 9])
        given: dict[str, Any] = {"max_overtime_seconds": chance.choice([0, 1800])}
        if chance.random() < 0.2:
            given["max_visits"] = chance.randint(1, 4)
        shift = company.shift(technician, start, start + chance.choice([5, 8, 9]), **given)
        if chance.random() < 0.6:
            company.rest(shift, company.local(11, 30), company.local(12, 45), paid=chance.random() < 0.5)
        if chance.random() < 0.1:
            company.absence(technician, company.local(9), company.local(11))

    def order(self) -> WorkOrder:
        """Work of one visit, of two people, or of several visits, that asks for a time."""
        chance, company = self.random, self.company
        site = company.site(chance.randrange(10), opening_hours=chance.choice(HOURS))
        given: dict[str, Any] = {}
        if chance.random() < 0.3:
            given["due_at"] = company.local(chance.randint(9, 18)) + timedelta(days=chance.randrange(self.days))
        if chance.random() < 0.1:
            given["priority"] = Priority.EMERGENCY
        order = company.order(site, **given)
        kind = chance.random()
        first = self._visit(order, 1)
        if kind < 0.25:
            self.desk.tie(LinkKind.SAME_START, first, self._visit(order, 2))
        elif kind < 0.4:
            gap = chance.choice([0, 3600, 20 * 3600])
            self.desk.tie(LinkKind.PRECEDES, first, self._visit(order, 2), min_gap_seconds=gap)
        return order

    def _visit(self, order: WorkOrder, sequence: int) -> Visit:
        chance, company = self.random, self.company
        given: dict[str, Any] = {"setup_seconds": chance.choice([0, 0, 300])}
        if chance.random() < 0.15:
            given["earliest_at"] = company.local(chance.randint(0, 15)) + timedelta(days=chance.randrange(self.days))
        elif chance.random() < 0.15:
            given["finish_by"] = company.local(chance.randint(12, 18)) + timedelta(days=chance.randrange(self.days))
        windows = []
        if chance.random() < 0.2:
            day = timedelta(days=chance.randrange(self.days))
            windows = [
                (company.local(8, 40) + day, company.local(13) + day),
                (company.local(15) + day, company.local(19) + day),
            ]
        return company.visit(
            order=order,
            sequence=sequence,
            minutes=chance.choice([20, 30, 45, 60, 90, 150]),
            windows=windows,
            skills={skill: chance.randint(1, 2) for skill in SKILLS if chance.random() < 0.2},
            parts={part: 1 for part in PARTS if chance.random() < 0.15},
            tools=["ladder"] if chance.random() < 0.15 else [],
            **given,
        )
