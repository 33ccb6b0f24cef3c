"""What the reviewer's page lists as decided: what people said, not what a change of memberships settled by the way."""

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.intake.merging import unmerge
from dispatch.intake.reviews import review, reviewing
from tests.intake.merging.desk import SYSTEM, Desk, Scores

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_pairs_that_an_undo_keeps_apart_are_no_decisions_of_a_reviewer(desk: Desk) -> None:
    desk.scores = Scores({frozenset({"a", "b"}): 0.999, frozenset({"a", "c"}): 0.5, frozenset({"b", "c"}): 0.5})
    tickets = [desk.ticket(name) for name in "abc"]
    for ticket in tickets:
        desk.place(ticket)
    joined = desk.session.scalars(select(m.Merge)).all()
    assert joined
    for merge in joined:
        unmerge(desk.session, SYSTEM, merge.id)
    apart = select(m.MatchPair).where(m.MatchPair.status == m.ReviewStatus.REJECTED)
    assert desk.session.scalars(apart).all()
    assert reviewing.decided(desk.session, SYSTEM) == []
    asked = review.waiting(desk.session, SYSTEM)[0]
    review.reject(desk.session, SYSTEM, asked.id)
    assert [each.pair.id for each in reviewing.decided(desk.session, SYSTEM)] == [asked.id]
    review.undo(desk.session, SYSTEM, asked.id)
    assert reviewing.decided(desk.session, SYSTEM) == []


def test_undoing_tells_of_the_order_that_it_opens(desk: Desk) -> None:
    first, second = desk.ticket("a"), desk.ticket("b")
    order = desk.order(first)
    pair = desk.company.add(
        m.MatchPair(
            ticket_id=first.id,
            other_id=second.id,
            probability=0.6,
            band=m.MatchBand.REVIEW,
            evidence=[],
            compared_at=desk.session.info["now"](),
            status=m.ReviewStatus.WAITING,
        )
    )
    accepted = review.accept(desk.session, SYSTEM, pair.id)
    assert accepted.change is not None
    assert desk.order_of(second) == order.id
    said = unmerge(desk.session, SYSTEM, accepted.change.merges[0].id).said
    opened = desk.session.get_one(m.WorkOrder, desk.order_of(second))
    assert f"{opened.number} is opened for what had no work order before it." in said
