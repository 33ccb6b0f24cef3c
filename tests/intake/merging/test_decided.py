"""What the reviewer's page lists as decided: what people said, not what a change of memberships settled by the way."""

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.intake.merging import merge, unmerge
from dispatch.intake.reviews import review, reviewing
from tests.intake.merging.desk import SYSTEM, Desk, Scores, state

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_pairs_that_an_undo_keeps_apart_are_no_decisions_of_a_reviewer(desk: Desk) -> None:
    desk.scores = Scores({frozenset({"a", "b"}): 0.999, frozenset({"a", "c"}): 0.5, frozenset({"b", "c"}): 0.5})
    tickets = [desk.ticket(name) for name in "abc"]
    for ticket in tickets:
        desk.place(ticket)
    joined = desk.session.scalars(select(m.Merge)).all()
    assert joined
    for each in joined:
        unmerge(desk.session, SYSTEM, each.id)
    apart = select(m.MatchPair).where(m.MatchPair.status == m.ReviewStatus.REJECTED)
    assert desk.session.scalars(apart).all()
    assert reviewing.decided(desk.session, SYSTEM) == []
    asked = review.waiting(desk.session, SYSTEM)[0]
    review.reject(desk.session, SYSTEM, asked.id)
    assert [each.pair.id for each in reviewing.decided(desk.session, SYSTEM)] == [asked.id]
    review.undo(desk.session, SYSTEM, asked.id)
    assert reviewing.decided(desk.session, SYSTEM) == []


def asked_about(desk: Desk, first: m.Ticket, second: m.Ticket) -> m.MatchPair:
    """A pair of tickets that waits for a person, whatever their orders."""
    return desk.company.add(
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


@pytest.mark.parametrize("by_review", [True, False])
def test_a_ticket_that_had_no_order_has_none_again_when_its_merge_is_taken_back(desk: Desk, *, by_review: bool) -> None:
    first, second = desk.ticket("a"), desk.ticket("b")
    order = desk.order(first, status=m.WorkOrderStatus.PLANNED, visit=m.VisitStatus.DISPATCHED)
    pair = asked_about(desk, first, second)
    before = state(desk.session)
    change = (
        review.accept(desk.session, SYSTEM, pair.id).change
        if by_review
        else merge(desk.session, SYSTEM, [second.id], order.id)
    )
    assert change is not None
    assert desk.order_of(second) == order.id

    taken_back = (
        review.undo(desk.session, SYSTEM, pair.id).change
        if by_review
        else unmerge(desk.session, SYSTEM, change.merges[0].id)
    )

    assert taken_back is not None
    assert "have no work order again, as before" in taken_back.said
    assert "its technician is told" in taken_back.said
    assert state(desk.session) == before


def test_what_a_score_joined_as_it_came_gets_an_order_of_its_own_when_that_is_taken_back(desk: Desk) -> None:
    desk.scores = Scores({frozenset({"a", "b"}): 0.999})
    first, second = desk.ticket("a"), desk.ticket("b")
    desk.place(first)
    desk.place(second)
    made = desk.session.scalars(select(m.Merge)).one()
    said = unmerge(desk.session, SYSTEM, made.id).said
    opened = desk.session.get_one(m.WorkOrder, desk.order_of(second))
    assert opened.id != desk.order_of(first)
    assert f"{opened.number} is opened for what had no work order before it." in said
