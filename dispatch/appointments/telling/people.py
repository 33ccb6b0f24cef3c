"""Who is told about a work order's appointments: who decides, its parties, and who has reported nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    Contact,
    Conversation,
    CustomerLink,
    Organisation,
    OrganisationKind,
    Site,
    Ticket,
    TicketMembership,
    WorkOrder,
)
from dispatch.appointments.telling.news import News

_DISTANT: Final = (
    OrganisationKind.INSURER,
    OrganisationKind.DEALER,
    OrganisationKind.MANUFACTURER,
    OrganisationKind.SUPPLIER,
)
_FUNCTIONS: Final = ("site manager", "access holder")
"""Whom to ask first about a site."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides about a work order's appointments: a contact, else a conversation; None, None: nobody is known."""

    contact_id: int | None
    conversation_id: int | None

    def is_by(self, talk: Conversation) -> bool:
        """Whether it is who speaks in this conversation."""
        if self.contact_id is not None:
            return talk.contact_id == self.contact_id
        return talk.id == self.conversation_id


def deciding(session: Session, order: WorkOrder) -> Deciding:
    """The order's decider; where none is set, the party that reported first, else the site's contact."""
    if order.decider_id is not None:
        return Deciding(order.decider_id, None)
    first = session.execute(_talks(order.id).limit(1)).one_or_none()
    if first is not None:
        return Deciding(first.contact_id, first.id)
    contact = site_contact(session, order)
    return Deciding(None if contact is None else contact.id, None)


def is_told(session: Session, news: News, talk: Conversation, decides: bool) -> bool:
    """Whether this news is for the party of a conversation."""
    if news.link_id is not None:
        link = session.get_one(CustomerLink, news.link_id)
        return talk.id == link.conversation_id or (link.contact_id is not None and talk.contact_id == link.contact_id)
    if news.contact_id is not None:
        return talk.contact_id == news.contact_id
    if news.deciding:
        return decides
    return decides or not news.nearby or not _is_distant(session, talk)


def strangers(session: Session, news: News, order: WorkOrder) -> Sequence[Contact]:
    """Contacts this news is for who have no conversation about the order: they are reached by notices."""
    talks = session.execute(_talks(order.id)).all()
    wanted = [order.decider_id]
    if news.link_id is not None:
        link = session.get_one(CustomerLink, news.link_id)
        wanted = [None if link.conversation_id is not None else link.contact_id]
    elif news.contact_id is not None:
        wanted = [news.contact_id]
    elif not talks and order.decider_id is None:
        contact = site_contact(session, order)
        wanted = [None if contact is None else contact.id]
    if news.link_id is None and news.contact_id is None and not news.deciding and news.appointment_id is not None:
        wanted.append(session.get_one(Appointment, news.appointment_id).confirmed_by_id)
    spoken = {talk.contact_id for talk in talks}
    found = (session.get(Contact, each) for each in dict.fromkeys(wanted) if each is not None and each not in spoken)
    return [each for each in found if each is not None and each.erased_at is None]


def site_contact(session: Session, order: WorkOrder) -> Contact | None:
    """Whom to ask about the order's site: its manager, else who lets people in, else anybody who can be written to."""
    owner = select(Site.organisation_id).where(Site.id == order.site_id)
    query = select(Contact).where(
        Contact.organisation_id.in_(owner),
        Contact.erased_at.is_(None),
        Contact.verified,
        Contact.may_be_written_to,
        Contact.email.is_not(None) | Contact.phone.is_not(None),
    )
    found = list(session.scalars(query.order_by(Contact.id)))
    return min(found, key=lambda each: (_rank(each.function), each.id), default=None)


def _rank(function: str) -> int:
    said = function.casefold().replace("_", " ")
    return next((index for index, each in enumerate(_FUNCTIONS) if each in said), len(_FUNCTIONS))


def _is_distant(session: Session, talk: Conversation) -> bool:
    query = select(Organisation.kind).join(Ticket, Ticket.organisation_id == Organisation.id)
    return session.scalar(query.where(Ticket.id == talk.ticket_id)) in _DISTANT


def _talks(work_order_id: int) -> Select[int, int | None]:
    return (
        select(Conversation.id, Conversation.contact_id)
        .join(Ticket, Ticket.id == Conversation.ticket_id)
        .join(TicketMembership, TicketMembership.ticket_id == Ticket.id)
        .where(TicketMembership.work_order_id == work_order_id, TicketMembership.left_at.is_(None))
        .order_by(Ticket.received_at, Conversation.id)
    )
