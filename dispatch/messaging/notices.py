"""What is told to an address outside any conversation: that consent was withdrawn, that somebody is in danger.

The outbox holds ids and addresses of ours; what is said is worked out when it goes.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from db.models import Channel
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.compute.outbox import Delivery
from dispatch.messaging.courier import MESSAGING, Way, way_for
from dispatch.messaging.letters import Letter, Part

_ID: Final = re.compile(r"notice\.[0-9a-f]{24}@")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told to whom. number: of the ticket it is about, if of one. parts: files that go with it.

    may_answer: whether an answer is taken in like any message; else it is ignored.
    """

    channel: Channel
    to: str
    subject: str
    body: str
    language: str
    number: str = ""
    parts: tuple[Part, ...] = ()
    may_answer: bool = False


Write = Callable[[Session, Mapping[str, Any]], Notice | None]
"""Words a notice out of its payload; None: nothing is to be told any more. Raises Later when it is not to go yet."""


@dataclass(frozen=True, slots=True)
class Herald:
    """A receiver of notices of one topic."""

    uow: UnitOfWork
    clock: Clock
    topic: str
    write: Write
    ways: Mapping[Channel, Way] = field(default_factory=dict)
    mail_domain: str = "localhost"

    @property
    def topics(self) -> tuple[str, ...]:
        """What it receives: its topic, and what waited for a way that is set."""
        return (self.topic, *(f"{self.topic}:{channel}" for channel in self.ways))

    def __call__(self, delivery: Delivery) -> None:
        """Takes one notice out; it is read in one transaction, and goes without one.

        Raises Waits where no way is set, Undeliverable, or what its way or whoever words it raises.
        """
        with self.uow(viewer=MESSAGING, read_only=True) as session:
            notice = self.write(session, delivery.payload)
        if notice is None:
            return
        way = way_for(self.ways, notice.channel, self.topic)
        way.send(_letter(notice, delivery.key, self.mail_domain), self.clock.now())


def is_ours(message_id: str) -> bool:
    """Whether a Message-ID is one of a notice that is not to be answered: who does answers nobody."""
    return _ID.match(message_id) is not None


def _letter(notice: Notice, key: str, mail_domain: str) -> Letter:
    kind = "told" if notice.may_answer else "notice"
    return Letter(
        message_id=0,
        key=key,
        channel=notice.channel,
        to=notice.to,
        to_name="",
        number=notice.number,
        token="",
        subject=notice.subject,
        body=notice.body,
        language=notice.language,
        external_id=f"{kind}.{hashlib.sha256(key.encode()).hexdigest()[:24]}@{mail_domain}",
        replies_to=None,
        references=(),
        automatic=True,
        answers=False,
        parts=notice.parts,
    )
