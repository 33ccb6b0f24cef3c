"""The outbox: delivered after the transaction that wrote it, at least once, in order."""

import contextlib
from datetime import timedelta

from sqlalchemy import select

from db.models import OutboxMessage
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.compute import outbox
from dispatch.compute.outbox import Delivery, Waits

SYSTEM = Viewer.system()


def post(uow: UnitOfWork, *keys: str, topic: str = "news") -> None:
    with uow(viewer=SYSTEM) as session:
        for key in keys:
            outbox.post(session, topic, key, {"said": key})
        session.commit()


def message(uow: UnitOfWork, key: str) -> OutboxMessage:
    with uow(viewer=SYSTEM, read_only=True) as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one()


def test_messages_arrive_once_in_order(uow: UnitOfWork, clock: FixedClock) -> None:
    post(uow, "a", "b")
    got: list[Delivery] = []
    assert outbox.deliver(uow, clock, {"news": got.append}) == 2
    assert [(d.key, d.payload["said"]) for d in got] == [("a", "a"), ("b", "b")]
    assert outbox.deliver(uow, clock, {"news": got.append}) == 0


def test_other_topics_wait(uow: UnitOfWork, clock: FixedClock) -> None:
    post(uow, "a", topic="other")
    assert outbox.deliver(uow, clock, {"news": lambda d: None}) == 0
    assert outbox.deliver(uow, clock, {}) == 0
    assert message(uow, "a").delivered_at is None


def test_a_message_of_a_transaction_that_failed_was_never_written(uow: UnitOfWork, clock: FixedClock) -> None:
    with uow(viewer=SYSTEM) as session:
        outbox.post(session, "news", "a", {})
    assert outbox.deliver(uow, clock, {"news": lambda d: None}) == 0


def test_a_failing_receiver_gets_it_again_later_and_is_given_up_at_last(uow: UnitOfWork, clock: FixedClock) -> None:
    post(uow, "a")
    attempts: list[int] = []

    def refuse(delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        msg = "no line"
        raise OSError(msg)

    assert outbox.deliver(uow, clock, {"news": refuse}) == 1
    assert message(uow, "a").last_error == "OSError: no line"
    assert outbox.deliver(uow, clock, {"news": refuse}) == 0
    for _ in range(outbox.MOST_ATTEMPTS):
        clock.instant += timedelta(hours=1)
        outbox.deliver(uow, clock, {"news": refuse})
    assert attempts == list(range(1, outbox.MOST_ATTEMPTS + 1))
    assert message(uow, "a").gave_up_at is not None


def test_it_is_tried_for_three_days(clock: FixedClock) -> None:
    pauses = [outbox.pause_after(attempt) for attempt in range(1, outbox.MOST_ATTEMPTS)]
    assert timedelta(days=3) <= sum(pauses, timedelta()) <= timedelta(days=3, hours=1)


def test_what_waits_for_a_setting_is_no_attempt_and_goes_as_soon_as_it_is_there(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    post(uow, "a")
    attempts: list[int] = []

    def wait(_delivery: Delivery) -> None:
        msg = "set a line"
        raise Waits(msg, "news:line")

    assert outbox.deliver(uow, clock, {"news": wait}) == 1
    waiting = message(uow, "a")
    assert (waiting.attempts, waiting.last_error) == (0, "Waits: set a line")
    clock.instant += timedelta(days=30)
    assert outbox.deliver(uow, clock, {"news": wait}) == 0
    assert outbox.deliver(uow, clock, {"news:line": lambda delivery: attempts.append(delivery.attempt)}) == 1
    assert attempts == [1]
    assert message(uow, "a").delivered_at == clock.now()


def test_a_message_whose_courier_died_is_delivered_by_another(uow: UnitOfWork, clock: FixedClock) -> None:
    post(uow, "a")

    class Killed(BaseException):
        pass

    def die(delivery: Delivery) -> None:
        raise Killed

    with contextlib.suppress(Killed):
        outbox.deliver(uow, clock, {"news": die})
    got: list[Delivery] = []
    assert outbox.deliver(uow, clock, {"news": got.append}) == 0
    clock.instant += outbox.IN_FLIGHT
    assert outbox.deliver(uow, clock, {"news": got.append}) == 1
    assert got[0].attempt == 2


def test_pauses_double_up_to_an_hour() -> None:
    assert [outbox.pause_after(n).total_seconds() for n in (1, 2, 3, 8, 20)] == [30, 60, 120, 3600, 3600]
