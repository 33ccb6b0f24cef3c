"""What taking in goes by: plain values that the edge makes out of the settings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from dispatch.access import Viewer
from dispatch.records.attachments import Files, Limits

INTAKE: Final = Viewer.system("intake")
"""Who takes in what comes over the channels."""

Place = Callable[[Session, int], object]
"""Finds the work order of a ticket (by id) that is new, or of which more is known; in the caller's transaction."""


def nowhere(_session: Session, _ticket_id: int) -> None:
    """Places no ticket: each waits to be looked at."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What taking in goes by.

    files, limits: where attachments lie, and how large they may be. country: of telephone numbers without a code.
    language: of who does not say. own: our own e-mail addresses, folded. place: finds a ticket's work order.
    authserv: the mail server whose Authentication-Results count, folded; "": none.
    most_automatic: messages of machines that one conversation may get or send in an hour.
    reply_hours: so long after our last word a text or chat message from the same person is an answer to it.
    """

    files: Files
    limits: Limits = field(default_factory=Limits)
    country: str = "CL"
    language: str = "en"
    own: frozenset[str] = frozenset()
    authserv: str = ""
    place: Place = nowhere
    most_automatic: int = 6
    reply_hours: int = 72
