"""Which tickets end up in one work order does not depend on which came first; what is planned stays where it is."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import models as m
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.intake.facts.said import Field
from dispatch.intake.matching import grouping
from dispatch.intake.merging import merge, unmerge
from dispatch.intake.merging.decisions import two
from dispatch.intake.reviews import review
from tests.builders.examples import examples
from tests.intake.merging.desk import LIMITS, SYSTEM, Desk, Scores, state

SURE, PERHAPS, NO = 0.99, 0.6, 0.05
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
NAMES = "abcd"
scores = st.fixed_dictionaries(
    {frozenset(pair): st.sampled_from((SURE, 0.97, PERHAPS, NO)) for pair in itertools.combinations(NAMES, 2)}
)


def partition(desk: Desk, tickets: dict[str, m.Ticket]) -> set[frozenset[str]]:
    found: dict[int | None, set[str]] = {}
    for name, ticket in tickets.items():
        found.setdefault(desk.order_of(ticket), set()).add(name)
    assert None not in found
    return {frozenset(names) for names in found.values()}


def asked(desk: Desk) -> set[frozenset[str]]:
    """Pairs that a score would merge and a person is asked about, as one of the two fits other work as well."""
    waiting = review.waiting(desk.session, SYSTEM)
    return {
        frozenset(desk.session.get_one(m.Ticket, each).subject for each in (pair.ticket_id, pair.other_id))
        for pair in waiting
        if pair.probability >= LIMITS.merge
    }


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scores, st.permutations(NAMES))
def test_the_groups_are_those_of_the_scores_in_whatever_order_tickets_arrive(
    uow: UnitOfWork, given_scores: dict[frozenset[str], float], arrival: list[str]
) -> None:
    with uow(viewer=SYSTEM) as session:
        desk = Desk.open(session)
        desk.scores = Scores(given_scores)
        tickets = {name: desk.ticket(name) for name in NAMES}
        keys = {pair: two(*(tickets[name].id for name in pair)) for pair in given_scores}
        wanted = grouping([t.id for t in tickets.values()], {keys[p]: v for p, v in given_scores.items()}, None, LIMITS)

        for name in arrival:
            desk.place(tickets[name])

        by_id = {ticket.id: name for name, ticket in tickets.items()}
        assert partition(desk, tickets) == {frozenset(by_id[each] for each in group) for group in wanted.groups}
        assert asked(desk) == {frozenset(by_id[each] for each in pair) for pair in wanted.asked}


@SQLITE
def test_a_ticket_that_holds_two_groups_together_brings_them_into_one_order(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ac"): SURE, frozenset("bc"): SURE, frozenset("ab"): PERHAPS})
    a, b, c = (desk.ticket(name) for name in "abc")
    assert len({desk.place(a).work_order_id, desk.place(b).work_order_id}) == 2

    placed = desk.place(c)

    assert desk.order_of(a) == desk.order_of(b) == placed.work_order_id
    left = desk.session.query(m.WorkOrder).filter(m.WorkOrder.merged_into_id.is_not(None)).one()
    assert (left.status, left.merged_into_id) == (m.WorkOrderStatus.CANCELLED, placed.work_order_id)
    pair = desk.session.query(m.MatchPair).filter_by(ticket_id=a.id, other_id=b.id).one()
    assert pair.status is m.ReviewStatus.SETTLED


BETWEEN_TWO = {frozenset("ac"): SURE, frozenset("bc"): 0.985, frozenset("ab"): NO}
"""a and b are two faults; c may be about either."""


@SQLITE
@pytest.mark.parametrize("arrival", ["abc", "cab", "bca"])
def test_a_ticket_that_fits_two_orders_joins_neither_and_a_person_is_told_why(desk: Desk, arrival: str) -> None:
    desk.scores = Scores(BETWEEN_TWO)
    tickets = {name: desk.ticket(name) for name in "abc"}
    for name in arrival:
        desk.place(tickets[name])

    assert partition(desk, tickets) == {frozenset("a"), frozenset("b"), frozenset("c")}
    assert asked(desk) == {frozenset("ac"), frozenset("bc")}
    a, b, c = tickets.values()
    said = {two(*pair): [line["words"] for line in lines][-1] for *pair, lines in evidence(desk)}
    for other, rival in ((a, b), (b, a)):
        order = desk.session.get_one(m.WorkOrder, desk.order_of(rival))
        assert said[two(c.id, other.id)] == f"{c.number} fits {order.number} as well; a person is asked"
    again = evidence(desk)
    desk.place(c)
    desk.place(a)
    assert evidence(desk) == again
    assert {pair.band for pair in review.waiting(desk.session, SYSTEM)} == {m.MatchBand.REVIEW}


def evidence(desk: Desk) -> list[tuple[int, int, list[dict[str, str]]]]:
    return [(pair.ticket_id, pair.other_id, pair.evidence) for pair in review.waiting(desk.session, SYSTEM)]


@SQLITE
@pytest.mark.parametrize("status", [m.WorkOrderStatus.DRAFT, m.WorkOrderStatus.PLANNED])
def test_what_the_reviewer_says_of_one_order_answers_for_the_other_and_is_undone_with_it(
    desk: Desk, status: m.WorkOrderStatus
) -> None:
    desk.scores = Scores(BETWEEN_TWO)
    a, b, c = (desk.ticket(name) for name in "abc")
    visit = m.VisitStatus.SCHEDULED if status is m.WorkOrderStatus.PLANNED else m.VisitStatus.UNSCHEDULED
    order = desk.order(a, status=status, visit=visit)
    for ticket in (a, b, c):
        desk.place(ticket)
    before = state(desk.session)
    pairs = {two(pair.ticket_id, pair.other_id): pair for pair in review.waiting(desk.session, SYSTEM)}

    review.accept(desk.session, SYSTEM, pairs[two(a.id, c.id)].id)
    for ticket in (b, c, a):
        desk.place(ticket)

    assert desk.order_of(a) == desk.order_of(c) == order.id != desk.order_of(b)
    assert review.waiting(desk.session, SYSTEM) == []
    review.undo(desk.session, SYSTEM, pairs[two(a.id, c.id)].id)
    assert state(desk.session) == before


@SQLITE
def test_a_person_who_merges_by_hand_answers_the_question_too(desk: Desk) -> None:
    desk.scores = Scores(BETWEEN_TWO)
    a, b, c = (desk.ticket(name) for name in "abc")
    for ticket in (a, b, c):
        desk.place(ticket)
    before = state(desk.session)

    made = merge(desk.session, SYSTEM, [b.id], desk.order_of(c) or 0)

    assert review.waiting(desk.session, SYSTEM) == []
    desk.place(c)
    assert desk.order_of(b) == desk.order_of(c) != desk.order_of(a)
    unmerge(desk.session, SYSTEM, made.merges[0].id)
    assert state(desk.session) == before


@SQLITE
def test_a_question_that_is_none_any_more_is_withdrawn(desk: Desk) -> None:
    desk.scores = Scores(BETWEEN_TWO)
    a, b, c = (desk.ticket(name) for name in "abc")
    for ticket in (a, b, c):
        desk.place(ticket)
    pair = next(each for each in review.waiting(desk.session, SYSTEM) if b.id in (each.ticket_id, each.other_id))
    pair.probability, pair.band, pair.status = NO, m.MatchBand.SEPARATE, m.ReviewStatus.SETTLED
    desk.session.flush()

    desk.place(c)

    assert desk.order_of(a) == desk.order_of(c) != desk.order_of(b)
    assert review.waiting(desk.session, SYSTEM) == []
    left = desk.session.query(m.MatchPair).filter_by(ticket_id=a.id, other_id=c.id).one()
    assert (left.band, [line["field"] for line in left.evidence]) == (m.MatchBand.MERGE, ["test"])


@SQLITE
@pytest.mark.parametrize("planned", [False, True])
def test_who_followed_a_merge_that_is_taken_back_is_placed_again(desk: Desk, *, planned: bool) -> None:
    alike = dict.fromkeys(map(frozenset, ("bc", "ad")), SURE)
    desk.scores = Scores(dict.fromkeys(map(frozenset, itertools.combinations("abcde", 2)), 0.45) | alike)
    a, b, c, d, e = (desk.ticket(name) for name in "abcde")
    status = m.WorkOrderStatus.PLANNED if planned else m.WorkOrderStatus.DRAFT
    order = desk.order(a, status=status, visit=m.VisitStatus.SCHEDULED if planned else m.VisitStatus.UNSCHEDULED)
    own = desk.order(b)
    for ticket in (a, b):
        desk.place(ticket)
    made = merge(desk.session, SYSTEM, [b.id], order.id).merges[0]
    for ticket in (c, d):
        assert desk.place(ticket).work_order_id == order.id
    assert desk.place(e).work_order_id != order.id
    merge(desk.session, SYSTEM, [e.id], order.id)

    undone = unmerge(desk.session, SYSTEM, made.id)

    assert desk.order_of(b) == desk.order_of(c) == own.id
    assert desk.order_of(a) == desk.order_of(d) == order.id
    assert desk.order_of(e) == order.id, "a person put it there"
    assert f"{c.number} had followed and is in {own.number} now." in undone.said
    assert f"{c.number} had followed" in undone.merges[0].consequence
    assert d.number not in undone.said
    assert [c.id] in [each.tickets for each in undone.merges]


@SQLITE
def test_who_followed_and_fits_both_is_asked_about(desk: Desk) -> None:
    desk.scores = Scores(BETWEEN_TWO)
    a, b, c = (desk.ticket(name) for name in "abc")
    order = desk.order(a)
    own = desk.order(b)
    for ticket in (a, b):
        desk.place(ticket)
    made = merge(desk.session, SYSTEM, [b.id], order.id).merges[0]
    assert desk.place(c).work_order_id == order.id

    unmerge(desk.session, SYSTEM, made.id)

    assert len({desk.order_of(ticket) for ticket in (a, b, c)}) == 3
    assert (desk.order_of(a), desk.order_of(b)) == (order.id, own.id)
    assert asked(desk) == {frozenset("ac"), frozenset("bc")}


@SQLITE
def test_a_planned_order_is_joined_and_never_taken_apart(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ac"): SURE, frozenset("ab"): SURE, frozenset("bc"): NO})
    a, b, c = (desk.ticket(name) for name in "abc")
    order = desk.order(a, c, visit=m.VisitStatus.SCHEDULED, status=m.WorkOrderStatus.PLANNED)
    for ticket in (a, c):
        desk.place(ticket)

    desk.place(b)

    assert desk.order_of(a) == desk.order_of(c) == order.id
    assert desk.order_of(b) != order.id, "c is clearly another matter, and belongs to the planned order too"


@SQLITE
def test_a_merge_that_a_score_made_is_not_made_again_once_taken_back(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): SURE})
    a, b = desk.ticket("a"), desk.ticket("b")
    desk.place(a)
    desk.place(b)
    made = desk.session.query(m.Merge).one()
    assert made.by_id is None

    unmerge(desk.session, SYSTEM, made.id)
    desk.say(b, Field.SYMPTOM, "Still stuck")
    desk.place(b)
    desk.place(a)

    assert desk.order_of(a) != desk.order_of(b)


@SQLITE
def test_what_a_person_merged_stays_together_when_scores_speak_against_it(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): NO})
    a, b = desk.ticket("a"), desk.ticket("b")
    desk.place(a)
    desk.place(b)
    order = desk.order_of(a)
    assert order is not None
    merge(desk.session, SYSTEM, [b.id], order)

    desk.place(b)
    desk.place(a)

    assert desk.order_of(a) == desk.order_of(b) == order


@SQLITE
def test_tickets_of_two_territories_are_never_in_one_order(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): SURE})
    far = desk.company.add(m.Territory(code="far", name="Far", time_zone="UTC", country="CL", currency="CLP"))
    site = desk.company.site()
    site.territory_id = far.id
    a, b = desk.ticket("a"), desk.ticket("b", site_id=site.id, equipment_id=None)
    desk.place(a)
    desk.place(b)

    assert desk.order_of(a) != desk.order_of(b)


@SQLITE
def test_somebody_in_danger_makes_an_order_an_emergency_at_once_and_ready(desk: Desk) -> None:
    a = desk.ticket("A person is trapped in the lift")
    placed = desk.place(a)

    order = desk.session.get_one(m.WorkOrder, placed.work_order_id or 0)
    assert placed.emergency
    assert (order.priority, order.status) == (m.Priority.EMERGENCY, m.WorkOrderStatus.READY)


@SQLITE
def test_a_ticket_about_nowhere_waits_until_somebody_says_where(desk: Desk) -> None:
    a = desk.ticket("a", site_id=None, equipment_id=None)
    assert desk.place(a).work_order_id is None

    a.site_id = desk.site.id
    assert desk.place(a).how is m.MergedBy.FIRST


@SQLITE
def test_review_merges_keeps_apart_and_undoes_exactly(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): PERHAPS})
    a, b = desk.ticket("a"), desk.ticket("b")
    first, placed = desk.place(a), desk.place(b)
    (pair,) = review.waiting(desk.session, SYSTEM)
    assert placed.waiting == (pair,)
    assert pair.evidence

    accepted = review.accept(desk.session, SYSTEM, pair.id)
    assert desk.order_of(b) == first.work_order_id
    assert accepted.change is not None
    assert review.accept(desk.session, SYSTEM, pair.id).change is None
    assert review.waiting(desk.session, SYSTEM) == []

    review.undo(desk.session, SYSTEM, pair.id)
    assert desk.order_of(b) == placed.work_order_id
    assert review.waiting(desk.session, SYSTEM) == [pair]

    rejected = review.reject(desk.session, SYSTEM, pair.id)
    assert rejected.pair.status is m.ReviewStatus.REJECTED
    desk.scores.of = {frozenset("ab"): SURE}
    desk.place(b)
    assert desk.order_of(b) == placed.work_order_id

    assert review.undo(desk.session, SYSTEM, pair.id).pair.status is m.ReviewStatus.WAITING
    assert review.undo(desk.session, SYSTEM, pair.id).said == "Nothing was decided about the two."


@SQLITE
def test_the_queue_is_paged_the_most_probable_or_the_oldest_first(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): 0.5, frozenset("ac"): 0.65, frozenset("bc"): 0.6})
    for name in "abc":
        desk.place(desk.ticket(name))

    first = review.waiting(desk.session, SYSTEM, limit=2)
    rest = review.waiting(desk.session, SYSTEM, limit=2, after=first[-1].id)
    oldest = review.waiting(desk.session, SYSTEM, order=review.Order.OLDEST)

    assert [pair.probability for pair in (*first, *rest)] == [0.65, 0.6, 0.5]
    assert [pair.id for pair in oldest] == sorted(pair.id for pair in oldest)


@SQLITE
def test_a_question_about_a_ticket_that_is_solved_is_none_any_more(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): PERHAPS})
    a, b = desk.ticket("a"), desk.ticket("b")
    desk.place(a)
    desk.place(b)

    b.status = m.TicketStatus.RESOLVED
    desk.session.flush()

    assert review.waiting(desk.session, SYSTEM) == []


@SQLITE
def test_who_looked_into_an_alarm_is_overruled_only_by_new_words(desk: Desk, clock: FixedClock) -> None:
    ticket = desk.ticket("I smell gas")
    assert desk.place(ticket).emergency
    clock.instant += timedelta(minutes=10)
    ticket.emergency = False
    desk.session.flush()
    clock.instant += timedelta(minutes=10)

    calm = desk.place(ticket).emergency
    desk.say(ticket, Field.SYMPTOM, "It smells of gas again")

    assert (calm, bool(desk.place(ticket).emergency)) == (None, True)


@SQLITE
def test_what_is_reported_again_after_the_work_becomes_one_follow_up_for_all_who_report_it(desk: Desk) -> None:
    desk.scores = Scores({frozenset(pair): SURE for pair in itertools.combinations("abc", 2)})
    a, b, c = (desk.ticket(name) for name in "abc")
    done = desk.order(a, status=m.WorkOrderStatus.DONE, visit=m.VisitStatus.COMPLETED)
    desk.place(a)

    follow_up = desk.place(b).work_order_id
    joined = desk.place(c).work_order_id

    assert follow_up == joined != done.id == desk.order_of(a)
    visit = desk.session.query(m.Visit).filter_by(work_order_id=follow_up).one()
    assert visit.follow_up_of_id is not None
    clock = desk.session.info["now"]()
    desk.session.query(m.Visit).filter_by(work_order_id=done.id).one().finished_at = clock - timedelta(days=15)
    desk.scores.of = {**desk.scores.of, frozenset("ad"): SURE}
    assert desk.place(desk.ticket("d")).work_order_id not in (done.id, follow_up)
    assert a.id not in desk.scores.known, "it is not compared with later ones any more"


@SQLITE
def test_a_score_that_joins_dispatched_work_says_what_that_means(desk: Desk) -> None:
    desk.scores = Scores({frozenset("ab"): SURE})
    a, b = desk.ticket("a"), desk.ticket("b")
    order = desk.order(a, status=m.WorkOrderStatus.PLANNED, visit=m.VisitStatus.DISPATCHED)
    desk.place(a)

    placed = desk.place(b)

    assert (placed.work_order_id, placed.how) == (order.id, m.MergedBy.SCORE)
    made = desk.session.query(m.Merge).one()
    assert "is dispatched and stays: its technician is told" in made.consequence
    assert made.pair_id is not None
