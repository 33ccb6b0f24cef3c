"""The receiver of "message.send": takes each message over the way of its channel, and notes what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.orm import Session

from db.models import Channel
from db.models import Delivery as State
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import Clock
from dispatch.compute.outbox import MOST_ATTEMPTS, Delivery, Later, Undeliverable, Waits
from dispatch.messaging import letters
from dispatch.messaging.letters import Enclose, Letter
from dispatch.messaging.quiet import Quiet

MESSAGING: Final = Viewer.system("messaging")

STAYS: Final = frozenset({Channel.PORTAL, Channel.WEB_FORM, Channel.PHONE, Channel.TELEMETRY})
"""Nothing leaves over these: the message is there to be read, or told."""


_NEEDED: Final = {
    Channel.EMAIL: "DISPATCH_SMTP_HOST and DISPATCH_MAIL_FROM",
    Channel.TEXT: "DISPATCH_TEXT_GATEWAY_URL and DISPATCH_GATEWAY_SECRET",
    Channel.CHAT: "DISPATCH_CHAT_GATEWAY_URL and DISPATCH_GATEWAY_SECRET",
}


class Way(Protocol):
    """How letters leave over a channel."""

    def send(self, letter: Letter, now: datetime) -> str | None:
        """Hands a letter over; what the other side calls it, if it says.

        Raises Undeliverable when it will never go, and anything else when it may go later.
        """
        ...


@dataclass(frozen=True, slots=True)
class Courier:
    """Carries letters. ways: by channel; mail_domain: of the Message-IDs of ours.

    enclose: works out the links and files of messages when they go. quiet: when nobody is disturbed.
    """

    uow: UnitOfWork
    clock: Clock
    ways: Mapping[Channel, Way] = field(default_factory=dict)
    mail_domain: str = "localhost"
    enclose: Enclose | None = None
    quiet: Quiet | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """What it receives: messages, and those that waited for a way that is set."""
        return (letters.TOPIC, *(f"{letters.TOPIC}:{channel}" for channel in self.ways))

    def __call__(self, delivery: Delivery) -> None:
        """Takes one message out.

        A process: (1) a transaction that reads it, (2) it goes, without one, (3) a transaction that notes so. Dying
        between the last two sends it again, under the same Message-ID or key.

        Raises Undeliverable, or what its way raises; it has failed then if this was the last attempt. Raises Waits
        where no way is set, Later at night.
        """
        message_id = int(delivery.payload["message_id"])

        def read(session: Session) -> Letter | None:
            return letters.read_letter(session, message_id, self.mail_domain, self.enclose, self.quiet)

        try:
            letter = self.uow.run(read, viewer=MESSAGING)
        except Later as error:
            self._mark(message_id, State.WAITING, None, str(error))
            raise
        if letter is None:
            return
        try:
            name = self._send(letter)
        except Exception as error:
            last = isinstance(error, Undeliverable) or delivery.attempt >= MOST_ATTEMPTS
            self._mark(message_id, State.FAILED if last else State.WAITING, None, str(error))
            raise
        self._mark(message_id, State.SENT, name)

    def _send(self, letter: Letter) -> str | None:
        if letter.channel in STAYS:
            return None
        if not letter.to:
            msg = f"Nobody can be reached over {letter.channel} in the conversation of {letter.number}."
            raise Undeliverable(msg)
        return way_for(self.ways, letter.channel, letters.TOPIC).send(letter, self.clock.now())

    def _mark(self, message_id: int, state: State, name: str | None, why: str | None = None) -> None:
        self.uow.run(lambda session: letters.mark(session, message_id, state, name, why), viewer=MESSAGING)


def way_for(ways: Mapping[Channel, Way], channel: Channel, topic: str) -> Way:
    """The way out over a channel.

    Raises Waits where none is set.
    """
    way = ways.get(channel)
    if way is None:
        names = _NEEDED.get(channel, "the settings")
        msg = f"No way out is set for {channel}: set {names}, and it goes."
        raise Waits(msg, f"{topic}:{channel}")
    return way
