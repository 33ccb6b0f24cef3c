"""A ticket that an article solves needs no visit."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    Article,
    Conversation,
    Message,
    Ticket,
    TicketMembership,
    TicketStatus,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import NotFound, RuleBroken
from dispatch.intake.matching import forget
from dispatch.intake.telling import speaking
from dispatch.records.nouns import Row, spoken_table
from dispatch.records.transitions import TICKET, WORK_ORDER, require_step

WORDS: Final = {
    "en": "Your report {number} is solved without a visit: {title}. {remedy} If the trouble comes back, answer here.",
    "es": "Su aviso {number} quedó resuelto sin visita: {title}. {remedy} Si la falla vuelve, responda aquí.",
    "de": "Ihre Meldung {number} ist ohne Besuch gelöst: {title}. {remedy} Kommt sie wieder, antworten Sie hier.",
}
_FREE: Final = (
    WorkOrderStatus.DRAFT,
    WorkOrderStatus.READY,
    WorkOrderStatus.WAITING_FOR_CUSTOMER,
    WorkOrderStatus.WAITING_FOR_PARTS,
)
"""A work order in one of these may be cancelled without anybody being on the way."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What came of it. cancelled: the work order that was only for this ticket; said: in words."""

    ticket: Ticket
    cancelled: WorkOrder | None
    said: str


def solve(session: Session, viewer: Viewer, ticket_id: int, article_id: int, *, danger_is_over: bool = False) -> Solved:
    """The ticket is resolved by an article; its work order is cancelled if it is for nothing else and not planned yet.

    The party is told once, in their conversation. Done again, nothing happens.
    danger_is_over: somebody made sure of it.

    Raises Forbidden, NotFound; RuleBroken for an article that needs a visit, for a ticket that is closed, and for one
    of an emergency unless its danger is over.
    """
    require(viewer, Action.EDIT, Ticket)
    require(viewer, Action.READ, Article)
    ticket = _row(session, Ticket, ticket_id)
    article = _row(session, Article, article_id)
    if not article.without_visit or article.retired:
        msg = f"Article {article.number} is for technicians, or retired; a ticket is solved by one that needs no visit."
        raise RuleBroken(msg)
    if ticket.solved_by_id == article.id and ticket.status is TicketStatus.RESOLVED:
        return Solved(ticket, None, f"Ticket {ticket.number} is solved by {article.number} already.")
    require_step("ticket", TICKET, ticket.status, TicketStatus.RESOLVED)
    if ticket.emergency and not danger_is_over:
        msg = (
            f"{ticket.number} tells of danger, which an article does not end; "
            "make sure that nobody is in danger any more, and say so (danger_is_over)."
        )
        raise RuleBroken(msg)
    before = ticket.status
    ticket.status, ticket.solved_by_id = TicketStatus.RESOLVED, article.id
    ticket.resolution = f"Solved by {article.number}: {article.title}"[:300]
    note(
        session,
        viewer,
        Action.EDIT,
        ticket,
        {"status": (before, ticket.status), "resolution": (None, article.number)}
        | ({"danger_is_over": (None, True)} if ticket.emergency else {}),
    )
    with elevated(session, "solve"):
        forget(session, ticket.id)
        cancelled, said = _without_visit(session, viewer, ticket, article)
        _tell(session, ticket, article)
    session.flush()
    return Solved(ticket, cancelled, f"Ticket {ticket.number} is solved by {article.number}. {said}")


def _row(session: Session, model: type[Row], key: int) -> Row:
    row = session.scalar(select(model).where(model.id == key))
    if row is None:
        raise NotFound(f"There is no {spoken_table(model)} {key}, or not for you.")
    return row


def _without_visit(session: Session, viewer: Viewer, ticket: Ticket, article: Article) -> tuple[WorkOrder | None, str]:
    now = TicketMembership.left_at.is_(None)
    of_ticket = select(TicketMembership.work_order_id).where(TicketMembership.ticket_id == ticket.id, now)
    order = session.scalar(select(WorkOrder).where(WorkOrder.id.in_(of_ticket)))
    if order is None:
        return None, "It had no work order."
    others = session.scalar(
        select(func.count()).select_from(TicketMembership).where(TicketMembership.work_order_id == order.id, now)
    )
    if others != 1:
        return None, f"{order.number} stays: other parties report it too."
    if order.status not in _FREE:
        return None, f"{order.number} is {order.status} already and stays; take it off the plan, then cancel it."
    require_step("work order", WORK_ORDER, order.status, WorkOrderStatus.CANCELLED)
    before, order.status = order.status, WorkOrderStatus.CANCELLED
    for visit in session.scalars(
        select(Visit).where(Visit.work_order_id == order.id, Visit.status == VisitStatus.UNSCHEDULED)
    ):
        visit.status = VisitStatus.CANCELLED
    reason = f"{ticket.number} is solved by {article.number}, without a visit"
    note(session, viewer, Action.EDIT, order, {"status": (before, order.status), "reason": (None, reason)})
    return order, f"{order.number} is cancelled: it was for nothing else."


def _tell(session: Session, ticket: Ticket, article: Article) -> None:
    cause = f"ticket:{ticket.id}:solved:{article.id}"
    for talk in session.scalars(select(Conversation).where(Conversation.ticket_id == ticket.id)):
        told = select(Message.id).where(Message.conversation_id == talk.id, Message.cause == cause)
        if session.scalar(told) is None:
            words = WORDS.get(talk.language.partition("-")[0], WORDS["en"])
            body = words.format(number=ticket.number, title=article.title, remedy=article.remedy)
            speaking.speak(session, talk, body, automatic=True).cause = cause
