"""By which words tickets tell of danger: who said them, and when."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from db.models import Fact, Ticket
from dispatch.intake.facts.said import Field
from dispatch.intake.triage.emergency import is_emergency

_ENDS: Final = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Danger:
    """That a ticket tells of danger. words: the sentence that says so; the subject, where a person decided it.

    fact: that holds these words; None: they are the ticket's own. said_at: when it was first told.
    """

    ticket: Ticket
    words: str
    said_at: datetime
    fact: Fact | None = None


def dangers(tickets: Iterable[Ticket], facts: Sequence[Fact]) -> list[Danger]:
    """One for each ticket that is an emergency, the earliest told first. facts: of these, the earliest first."""
    found = [_danger(ticket, facts) for ticket in tickets if ticket.emergency]
    return sorted(found, key=lambda each: (each.said_at, each.ticket.id))


def _danger(ticket: Ticket, facts: Sequence[Fact]) -> Danger:
    own = next((words for text in (ticket.subject, ticket.symptom) if (words := _sentence(text))), None)
    for fact in facts:
        if fact.ticket_id == ticket.id and fact.field == Field.SYMPTOM and (words := _sentence(fact.value)):
            return Danger(ticket, own or words, ticket.received_at if own else fact.said_at, fact)
    return Danger(ticket, own or ticket.subject, ticket.received_at)


def _sentence(text: str) -> str | None:
    """The first sentence that tells of danger; all of it, where only the sentences together do; None: it does not."""
    if not text or is_emergency(text) is None:
        return None
    said = [" ".join(each.split()) for each in _ENDS.split(text)]
    return next((each for each in said if each and is_emergency(each)), " ".join(text.split()))
