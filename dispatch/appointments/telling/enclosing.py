"""What comes to messages of appointments when they go: link and calendar file; or why they are overtaken by then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    AppointmentStatus,
    Channel,
    Contact,
    Conversation,
    LinkPurpose,
    Message,
    Priority,
    Territory,
    WorkOrder,
)
from dispatch.appointments.calendars.files import MEDIA_TYPE, Between, Method
from dispatch.appointments.calendars.invitations import invitation
from dispatch.appointments.telling.news import News
from dispatch.appointments.telling.telling import Telling
from dispatch.appointments.telling.wording import words
from dispatch.messaging.consents import refusal
from dispatch.messaging.letters import Enclosed, Part, address_of
from dispatch.messaging.notices import Notice
from dispatch.messaging.quiet import Quiet

STALE: Final = timedelta(hours=2)
"""So long an arrival estimate is worth telling."""

FILE: Final = "appointment.ics"


@dataclass(frozen=True, slots=True)
class Enclosing:
    """Works out what comes to a message; words notices to who has no thread. quiet: when they are not disturbed."""

    telling: Telling
    quiet: Quiet | None = None

    def __call__(self, session: Session, message: Message) -> Enclosed:
        """The link and calendar file of a message."""
        row = None if message.appointment_id is None else session.get(Appointment, message.appointment_id)
        why = _overtaken(row, message.calendar, message.urgent, message.said_at, session.info["now"]())
        if why is not None:
            return Enclosed(why_not=why)
        talk = session.get_one(Conversation, message.conversation_id)
        to = address_of(session, talk, Channel.EMAIL) if message.channel is Channel.EMAIL else None
        return Enclosed(self._page(message.link_seed), self._parts(session, row, message.calendar, talk.language, to))

    def notice(self, session: Session, payload: Mapping[str, Any]) -> Notice | None:
        """What a contact without a thread is told; None: nothing any more, or they do not want to be written to.

        Raises Later in the night.
        """
        news, contact = News.of(payload["news"]), session.get(Contact, payload["contact_id"])
        reached = None if contact is None else _reached(session, contact)
        row = None if news.stands_with is None else session.get(Appointment, news.stands_with)
        now: datetime = session.info["now"]()
        if contact is None or reached is None or _overtaken(row, news.calendar, news.urgent, now, now) is not None:
            return None
        order = session.get_one(WorkOrder, news.work_order_id)
        if self.quiet is not None and not news.urgent and order.priority is not Priority.EMERGENCY:
            self.quiet.refuse(now, ZoneInfo(session.get_one(Territory, order.territory_id).time_zone))
        channel, to = reached
        link = self._page(payload.get("seed"))
        subject, body = words(session, news, contact.language, contact.id, link)
        mail = to if channel is Channel.EMAIL else None
        parts = self._parts(session, row, news.calendar, contact.language, mail)
        return Notice(channel, to, subject, body, contact.language, parts=parts, may_answer=True)

    def _page(self, seed: str | None) -> str | None:
        if seed is None:
            return None
        return self.telling.page(self.telling.key.token_of(LinkPurpose.APPOINTMENT, seed))

    def _parts(
        self, session: Session, row: Appointment | None, calendar: str | None, language: str, to: str | None
    ) -> tuple[Part, ...]:
        if row is None or calendar is None or to is None or not self.telling.organiser:
            return ()
        method, company = Method(calendar), self.telling.company
        between = Between(self.telling.organiser, company or self.telling.organiser, to)
        content = invitation(session, row.id, language, method, company=company, between=between)
        return (Part(MEDIA_TYPE, FILE, content, method.value),)


def _overtaken(
    row: Appointment | None, calendar: str | None, urgent: bool, said_at: datetime, now: datetime
) -> str | None:
    """Why a message is not to go any more, in words; None: it is."""
    if row is None or calendar == Method.CANCEL:
        return None
    if row.status is not AppointmentStatus.CONFIRMED:
        return f"it is overtaken: the appointment is {row.status.value} by now"
    if calendar is None and not urgent and row.opens_at <= now:
        return "it is overtaken: the appointment has begun"
    if calendar is None and urgent and now - said_at > STALE:
        return "it is overtaken: such an estimate is old by now"
    return None


def _reached(session: Session, contact: Contact) -> tuple[Channel, str] | None:
    """How a contact is reached in writing, if they are and want to be."""
    if contact.erased_at is not None or not contact.may_be_written_to:
        return None
    for channel, address in ((Channel.EMAIL, contact.email), (Channel.TEXT, contact.phone)):
        if address and refusal(session, channel, address) is None:
            return channel, address
    return None
