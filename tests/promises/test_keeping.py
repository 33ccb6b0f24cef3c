"""What became of promises, by what happened."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from db.models import ClockKind, Promise, PromiseEvent, PromiseKind, PromiseOutcome, VisitStatus
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.promises import keeping, ledger
from dispatch.promises.keeping import EARLY, settle_due
from dispatch.promises.standards import CALLED_OFF
from tests.builders.planning import ZONE, Company, at
from tests.planning.common import SYSTEM, sqlite_only
from tests.promises.saying import promise_callback, promise_window

KEPT, BROKEN, RELEASED = PromiseOutcome.KEPT, PromiseOutcome.BROKEN, PromiseOutcome.RELEASED
Ends = dict[int, tuple[PromiseOutcome, datetime, str]]


class Watch:
    """Lets the worker look at some moment, and tells what became of promises."""

    def __init__(self, uow: UnitOfWork, clock: FixedClock, company: Company) -> None:
        self.uow, self.clock, self.company = uow, clock, company

    def look(self, now: datetime) -> int:
        """Settles what is due then; how many were."""
        self.company.session.commit()
        self.clock.instant = now
        return settle_due(self.uow, self.clock)

    def ends(self) -> Ends:
        """What became of each promise that ended."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return {
                each.promise_id: (each.outcome, each.at, each.note) for each in session.scalars(select(PromiseEvent))
            }


@pytest.fixture
def watch(uow: UnitOfWork, clock: FixedClock, company: Company) -> Watch:
    return Watch(uow, clock, company)


def begin(visit: m.Visit, start: datetime) -> None:
    visit.started_at, visit.status = start, VisitStatus.ON_SITE


def finish(visit: m.Visit, end: datetime) -> None:
    visit.finished_at, visit.status = end, VisitStatus.COMPLETED


def deadline(session: Session, order: m.WorkOrder, clock: ClockKind, by: datetime) -> Promise:
    return ledger.make_at(session, PromiseKind.CONTRACT_DEADLINE, order.id, by, ZONE.key, clock=clock)


def test_windows_are_kept_by_starts_at_both_ends_and_broken_by_none(watch: Watch, company: Company) -> None:
    started = {"first": at(10), "last": at(12), "late": at(12, 1), "early": at(9, 50), "never": None}
    promises = {}
    for name, start in started.items():
        visit = company.visit()
        promises[name] = promise_window(company.session, visit, at(10), at(12)).id
        if start is not None:
            begin(visit, start)
    # At noon nobody is late yet but who began a minute later.
    assert watch.look(at(12)) == 4
    assert promises["never"] not in watch.ends()
    assert watch.look(at(12, 1)) == 1
    assert watch.ends() == {
        promises["first"]: (KEPT, at(10), ""),
        promises["last"]: (KEPT, at(12), ""),
        promises["late"]: (BROKEN, at(12), ""),
        promises["early"]: (KEPT, at(9, 50), EARLY),
        promises["never"]: (BROKEN, at(12), ""),
    }
    assert watch.look(at(18)) == 0


def test_visits_that_start_together_keep_their_window_together(watch: Watch, company: Company) -> None:
    order = company.order()
    pair = [company.visit(order=order, sequence=sequence) for sequence in (1, 2)]
    appointment = company.add(
        m.Appointment(
            work_order_id=order.id,
            territory_id=company.territory.id,
            status=m.AppointmentStatus.CONFIRMED,
            opens_at=at(10),
            closes_at=at(12),
            local_date=company.day,
            local_from=at(10).time(),
            local_by=at(12).time(),
            time_zone=ZONE.key,
            uid="a",
        )
    )
    for visit in pair:
        company.add(m.AppointmentVisit(appointment_id=appointment.id, visit_id=visit.id))
    promise = ledger.make(
        company.session,
        PromiseKind.WINDOW,
        order.id,
        local_date=company.day,
        local_from=at(10).astimezone(ZONE).time(),
        local_by=at(12).astimezone(ZONE).time(),
        time_zone=ZONE.key,
        appointment_id=appointment.id,
    )
    begin(pair[0], at(11))
    assert watch.look(at(11, 30)) == 0
    begin(pair[1], at(11, 45))
    assert watch.look(at(11, 50)) == 1
    assert watch.ends() == {promise.id: (KEPT, at(11, 45), "")}


