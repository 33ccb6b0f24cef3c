"""What tickets, and what intake makes of them, add to the world of two territories."""

from typing import Any

from sqlalchemy.orm import Session

from db import models as m
from db.base import Base
from tests.builders.sides import NOW, Side


class IntakeRows:
    """Adds rows to a side of the world: those of a ticket and its intake."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.serial = 0

    def add(self, side: Side, model: type[Base], /, **values: Any) -> int:
        row = model(**values)
        self.session.add(row)
        self.session.flush()
        key: int = row.id  # type: ignore[attr-defined]  # every kind used here has an id
        side.rows.setdefault(model, key)
        return key

    def next(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}-{self.serial}"

    def ticket(self, side: Side) -> None:
        ticket = self.add(
            side,
            m.Ticket,
            number=self.next("T"),
            channel=m.Channel.PHONE,
            organisation_id=side[m.Organisation],
            contact_id=side[m.Contact],
            site_id=side[m.Site],
            equipment_id=side[m.Equipment],
            subject=f"Stuck {side.name}",
            received_at=NOW,
        )
        self.add(side, m.TicketMembership, ticket_id=ticket, work_order_id=side[m.WorkOrder], joined_at=NOW)
        talk = self.add(side, m.Conversation, ticket_id=ticket, contact_id=side[m.Contact])
        message = self.add(
            side,
            m.Message,
            conversation_id=talk,
            direction=m.Direction.INBOUND,
            channel=m.Channel.PHONE,
            said_at=NOW,
            body="It is stuck",
        )
        self._intake(side, ticket, message)
        self.add(
            side,
            m.Attachment,
            sha256="0" * 64,
            filename="a.jpg",
            media_type="image/jpeg",
            size_bytes=1,
            received_at=NOW,
            message_id=message,
            visit_id=side[m.Visit],
        )

    def _intake(self, side: Side, ticket: int, message: int) -> None:
        self.add(
            side,
            m.Inbound,
            channel=m.Channel.PHONE,
            external_id=self.next("in"),
            received_at=NOW,
            ticket_id=ticket,
            message_id=message,
        )
        self.add(
            side,
            m.Consent,
            channel=m.Channel.TEXT,
            address="+56900000000",
            address_key="00000000",
            given=True,
            said_at=NOW,
            words="START",
        )
        self.add(side, m.Fact, ticket_id=ticket, field="symptom", value="Stuck", said_at=NOW, channel=m.Channel.PHONE)
        self.add(side, m.Party, ticket_id=ticket, role=m.PartyRole.REPORTER, contact_id=side[m.Contact])
        other = m.Ticket(
            number=self.next("T"),
            channel=m.Channel.EMAIL,
            site_id=side[m.Site],
            subject=f"Stuck too {side.name}",
            received_at=NOW,
        )
        self.session.add(other)
        self.session.flush()
        pair = self.add(
            side,
            m.MatchPair,
            ticket_id=ticket,
            other_id=other.id,
            probability=0.5,
            band=m.MatchBand.REVIEW,
            compared_at=NOW,
            status=m.ReviewStatus.WAITING,
        )
        self.add(
            side,
            m.Merge,
            kind=m.MergeKind.MERGE,
            at=NOW,
            pair_id=pair,
            work_order_id=side[m.WorkOrder],
            tickets=[ticket],
            before={"memberships": [[ticket, None, None]]},
        )
        self.add(side, m.MatchRecord, ticket_id=ticket, fields={}, received_at=NOW)
        self.add(side, m.MatchKey, ticket_id=ticket, key=f"site:{side.name}")

    def call(self, side: Side, user: int) -> None:
        call = self.add(side, m.Call, taken_by_id=user, started_at=NOW, ticket_id=side[m.Ticket])
        self.add(side, m.CallEvent, call_id=call, kind=m.CallEventKind.HOLD, at=NOW, by_id=user)
