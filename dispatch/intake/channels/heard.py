"""One message as intake understands it, whichever channel it came over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from db.models import Channel
from dispatch.intake.facts.said import Field
from dispatch.records.attachments import Kept

GIST: Final = 20
"""Characters of which a message says something by itself."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who says they write; nothing of it is proved."""

    name: str = ""
    email: str = ""
    phone: str = ""
    organisation: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class Threading:
    """What a message says about the thread it belongs to.

    replies_to: the external ids of messages it answers, the nearest first. ticket, token: out of "[T-1042#k3f9…]" in a
    subject, or a ticket number in its words. handle: the name that the other side has for the thread.
    """

    replies_to: tuple[str, ...] = ()
    ticket: str | None = None
    token: str | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, read and cleaned; the files are in the store already.

    external_id: what the channel calls it. body: what was said; reply: without what it quotes.
    facts: what the sender's form or system said about single fields. site_id, equipment_id: where these are known.
    automatic: written by a machine, so never answered. ignore: why it is nothing for us, in words; None: it is.
    left_out: what was with it and could not be kept, in words. forged: why it is not from whom it says, in words; then
    nothing that is known of them counts. bounced: messages of ours that it says did not arrive.
    """

    channel: Channel
    external_id: str
    said_at: datetime
    body: str
    sender: Sender = field(default_factory=Sender)
    subject: str = ""
    reply: str | None = None
    language: str | None = None
    facts: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[Kept, ...] = ()
    left_out: tuple[str, ...] = ()
    threading: Threading = field(default_factory=Threading)
    site_id: int | None = None
    equipment_id: int | None = None
    automatic: bool = False
    ignore: str | None = None
    bounced: tuple[str, ...] = ()
    forged: str | None = None

    @property
    def gist(self) -> str:
        """What was said anew, or all of it where that is next to nothing, such as above a forwarded mail."""
        return self.reply if self.reply is not None and len(self.reply) >= GIST else self.body

    def kept_words(self, *, in_thread: bool) -> str:
        """What is kept as the message: in a thread without what it quotes; and what could not be kept with it."""
        said = self.reply if in_thread and self.reply is not None else self.body
        remarks = (*(() if self.forged is None else (self.forged,)), *self.left_out)
        return "\n\n".join(part for part in (said, *(f"[{each}]" for each in remarks)) if part)