def test_deadlines_are_kept_by_the_first_start_and_by_the_end_of_the_work(watch: Watch, company: Company) -> None:
    order = company.order()
    response = deadline(company.session, order, ClockKind.RESPONSE, at(10)).id
    repair = deadline(company.session, order, ClockKind.REPAIR, at(16)).id
    first, second = (company.visit(order=order, sequence=sequence) for sequence in (1, 2))
    begin(first, at(9))
    first.status, first.incomplete_reason = VisitStatus.INCOMPLETE, "a part is missing"
    assert watch.look(at(9, 30)) == 1
    begin(second, at(14))
    assert watch.look(at(15)) == 0
    finish(second, at(15, 30))
    assert watch.look(at(15, 40)) == 1
    assert watch.ends() == {response: (KEPT, at(9), ""), repair: (KEPT, at(15, 30), "")}


@sqlite_only
def test_deadlines_that_pass_are_broken(watch: Watch, company: Company) -> None:
    late, undone = company.order(), company.order()
    response = deadline(company.session, late, ClockKind.RESPONSE, at(10)).id
    repair = deadline(company.session, undone, ClockKind.REPAIR, at(16)).id
    begin(company.visit(order=late), at(10, 5))
    visit = company.visit(order=undone)
    begin(visit, at(9))
    visit.status, visit.incomplete_reason = VisitStatus.INCOMPLETE, "nobody at home"
    assert watch.look(at(16, 1)) == 2
    assert watch.ends() == {response: (BROKEN, at(10), ""), repair: (BROKEN, at(16), "")}


@sqlite_only
def test_work_of_an_order_that_was_merged_is_done_by_the_other(watch: Watch, company: Company) -> None:
    order, into = company.order(), company.order()
    order.merged_into_id, order.status = into.id, m.WorkOrderStatus.CANCELLED
    gone = company.visit(order=order, status=VisitStatus.CANCELLED)
    kept = promise_window(company.session, gone, at(10), at(12)).id
    broken = promise_window(company.session, gone, at(13), at(14)).id
    begin(company.visit(order=into), at(11))
    watch.look(at(14, 1))
    assert watch.ends() == {kept: (KEPT, at(11), ""), broken: (BROKEN, at(14), "")}


def test_who_cancels_in_time_releases_us(watch: Watch, company: Company) -> None:
    in_time, too_late = company.order(), company.order()
    promises = [
        promise_window(company.session, company.visit(order=order), at(10), at(12)).id for order in (in_time, too_late)
    ]
    company.session.commit()
    for order, when in ((in_time, at(9)), (too_late, at(13))):
        watch.clock.instant = when
        order.status = m.WorkOrderStatus.CANCELLED
        company.session.commit()
    watch.look(at(14))
    assert watch.ends() == {promises[0]: (RELEASED, at(9), CALLED_OFF), promises[1]: (BROKEN, at(12), "")}


def talk(company: Company, name: str, order: m.WorkOrder) -> tuple[m.Contact, m.Conversation]:
    """A contact with a ticket in the order, and the thread with them."""
    contact = company.add(m.Contact(organisation_id=company.owner.id, name=name, function="tenant"))
    ticket = company.add(
        m.Ticket(number=f"T-{name}", subject="Stuck", channel=m.Channel.PHONE, contact_id=contact.id, received_at=at(5))
    )
    company.add(m.TicketMembership(ticket_id=ticket.id, work_order_id=order.id, joined_at=at(5)))
    return contact, company.add(m.Conversation(ticket_id=ticket.id, contact_id=contact.id, language="en"))


def say(company: Company, thread: m.Conversation, when: datetime, **fields: object) -> None:
    given = {"direction": m.Direction.OUTBOUND, "channel": m.Channel.EMAIL, "body": "We come", **fields}
    company.add(m.Message(conversation_id=thread.id, said_at=when, **given))


