"""The receiver of "message.send": takes each message over the way of its channel, and notes what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from db.models import Channel
from db.models import Delivery as State
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import Clock
from dispatch.compute.outbox import MOST_ATTEMPTS, Delivery, Undeliverable
from dispatch.errors import Unavailable
from dispatch.messaging import letters
from dispatch.messaging.letters import Letter

MESSAGING: Final = Viewer.system("messaging")

STAYS: Final = frozenset({Channel.PORTAL, Channel.WEB_FORM, Channel.PHONE, Channel.TELEMETRY})
"""Nothing leaves over these: the message is there to be read, or told."""


class Way(Protocol):
    """How letters leave over a channel."""

    def send(self, letter: Letter, now: datetime) -> str | None:
        """Hands a letter over; what the other side calls it, if it says.

        Raises Undeliverable when it will never go, and anything else when it may go later.
        """
        ...


@dataclass(frozen=True, slots=True)
class Courier:
    """Carries letters. ways: by channel; mail_domain: of the Message-IDs of ours."""

    uow: UnitOfWork
    clock: Clock
    ways: Mapping[Channel, Way] = field(default_factory=dict)
    mail_domain: str = "localhost"

    def __call__(self, delivery: Delivery) -> None:
        """Takes one message out.

        A process: (1) a transaction that reads it, (2) it goes, without one, (3) a transaction that notes so. Dying
        between the last two sends it again, under the same Message-ID or key.

        Raises Undeliverable, or what its way raises; it has failed then if this was the last attempt.
        """
        message_id = int(delivery.payload["message_id"])
        letter = self.uow.run(
            lambda session: letters.read_letter(session, message_id, self.mail_domain), viewer=MESSAGING
        )
        if letter is None:
            return
        try:
            name = self._send(letter)
        except Exception as error:
            if isinstance(error, Undeliverable) or delivery.attempt >= MOST_ATTEMPTS:
                self._mark(message_id, State.FAILED, None)
            raise
        self._mark(message_id, State.SENT, name)

    def _send(self, letter: Letter) -> str | None:
        if letter.channel in STAYS:
            return None
        if not letter.to:
            msg = f"Nobody can be reached over {letter.channel} in the conversation of {letter.number}."
            raise Undeliverable(msg)
        way = self.ways.get(letter.channel)
        if way is None:
            msg = f"No way out is set for {letter.channel}; see DISPATCH_SMTP_HOST and DISPATCH_TEXT_GATEWAY_URL."
            raise Unavailable(msg)
        return way.send(letter, self.clock.now())

    def _mark(self, message_id: int, state: State, name: str | None) -> None:
        self.uow.run(lambda session: letters.mark(session, message_id, state, name), viewer=MESSAGING)
