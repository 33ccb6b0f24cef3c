"""A merge is taken back after others joined through it: all is as if it had never been, but for what people did."""

import itertools
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import models as m
from db.session import UnitOfWork
from dispatch.intake.facts.said import Field
from dispatch.intake.merging import merge, unmerge
from dispatch.intake.merging.decisions import decide, two
from dispatch.intake.merging.derived import COLUMNS
from dispatch.intake.merging.memory import Memory
from dispatch.intake.reviews import review
from tests.builders.examples import examples
from tests.intake.merging.desk import LIMITS, SYSTEM, Desk, Scores

SURE, LIKELY, PERHAPS, NO = 0.99, 0.97, 0.6, 0.05
THERE, LATER = "abe", "xyz"
PLANNED = (m.WorkOrderStatus.PLANNED, m.VisitStatus.SCHEDULED)
DRAFT = (m.WorkOrderStatus.DRAFT, m.VisitStatus.UNSCHEDULED)


def _score(pair: tuple[str, str]) -> st.SearchStrategy[float]:
    return st.sampled_from((PERHAPS, NO) if set(pair) <= set(THERE) else (SURE, LIKELY, PERHAPS, NO))


scores = st.fixed_dictionaries({frozenset(pair): _score(pair) for pair in itertools.combinations(THERE + LATER, 2)})


@dataclass(frozen=True, slots=True)
class Case:
    """a and b are merged by a person, or by a score; x, y and z come after, and e is put there by hand, maybe.

    planned: the work that b is merged into. danger: who tells of it.
    """

    scores: dict[frozenset[str], float]
    by_score: bool
    by_hand: bool
    planned: bool
    danger: str

    @property
    def later(self) -> str:
        """Who comes after; to planned work one, as of several the first to come stays there."""
        return LATER[:1] if self.planned else LATER


cases = st.builds(Case, scores, st.booleans(), st.booleans(), st.booleans(), st.sampled_from(THERE + LATER))


class World:
    """The tickets of a case, and what becomes of them."""

    def __init__(self, desk: Desk, case: Case) -> None:
        self.desk, self.case = desk, case
        self.desk.scores = Scores(case.scores | ({frozenset("ab"): SURE} if case.by_score else {}))
        desk.company.skill("lift")
        self.tickets = {name: desk.ticket(name, emergency=name == case.danger) for name in THERE + LATER}
        for level, ticket in enumerate(self.tickets.values(), 1):
            desk.say(ticket, Field.SKILL, f"lift:{level}")

    def begin(self) -> tuple[int, int | None]:
        """a, e, and b if a person is to merge it, have orders; those of a and b."""
        self.desk.scores.known.clear()
        status, visit = PLANNED if self.case.planned else DRAFT
        order = self.desk.order(self.tickets["a"], status=status, visit=visit).id
        own = None if self.case.by_score else self.desk.order(self.tickets["b"], status=DRAFT[0]).id
        self.desk.order(self.tickets["e"], status=DRAFT[0])
        for name in "ae" if self.case.by_score else "aeb":
            self.desk.place(self.tickets[name])
        return order, own

    def without(self) -> None:
        """What there would be without the merge; where scores leave open what it told, by somebody who says no."""
        order, _ = self.begin()
        case, session = self.case, self.desk.session
        across = ["ab", "be"] if case.by_hand else ["ab"]
        open_pairs = [pair for pair in across if self.desk.scores.of[frozenset(pair)] != NO]
        decide(
            session,
            SYSTEM,
            [two(*(self.tickets[each].id for each in pair)) for pair in open_pairs],
            m.ReviewStatus.REJECTED,
        )
        if case.by_score:
            self.desk.place(self.tickets["b"])
        self.go_on(order)

    def go_on(self, order: int) -> None:
        """A person puts e into the order of a, and the others come."""
        if self.case.by_hand:
            merge(self.desk.session, SYSTEM, [self.tickets["e"].id], order)
        for name in self.case.later:
            self.desk.place(self.tickets[name])

    def merged_and_taken_back(self) -> bool:
        """b is merged into the order of a, and out of it again at the end; False: it had left it."""
        order, own = self.begin()
        if own is None:
            self.desk.place(self.tickets["b"])
            made = self.desk.session.scalars(select(m.Merge).where(m.Merge.work_order_id == order)).one().id
        else:
            made = merge(self.desk.session, SYSTEM, [self.tickets["b"].id], order).merges[0].id
        self.go_on(order)
        return unmerge(self.desk.session, SYSTEM, made, LIMITS).changed

    def found(self) -> dict[str, Any]:
        """What belongs together, what its order says and needs, and what a person is asked."""
        session = self.desk.session
        session.expire_all()
        orders: dict[int | None, set[str]] = {}
        for name, ticket in self.tickets.items():
            orders.setdefault(self.desk.order_of(ticket), set()).add(name)
        told = {}
        for key, names in orders.items():
            if key is not None:
                order = session.get_one(m.WorkOrder, key)
                levels = select(m.VisitSkill.level).join(m.Visit).where(m.Visit.work_order_id == key)
                columns = {column: getattr(order, column) for column in COLUMNS}
                # Who opened the order may be another: that shows in its own time of report alone.
                base = {**Memory.of(order).base, "reported_at": None}
                told["".join(sorted(names))] = (columns, base, session.scalars(levels).all())
        waiting = review.waiting(session, SYSTEM)
        by_id = {ticket.id: name for name, ticket in self.tickets.items()}
        asked = {by_id[pair.ticket_id] + by_id[pair.other_id] for pair in waiting} - {"ab", "be"}
        return {"orders": told, "asked": asked}


@settings(max_examples=examples(3), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases)
def test_who_followed_a_merge_is_where_they_would_be_without_it_when_that_is_taken_back(
    uow: UnitOfWork, case: Case
) -> None:
    with uow(viewer=SYSTEM) as session:
        world = World(Desk.open(session), case)
        apart = session.begin_nested()
        world.without()
        wanted = world.found()
        apart.rollback()
        session.expire_all()

        assume(world.merged_and_taken_back())

        assert world.found() == wanted
