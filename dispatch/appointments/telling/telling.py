"""Tells news of an appointment to whom it matters: once each, in their thread, over their channel, in their language.

Who has no thread about the work order is told by a notice. Who decides gets a link of their own in each message that
offers one; the words of a message are kept, the token of its link is not.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from db.models import Appointment, Channel, Contact, LinkPurpose, WorkOrder
from dispatch.access import Viewer, elevated
from dispatch.appointments.links import links
from dispatch.appointments.links.link_key import LinkKey, new_seed
from dispatch.appointments.telling.news import News
from dispatch.appointments.telling.people import Deciding, deciding, is_told, strangers
from dispatch.appointments.telling.texts import Key
from dispatch.appointments.telling.wording import words
from dispatch.compute.outbox import post_once
from dispatch.intake.telling.informing import Party, Said, inform_each
from dispatch.intake.turns import take_turn
from dispatch.messaging.letters import LINK

TOPIC: Final = "appointment.notice"
TELLING: Final = Viewer.system("telling")
_LEAVING: Final = (Channel.EMAIL, Channel.TEXT, Channel.CHAT)


@dataclass(frozen=True, slots=True)
class Telling:
    """What messages are made with. url: where people reach us. organiser: our e-mail address; company: our name."""

    key: LinkKey
    url: str
    organiser: str = ""
    company: str = ""

    def page(self, token: str) -> str:
        """The address of a customer's page."""
        return f"{self.url}/a/{token}"


def tell(session: Session, telling: Telling, news: News, *, same: str | None = None) -> int:
    """Tells the news; how many messages and notices were written. In the caller's transaction, for the system's use.

    same: the beginning of the causes by which it is what a party was told last, and then is not told again.
    """
    take_turn(session)
    with elevated(session, TELLING.name):
        order = session.get_one(WorkOrder, news.work_order_id)
        by = deciding(session, order)

        def write(party: Party) -> Said | None:
            return _said(session, telling, news, by, party)

        told = len(inform_each(session, order.id, news.cause, write, news=same))
        return told + sum(_notice(session, telling, news, by, each) for each in strangers(session, news, order))


def _said(session: Session, telling: Telling, news: News, by: Deciding, party: Party) -> Said | None:
    talk = party.conversation
    decides = by.is_by(talk)
    if not is_told(session, news, talk, decides):
        return None
    seed, link = None, None
    # Nobody reads a link out on the telephone.
    if news.link is not None and (decides or news.link_id is not None) and party.channel in (*_LEAVING, Channel.PORTAL):
        seed = new_seed()
        token = telling.key.token_of(LinkPurpose.APPOINTMENT, seed)
        links.issue(
            session, telling.key, news.work_order_id, contact_id=talk.contact_id, conversation_id=talk.id,
            language=talk.language, may_decide=True, token=token,
        )  # fmt: skip
        # What is read in a portal does not go anywhere: nobody could put the link in later.
        seed, link = (seed, LINK) if party.channel in _LEAVING else (None, telling.page(token))
    subject, body = words(session, news, talk.language, talk.contact_id, link)
    urgent = news.urgent or _just_acted(session, news, talk.contact_id)
    return Said(body, subject, urgent, news.stands_with, news.calendar, seed)


def _just_acted(session: Session, news: News, contact_id: int | None) -> bool:
    """Whether it confirms what this contact did a moment ago, by which they are awake."""
    if news.key not in (Key.CONFIRMED, Key.CHANGED) or news.appointment_id is None or contact_id is None:
        return False
    row = session.get_one(Appointment, news.appointment_id)
    return row.held_by_id is not None and row.confirmed_by_id == contact_id


def _notice(session: Session, telling: Telling, news: News, by: Deciding, contact: Contact) -> bool:
    said: dict[str, Any] = {"contact_id": contact.id, "news": news.payload()}
    if news.link is not None and (by.contact_id == contact.id or news.link_id is not None):
        said["seed"] = new_seed()
        links.issue(
            session, telling.key, news.work_order_id, contact_id=contact.id, language=contact.language,
            may_decide=True, token=telling.key.token_of(LinkPurpose.APPOINTMENT, said["seed"]),
        )  # fmt: skip
    post_once(session, TOPIC, f"{TOPIC}:{contact.id}:{news.work_order_id}:{news.cause}"[:200], said)
    return True
