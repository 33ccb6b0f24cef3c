"""Tickets, conversations, messages and attachments."""

from typing import Final

from fastapi import APIRouter

from api.keeping import Keeping
from api.schemas.tickets import (
    AttachmentOut,
    AttachmentQuery,
    ConversationOut,
    ConversationQuery,
    MessageOut,
    MessageQuery,
    TicketCreate,
    TicketEdit,
    TicketOut,
    TicketQuery,
)
from api.transaction import Ask
from db.models import Ticket
from dispatch.intake.channels.recorded import take_up
from dispatch.records.catalogue.tickets import ATTACHMENTS, CONVERSATIONS, MESSAGES, TICKETS


def _take_up(ask: Ask, ticket: Ticket, _is_new: bool) -> None:
    take_up(ask.session, ask.services.intake, ticket.id, ask.viewer.user_id)


routers: Final[tuple[APIRouter, ...]] = (
    Keeping(
        noun=TICKETS,
        path="tickets",
        one="ticket",
        many="tickets",
        out=TicketOut,
        query=TicketQuery,
        create=TicketCreate,
        edit=TicketEdit,
        after=_take_up,
    ).router(),
    Keeping(
        noun=CONVERSATIONS,
        path="conversations",
        one="conversation",
        many="conversations",
        out=ConversationOut,
        query=ConversationQuery,
    ).router(),
    Keeping(
        noun=MESSAGES,
        path="messages",
        one="message",
        many="messages",
        out=MessageOut,
        query=MessageQuery,
    ).router(),
    Keeping(
        noun=ATTACHMENTS,
        path="attachments",
        one="attachment",
        many="attachments",
        out=AttachmentOut,
        query=AttachmentQuery,
    ).router(),
)
