"""What the tests of channels share: rules over a folder, mails, and a look at what came of them."""

import itertools
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from db import models as m
from db.base import Base
from db.models import Channel
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.intake.channels import payloads
from dispatch.intake.channels.email.entering import take_mail
from dispatch.intake.channels.heard import Heard, Sender
from dispatch.intake.channels.rules import Rules
from dispatch.intake.channels.taking import Taken, process, take_in
from dispatch.records.attachments import Files

SYSTEM: Final = Viewer.system("test")
OURS: Final = "service@puntal.example"
ANA: Final = "Ana Rojas <ana@vecinos.example>"
_NUMBERS: Final = itertools.count(1)


@dataclass
class Reception:
    """Takes in what tests send, and tells what is there then; `placed` are the tickets that were to be placed."""

    uow: UnitOfWork
    clock: FixedClock
    rules: Rules
    placed: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, uow: UnitOfWork, clock: FixedClock, folder: Path, **options: Any) -> "Reception":
        """A reception that keeps its files in a folder."""
        made = cls(uow, clock, Rules(files=Files(folder), own=frozenset({OURS}), **options))
        made.rules = replace(made.rules, place=lambda _session, ticket_id: made.placed.append(ticket_id))
        return made

    def mail(self, mail: EmailMessage | bytes) -> Taken:
        """Takes a mail in."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        return process(self.uow, self.clock, self.rules, take_mail(self.uow, self.clock, self.rules, raw))

    def text(self, sender: str, body: str, channel: Channel = Channel.TEXT, **said: Any) -> Taken:
        """Takes a text message in."""
        name = f"in-{next(_NUMBERS)}"
        heard = Heard(channel, name, self.clock.now(), body, sender=Sender(phone=sender), **said)
        inbound = take_in(self.uow, self.clock, self.rules, channel, name, payloads.write(heard))
        return process(self.uow, self.clock, self.rules, inbound)

    def all(self, kind: type[Any]) -> list[Any]:
        """All rows of a kind, in the order they were made."""
        with self.uow(viewer=SYSTEM) as session:
            return list(session.scalars(select(kind).order_by(kind.id)))

    def count(self, kind: type[Base]) -> int:
        """How many rows of a kind there are."""
        with self.uow(viewer=SYSTEM) as session:
            return session.scalar(select(func.count()).select_from(kind)) or 0

    def one(self, kind: type[Any], key: int | None) -> Any:
        """The row with this id."""
        with self.uow(viewer=SYSTEM) as session:
            return session.get_one(kind, key)

    def messages(self, ticket_id: int | None) -> list[m.Message]:
        """What was said about a ticket, in its order."""
        with self.uow(viewer=SYSTEM) as session:
            query = select(m.Message).join(m.Conversation, m.Conversation.id == m.Message.conversation_id)
            return list(session.scalars(query.where(m.Conversation.ticket_id == ticket_id).order_by(m.Message.id)))

    def conversation(self, ticket_id: int | None) -> m.Conversation:
        """The conversation of a ticket, which has one."""
        with self.uow(viewer=SYSTEM) as session:
            return session.scalars(select(m.Conversation).where(m.Conversation.ticket_id == ticket_id)).one()

    def facts(self, ticket_id: int | None) -> dict[str, list[str]]:
        """What was said about a ticket, by field."""
        found: dict[str, list[str]] = {}
        for fact in self.all(m.Fact):
            if fact.ticket_id == ticket_id:
                found.setdefault(fact.field, []).append(fact.value)
        return found


def mail(body: str = "The lift has stopped between two floors.", **headers: str) -> EmailMessage:
    """A mail from Ana to us; headers by name, with _ for -; "" leaves one out."""
    made = EmailMessage()
    usual = {
        "From": ANA,
        "To": OURS,
        "Subject": "Lift stuck",
        "Date": "Mon, 02 Mar 2026 04:55:00 -0300",
        "Message-ID": f"<mail-{next(_NUMBERS)}@vecinos.example>",
    }
    for name, value in (usual | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            made[name] = value
    made.set_content(body)
    return made
