"""The outbox: side effects are rows, written in the transaction that causes them and delivered afterwards.

Delivery happens at least once; a receiver that must act once looks at the message's key.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.inserting import unless_there
from db.models import OutboxMessage
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.clock import Clock
from dispatch.errors import DispatchError

SYSTEM: Final = Viewer.system("outbox")
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 79
"""With the pauses between them three days: a weekend without a line loses nothing."""

IN_FLIGHT: Final = timedelta(minutes=2)
"""So long a message under way is nobody else's; after that its courier counts as lost."""


class Undeliverable(DispatchError):
    """A receiver cannot act on a message, now or ever: it is given up at once."""


class Waits(DispatchError):
    """Nothing can be done before something is set: the message waits under `topic`, which counts as no attempt.

    Once that is set there is a receiver of that topic, and the message goes at once.
    """

    def __init__(self, message: str, topic: str) -> None:
        super().__init__(message)
        self.topic = topic


class Later(DispatchError):
    """The message is not to go before `at`, such as at night; it waits until then, which counts as no attempt."""

    def __init__(self, message: str, at: datetime) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way. `key` stays the same over all attempts."""

    message_id: int
    key: str
    topic: str
    attempt: int
    payload: Mapping[str, Any] = field(default_factory=dict)


Receiver = Callable[[Delivery], None]
"""Acts on a message, outside any transaction; raises when it could not, and gets it again later."""

Receivers = Mapping[str, Receiver]
"""{topic: receiver}. Messages of other topics wait."""


def merged(*many: Receivers) -> dict[str, Receiver]:
    """All these receivers. What several receive goes to each, in their order; when one fails, to all again."""
    topics = {topic for each in many for topic in each}
    return {topic: _one([each[topic] for each in many if topic in each]) for topic in sorted(topics)}


def _one(receivers: Sequence[Receiver]) -> Receiver:
    def receive(delivery: Delivery) -> None:
        for receiver in receivers:
            receiver(delivery)

    return receivers[0] if len(receivers) == 1 else receive


def post(session: Session, topic: str, key: str, payload: Mapping[str, Any]) -> None:
    """Writes a message in the caller's transaction; the caller sees to it that the key is new."""
    now: datetime = session.info["now"]()
    session.add(
        OutboxMessage(key=key, topic=topic, payload=dict(payload), created_at=now, available_at=now, attempts=0)
    )


def post_once(session: Session, topic: str, key: str, payload: Mapping[str, Any]) -> None:
    """Writes a message in the caller's transaction, unless one with this key is there; who else does so waits."""
    now: datetime = session.info["now"]()
    row = {"key": key, "topic": topic, "payload": dict(payload), "created_at": now, "available_at": now, "attempts": 0}
    session.execute(unless_there(session, OutboxMessage, row))


def deliver(uow: UnitOfWork, clock: Clock, receivers: Receivers, most: int = 100) -> int:
    """Delivers what is due, oldest first, up to `most` messages; how many were taken on.

    A process: per message (1) a transaction that takes it, (2) the receiver acts without one, (3) a transaction that
    notes what came of it. A receiver that fails is tried again, each time after twice the pause, for three days, and
    given up then, or at once when it raises Undeliverable. One that raises Waits or Later has not been tried.
    """
    count = 0
    while count < most and receivers:
        delivery = uow.run(lambda session: _take(session, receivers, clock.now()), viewer=SYSTEM)
        if delivery is None:
            break
        count += 1
        failure = _attempt(receivers[delivery.topic], delivery)
        uow.run(_noting(delivery, clock.now(), failure), viewer=SYSTEM)
    return count


def _take(session: Session, receivers: Receivers, now: datetime) -> Delivery | None:
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.topic.in_(receivers),
            OutboxMessage.delivered_at.is_(None),
            OutboxMessage.gave_up_at.is_(None),
            OutboxMessage.available_at <= now,
        )
        .order_by(OutboxMessage.available_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message = session.scalars(query).first()
    if message is None:
        return None
    message.attempts += 1
    message.available_at = now + IN_FLIGHT
    session.flush()
    return Delivery(message.id, message.key, message.topic, message.attempts, dict(message.payload))


def _attempt(receiver: Receiver, delivery: Delivery) -> Exception | None:
    try:
        receiver(delivery)
    except Exception as error:  # noqa: BLE001  (a receiver may fail in any way; the message must not be lost)
        return error
    return None


def _noting(delivery: Delivery, now: datetime, failure: Exception | None) -> Callable[[Session], None]:
    def note(session: Session) -> None:
        with elevated(session, "outbox"):
            message = session.get_one(OutboxMessage, delivery.message_id, with_for_update=True)
        message.last_error = None if failure is None else f"{type(failure).__name__}: {failure}"
        if failure is None:
            message.delivered_at = now
        elif isinstance(failure, Waits):
            message.topic, message.available_at, message.attempts = failure.topic, now, delivery.attempt - 1
        elif isinstance(failure, Later):
            message.available_at, message.attempts = max(failure.at, now), delivery.attempt - 1
        elif message.attempts >= MOST_ATTEMPTS or isinstance(failure, Undeliverable):
            message.gave_up_at = now
        elif message.attempts == delivery.attempt:
            message.available_at = now + pause_after(delivery.attempt)

    return note


def pause_after(attempt: int) -> timedelta:
    """How long to wait after the so-manieth failure: half a minute, doubling, at most an hour."""
    return min(FIRST_PAUSE * (1 << min(attempt - 1, 10)), LONGEST_PAUSE)