def test_callbacks_are_kept_by_words_of_a_person_that_arrived(watch: Watch, company: Company) -> None:
    sent, order = m.Delivery.SENT, company.order()
    said: dict[str, list[dict[str, object]]] = {
        "written": [{"when": at(9), "delivery": sent}],
        "told": [{"when": at(6, 30), "cause": "planned", "told_at": at(9, 30), "delivery": sent}],
        "machine": [{"when": at(9), "automatic": True, "delivery": sent}],
        "news": [{"when": at(9), "cause": "planned", "delivery": sent}],
        "failed": [{"when": at(9), "delivery": m.Delivery.FAILED}],
        "theirs": [{"when": at(9), "direction": m.Direction.INBOUND}],
        "before": [{"when": at(5), "delivery": sent}],
        "late": [{"when": at(10, 30), "delivery": sent}],
        "silent": [],
    }
    promises: dict[str, int] = {}
    for name, messages in said.items():
        contact, thread = talk(company, name, order)
        by = ledger.make_at(
            company.session, PromiseKind.CALLBACK, order.id, at(10), ZONE.key, contact_id=contact.id, made_at=at(6)
        )
        promises[name] = by.id
        for each in messages:
            say(company, thread, **each)  # type: ignore[arg-type]
    watch.look(at(11))
    ends = watch.ends()
    assert {name: ends[key][:2] for name, key in promises.items()} == {
        "written": (KEPT, at(9)),
        "told": (KEPT, at(9, 30)),
        **dict.fromkeys(["machine", "news", "failed", "theirs", "before", "late", "silent"], (BROKEN, at(10))),
    }


def test_a_callback_to_nobody_in_particular_is_kept_in_the_threads_of_the_order(watch: Watch, company: Company) -> None:
    visit = company.visit()
    promise = ledger.make_at(
        company.session, PromiseKind.CALLBACK, visit.work_order_id, at(10), ZONE.key, made_at=at(5)
    )
    order = company.session.get_one(m.WorkOrder, visit.work_order_id)
    contact, thread = talk(company, "Ana", order)
    ticket = company.session.get_one(m.Ticket, thread.ticket_id)
    ticket.contact_id = thread.contact_id = None
    say(company, thread, at(9))
    watch.look(at(10, 1))
    assert watch.ends()[promise.id][:2] == (KEPT, at(9))
    assert contact.id


@sqlite_only
def test_dates_of_parts_are_broken_unless_somebody_notes_that_they_came(watch: Watch, company: Company) -> None:
    visit = company.visit()
    promise = ledger.make_at(company.session, PromiseKind.PART_DATE, visit.work_order_id, at(10), ZONE.key)
    assert watch.look(at(10)) == 0
    assert watch.look(at(10, 1)) == 1
    assert watch.ends() == {promise.id: (BROKEN, at(10), "")}


def test_a_superseded_promise_is_neither_kept_nor_broken(watch: Watch, company: Company) -> None:
    visit = company.visit()
    first = promise_callback(company.session, visit, at(7))
    second = promise_callback(company.session, visit, at(9), supersedes=first.id)
    assert watch.look(at(8)) == 0
    assert watch.look(at(10)) == 1
    assert set(watch.ends()) == {second.id}


def test_a_process_that_dies_in_between_leaves_the_rest_for_the_next(
    watch: Watch, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in its second transaction, what the first one settled stays, and the next process does the rest once."""
    monkeypatch.setattr(keeping, "CHUNK", 2)
    promises = [promise_callback(company.session, company.visit(), at(7)).id for _ in range(5)]
    true_settle, calls = keeping._settle, []

    def dying(session: Session, ids: list[int], now: datetime) -> int:
        done = true_settle(session, ids, now)
        calls.append(ids)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(keeping, "_settle", dying)
    with pytest.raises(KeyboardInterrupt):
        watch.look(at(8))
    assert sorted(watch.ends()) == promises[:2]
    assert watch.look(at(8)) == 3
    assert sorted(watch.ends()) == promises
    assert watch.look(at(8)) == 0


@sqlite_only
def test_the_worker_looks_once_a_minute(watch: Watch, company: Company) -> None:
    chore = keeping.EachMinute(watch.uow, watch.clock)
    watch.clock.instant = at(7)
    assert not chore()
    promise_callback(company.session, company.visit(), at(6, 59))
    company.session.commit()
    assert not chore()
    watch.clock.instant = at(7) + timedelta(minutes=1)
    assert chore()
    assert not chore()
