"""Many who do the same at the same time do it once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import models as m
from db.session import UnitOfWork
from dispatch.intake.merging import Change, Means, merge, place, unmerge
from dispatch.intake.telling.informing import inform
from tests.intake.merging.desk import LIMITS, SYSTEM, Desk, Scores, no_proposal

AT_ONCE = 20
Result = TypeVar("Result")


def all_at_once(uow: UnitOfWork, work: Callable[[Session], Result], times: int = AT_ONCE) -> list[Result]:
    with ThreadPoolExecutor(times) as pool:
        return [each.result() for each in [pool.submit(uow.run, work, viewer=SYSTEM) for _ in range(times)]]


def count(uow: UnitOfWork, model: type, **values: object) -> int:
    with uow(viewer=SYSTEM) as session:
        return session.scalar(select(func.count()).select_from(model).filter_by(**values)) or 0


def test_twenty_merges_of_the_same_two_are_one_and_so_are_the_news_and_the_undoing(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        desk = Desk.open(session)
        one, other = desk.ticket("Stuck", desk.contact("A")), desk.ticket("Stuck too", desk.contact("B"))
        order, own = desk.order(one).id, desk.order(other).id
        ticket, talks = other.id, {desk.talk(one).id, desk.talk(other).id}
        session.commit()

    merged = all_at_once(uow, lambda session: _plain(merge(session, SYSTEM, [ticket], order)))
    assert sorted(ids for ids, _ in merged) == [[]] * (AT_ONCE - 1) + [[1]]
    assert count(uow, m.TicketMembership, left_at=None) == 2

    told = all_at_once(uow, lambda session: len(inform(session, order, "done:1", "done")))
    assert sorted(told) == [0] * (AT_ONCE - 1) + [2]
    assert {count(uow, m.Message, conversation_id=talk, cause=f"work_order:{order}:done:1") for talk in talks} == {1}

    undone = all_at_once(uow, lambda session: _plain(unmerge(session, SYSTEM, 1)))
    assert sum(bool(ids) for ids, _ in undone) == 1
    assert count(uow, m.TicketMembership, left_at=None, work_order_id=own) == 1
    assert count(uow, m.Message, cause="merge:1:taken_back") == 1


def test_tickets_that_come_at_once_find_each_other(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        desk = Desk.open(session)
        names = "abcdef"
        tickets = [desk.ticket(name).id for name in names]
        session.commit()
    scores = {frozenset((one, other)): 0.99 for one in names for other in names if one != other}
    means = Means(Scores(scores), no_proposal)

    with ThreadPoolExecutor(len(tickets)) as pool:
        placing = [
            pool.submit(
                uow.run, lambda session, key=key: place(session, SYSTEM, key, LIMITS, means) and None, viewer=SYSTEM
            )
            for key in tickets
        ]
        for each in placing:
            each.result()

    with uow(viewer=SYSTEM) as session:
        open_now = select(m.TicketMembership.work_order_id).where(m.TicketMembership.left_at.is_(None))
        assert len(set(session.scalars(open_now))) == 1


def _plain(change: Change) -> tuple[list[int], str]:
    return [merge.id for merge in change.merges], change.said
