"""Whatever people write in whatever order: each message is there once, and only in its own party's thread."""

import itertools
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import models as m
from db.models import Direction, InboundStatus
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.builders.examples import examples
from tests.intake.channels.reception import Reception, mail

PEOPLE = ("ana@a.example", "eve@b.example", "luis@c.example")
STEP = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(["new", "token", "header", "text", "again"]),
    st.integers(0, 5),
)
_RUNS = itertools.count()


@settings(max_examples=examples(6), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=4, max_size=10))
def test_no_message_is_lost_doubled_or_shown_to_others(
    uow: UnitOfWork, clock: FixedClock, tmp_path: Path, steps: list[tuple[str, str, int]]
) -> None:
    run = next(_RUNS)
    reception = Reception.of(uow, clock, tmp_path / "data")
    sent: dict[str, str] = {}
    raws: list[Any] = []
    tickets: list[int] = []
    for count, (who, how, which) in enumerate(steps):
        sender, words = f"{run}.{who}", f"words {run} {count}"
        if how == "again" and raws:
            reception.mail(raws[which % len(raws)])
            continue
        if how == "text":
            taken = reception.text(f"+569{run:05}{PEOPLE.index(who)}00", words)
        else:
            headers = {"From": sender, "Subject": f"Lift {count}", "Message_ID": f"<{run}.{count}@x>"}
            if how == "token" and tickets:
                ticket = tickets[which % len(tickets)]
                headers["Subject"] = (
                    f"Re: [{reception.one(m.Ticket, ticket).number}#{reception.conversation(ticket).token}]"
                )
            if how == "header":
                headers["In_Reply_To"] = f"<{run}.{which}@x>"
            raws.append(mail(words, **headers))
            taken = reception.mail(raws[-1])
        assert taken.status is InboundStatus.TAKEN
        assert taken.ticket_id is not None
        tickets.append(taken.ticket_id)
        sent[words] = sender
    heard = [each for each in reception.all(m.Message) if each.direction is Direction.INBOUND]
    ours = [each for each in heard if (each.body or "").startswith(f"words {run} ")]
    assert sorted(each.body or "" for each in ours) == sorted(sent)
    for message in ours:
        conversation = reception.one(m.Conversation, message.conversation_id)
        assert message.said_by_id == conversation.contact_id
        contact = reception.one(m.Contact, conversation.contact_id)
        if contact.email:
            assert contact.email == sent[message.body]
