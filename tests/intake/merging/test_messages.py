"""No message is ever lost, told twice, or shown to a party who may not see it, whatever is merged and taken back."""

import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db import models as m
from db.session import UnitOfWork
from dispatch.intake.merging import merge, split, unmerge
from dispatch.intake.telling.informing import inform
from tests.builders.examples import examples
from tests.intake.merging.desk import SYSTEM, Desk

TICKETS = range(4)
which = st.sampled_from(TICKETS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), which, which),
        st.tuples(st.just("split"), which, which),
        st.tuples(st.just("undo"), st.integers(0, 9), which),
        st.tuples(st.just("hear"), which, which),
        st.tuples(st.just("tell"), which, which),
    ),
    min_size=4,
    max_size=14,
)


class Run:
    """Carries out steps, and keeps what every thread should hold. The last two tickets are of the same contact."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        contacts = [desk.contact(name) for name in ("Ana", "Berta", "Carla")]
        self.tickets = [desk.ticket(f"Stuck {index}", contacts[min(index, 2)]) for index in TICKETS]
        for ticket in self.tickets:
            desk.order(ticket)
        self.talks = [desk.talk(ticket) for ticket in self.tickets]
        self.heard = {talk.id: ["Please come"] for talk in self.talks}
        self.told: set[tuple[int | None, str]] = set()
        self.merges: list[int] = []

    def step(self, number: int, what: str, one: int, other: int) -> None:
        session, ticket = self.desk.session, self.tickets[one % len(self.tickets)]
        order = self.desk.order_of(ticket)
        assert order is not None
        if what == "merge":
            done = merge(session, SYSTEM, [self.tickets[other].id], order)
            self.merges += [each.id for each in done.merges]
        elif what == "split" and sum(self.desk.order_of(each) == order for each in self.tickets) > 1:
            self.merges += [each.id for each in split(session, SYSTEM, order, [ticket.id]).merges]
        elif what == "undo" and self.merges:
            unmerge(session, SYSTEM, self.merges[one % len(self.merges)])
        elif what == "hear":
            talk = self.talks[one]
            self.desk.hear(talk, f"Reply {number}")
            self.heard[talk.id].append(f"Reply {number}")
        elif what == "tell":
            cause = f"in_progress:{number}"
            here = [each for each in self.tickets if self.desk.order_of(each) == order]
            self.told |= {(each.contact_id, f"work_order:{order}:{cause}") for each in here}
            for _ in range(2):
                inform(session, order, cause, "in_progress")


@settings(max_examples=examples(7), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
@example([("merge", 0, 1), ("split", 0, 0), ("merge", 1, 0), ("undo", 1, 0)])
def test_every_thread_holds_what_its_own_party_said_and_was_told(
    uow: UnitOfWork, wanted: list[tuple[str, int, int]]
) -> None:
    with uow(viewer=SYSTEM) as session:
        run = Run(Desk.open(session))
        for number, (what, one, other) in enumerate(wanted):
            run.step(number, what, one, other)

        orders = set(session.scalars(select(m.WorkOrder.number)))
        told: list[tuple[int | None, str]] = []
        for ticket, talk in zip(run.tickets, run.talks, strict=True):
            mine = select(m.Message).where(m.Message.conversation_id == talk.id).order_by(m.Message.id)
            said = session.scalars(mine).all()
            heard = [each.body for each in said if each.direction is m.Direction.INBOUND]
            assert heard == run.heard[talk.id]
            for each in said:
                if each.direction is m.Direction.OUTBOUND:
                    assert re.findall(r"T-\d+", each.body or "") == [ticket.number]
                    assert not any(number in (each.body or "") for number in orders)
                    told.append((talk.contact_id, each.cause or ""))
        news = [each for each in told if each[1].startswith("work_order:")]
        assert sorted(news, key=str) == sorted(run.told, key=str)
        corrections = [each for each in told if not each[1].startswith("work_order:")]
        assert all(re.fullmatch(r"merge:\d+:taken_back", cause) for _, cause in corrections)
        posted = session.scalars(select(m.OutboxMessage.key).where(m.OutboxMessage.topic == "message.send")).all()
        assert len(posted) == len(set(posted)) == len(told)
