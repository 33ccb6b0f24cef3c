"""A change is taken back after others were made on top of it."""

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.intake.merging import merge, split, unmerge
from dispatch.intake.merging.memory import Memory
from tests.intake.merging.desk import SYSTEM, Desk, Scores, state

SURE, PERHAPS, NO = 0.99, 0.6, 0.05
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_a_split_whose_tickets_were_merged_back_is_left_alone_until_that_merge_is_taken_back(desk: Desk) -> None:
    session = desk.session
    tickets = [desk.ticket(f"Stuck {name}", desk.contact(name)) for name in ("Ana", "Berta")]
    orders = [desk.order(ticket).id for ticket in tickets]
    merge(session, SYSTEM, [tickets[1].id], orders[0])
    together = state(session)
    taken_out = split(session, SYSTEM, orders[0], [tickets[0].id])
    put_back = merge(session, SYSTEM, [tickets[0].id], orders[0])
    back = state(session)

    change = unmerge(session, SYSTEM, taken_out.merges[0].id)

    assert not change.changed
    assert change.work_order_id == orders[0]
    assert change.said == "T-1 is back in WO-01 already."
    assert state(session) == back

    unmerge(session, SYSTEM, put_back.merges[0].id)
    assert desk.order_of(tickets[0]) == taken_out.work_order_id
    assert unmerge(session, SYSTEM, taken_out.merges[0].id).changed
    assert desk.order_of(tickets[0]) == orders[0]
    assert {name: rows for name, rows in state(session).items() if name not in ("work_order", "visit")} == {
        name: rows for name, rows in together.items() if name not in ("work_order", "visit")
    }


def test_a_merge_whose_order_was_merged_back_is_left_alone(desk: Desk) -> None:
    session = desk.session
    tickets = [desk.ticket(f"Stuck {name}", desk.contact(name)) for name in ("Ana", "Berta", "Carla")]
    here, there = desk.order(*tickets[:2]).id, desk.order(tickets[2]).id
    merged = merge(session, SYSTEM, [tickets[0].id], there)
    merge(session, SYSTEM, [tickets[0].id, tickets[2].id], here)
    back = state(session)

    change = unmerge(session, SYSTEM, merged.merges[0].id)

    assert (change.changed, change.work_order_id) == (False, here)
    assert state(session) == back


@SQLITE
def test_a_new_ticket_that_a_merge_kept_away_joins_when_that_is_taken_back(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): PERHAPS, frozenset("bc"): SURE, frozenset("ac"): NO})
    a, b, c = (desk.ticket(name) for name in "abc")
    order, own = desk.order(a), desk.order(b)
    for ticket in (a, b):
        desk.place(ticket)
    made = merge(desk.session, SYSTEM, [b.id], order.id).merges[0]
    assert desk.place(c).work_order_id not in (order.id, own.id)

    undone = unmerge(desk.session, SYSTEM, made.id)

    assert (desk.order_of(a), desk.order_of(b), desk.order_of(c)) == (order.id, own.id, own.id)
    assert f"{c.number} had come since and is in {own.number} now." in undone.said


@SQLITE
def test_a_ticket_that_leaves_by_score_takes_up_its_own_order_again_with_all_it_needed(desk: Desk) -> None:
    session = desk.session
    desk.scores = Scores({frozenset("ab"): SURE})
    a, b = desk.ticket("a"), desk.ticket("b")
    order, own = desk.order(a), desk.order(b)
    visit = session.scalars(select(m.Visit).where(m.Visit.work_order_id == own.id)).one()
    desk.company.add(m.VisitSkill(visit_id=visit.id, skill_id=desk.company.skill("lift").id, level=3))
    before = state(session)
    desk.place(a)
    desk.place(b)
    assert desk.order_of(b) == order.id
    needs = select(m.VisitSkill.level).join(m.Visit).where(m.Visit.work_order_id == order.id)
    assert session.scalars(needs).all() == [3]
    pair = session.scalars(select(m.MatchPair)).one()
    pair.probability, pair.band = NO, m.MatchBand.SEPARATE
    session.flush()

    desk.place(a)

    assert desk.order_of(b) == own.id
    assert session.scalars(needs).all() == []
    after = state(session)
    assert {name for name in after if after[name] != before[name]} == {"match_pair"}
    last = session.scalars(select(m.Merge).order_by(m.Merge.id.desc())).first()
    assert last is not None
    assert last.consequence.startswith(f"{own.number} is taken up again.")


@SQLITE
def test_an_order_that_was_cancelled_before_its_ticket_left_is_not_taken_up_again(desk: Desk) -> None:
    session = desk.session
    desk.scores = Scores({frozenset("ab"): SURE})
    a, b = desk.ticket("a"), desk.ticket("b")
    order, own = desk.order(a), desk.order(b)
    desk.place(a)
    desk.place(b)
    memory = Memory.of(own)
    assert memory.emptied is not None
    memory.emptied = {**memory.emptied, "status": m.WorkOrderStatus.CANCELLED.value}
    own.folded = memory.kept()
    pair = session.scalars(select(m.MatchPair)).one()
    pair.probability, pair.band = NO, m.MatchBand.SEPARATE
    session.flush()

    desk.place(a)

    assert desk.order_of(b) not in (None, order.id, own.id)
