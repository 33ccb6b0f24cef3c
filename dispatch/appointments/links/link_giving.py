"""Who of ours gives links to customers and technicians, sees which there are, and takes them back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.base import Keyed
from db.models import Contact, Conversation, CustomerLink, LinkPurpose, Technician, WorkOrder
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.appointments.links import links
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.telling.inviting import invite
from dispatch.appointments.words import spoken
from dispatch.clock import Clock
from dispatch.errors import Fault, Invalid, NotFound

Row = TypeVar("Row", bound=Keyed)


def give(
    session: Session,
    viewer: Viewer,
    key: LinkKey,
    work_order_id: int,
    *,
    contact_id: int | None = None,
    conversation_id: int | None = None,
    language: str | None = None,
    may_decide: bool = True,
    lifetime: timedelta = links.LIFETIME,
) -> tuple[CustomerLink, str]:
    """A link to a work order's appointments and its token, which is told this once. Flushes.

    language: None: the contact's. contact_id None: that of the conversation; where there is none, the house number is
    asked.

    Raises Forbidden, NotFound, Invalid for a contact or conversation that the viewer does not know.
    """
    require(viewer, Action.CREATE, CustomerLink)
    _seen(session, WorkOrder, work_order_id)
    thread = None if conversation_id is None else _referred(session, Conversation, conversation_id, "conversation_id")
    if thread is not None and contact_id is None:
        contact_id = thread.contact_id
    contact = None if contact_id is None else _referred(session, Contact, contact_id, "contact_id")
    row, token = links.issue(
        session,
        key,
        work_order_id,
        contact_id=contact_id,
        conversation_id=conversation_id,
        language=spoken(language or (contact.language if contact is not None else None)),
        may_decide=may_decide,
        lifetime=lifetime,
        made_by_id=viewer.user_id,
    )
    note(
        session, viewer, Action.CREATE, row, {"work_order_id": (None, work_order_id), "contact_id": (None, contact_id)}
    )
    return row, token


def give_feed(
    session: Session,
    viewer: Viewer,
    key: LinkKey,
    *,
    contact_id: int | None = None,
    technician_id: int | None = None,
    language: str | None = None,
    lifetime: timedelta = links.FEED_LIFETIME,
) -> tuple[CustomerLink, str]:
    """A link to the calendar of a contact or technician, and its token, which is told this once. Flushes.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.CREATE, CustomerLink)
    of: Contact | Technician
    if contact_id is not None:
        of = _seen(session, Contact, contact_id)
        language = language or of.language
    else:
        of = _seen(session, Technician, technician_id or 0)
    whose = {"contact_id": contact_id, "technician_id": technician_id}
    row, token = links.issue_feed(
        session, key, **whose, language=spoken(language), lifetime=lifetime, made_by_id=viewer.user_id
    )
    note(session, viewer, Action.CREATE, row, {name: (None, value) for name, value in whose.items() if value})
    return row, token


def ask_to_choose(session: Session, viewer: Viewer, work_order_id: int, contact_id: int | None) -> None:
    """A message with a link goes to who decides about a work order, or to this contact. Flushes.

    Raises Forbidden, NotFound, Invalid for a contact that the viewer does not know.
    """
    require(viewer, Action.CREATE, CustomerLink)
    order = _seen(session, WorkOrder, work_order_id)
    if contact_id is not None:
        _referred(session, Contact, contact_id, "contact_id")
    invite(session, work_order_id, contact_id=contact_id)
    note(session, viewer, "invite", order, {"contact_id": (None, contact_id)})


def given(session: Session, viewer: Viewer, work_order_id: int) -> Sequence[CustomerLink]:
    """The links to a work order's appointments, the newest first.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.READ, CustomerLink)
    _seen(session, WorkOrder, work_order_id)
    with elevated(session, links.PURPOSE):
        mine = select(CustomerLink).where(CustomerLink.work_order_id == work_order_id)
        return session.scalars(mine.order_by(CustomerLink.id.desc())).all()


def feeds_given(
    session: Session, viewer: Viewer, *, contact_id: int | None = None, technician_id: int | None = None
) -> Sequence[CustomerLink]:
    """The links to the calendar of a contact or technician, the newest first.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.READ, CustomerLink)
    mine = select(CustomerLink).where(CustomerLink.purpose == LinkPurpose.CALENDAR)
    if contact_id is not None:
        _seen(session, Contact, contact_id)
        mine = mine.where(CustomerLink.contact_id == contact_id)
    else:
        _seen(session, Technician, technician_id or 0)
        mine = mine.where(CustomerLink.technician_id == technician_id)
    with elevated(session, links.PURPOSE):
        return session.scalars(mine.order_by(CustomerLink.id.desc())).all()


def take_back(session: Session, viewer: Viewer, clock: Clock, link_id: int) -> None:
    """The link leads nowhere from now on. Flushes.

    Raises Forbidden; NotFound also for the link of something that the viewer does not know.
    """
    require(viewer, Action.EDIT, CustomerLink)
    with elevated(session, links.PURPOSE):
        row = session.get(CustomerLink, link_id)
    if row is None or not _is_known(session, row):
        raise NotFound(f"There is no link {link_id}, or not for you.")
    was = row.revoked_at
    links.revoke(session, link_id, clock.now())
    if was is None:
        note(session, viewer, "revoke", row, {"revoked_at": (None, row.revoked_at)})


def set_decider(session: Session, viewer: Viewer, work_order_id: int, contact_id: int | None) -> None:
    """Who decides about the appointments of a work order from now on; None: whoever has a link that may. Flushes.

    Raises Forbidden, NotFound, Invalid for a contact that the viewer does not know.
    """
    require(viewer, Action.EDIT, WorkOrder)
    order = _seen(session, WorkOrder, work_order_id)
    if contact_id is not None:
        _referred(session, Contact, contact_id, "contact_id")
    before, order.decider_id = order.decider_id, contact_id
    if before != contact_id:
        session.flush()
        note(session, viewer, Action.EDIT, order, {"decider_id": (before, contact_id)})


def _is_known(session: Session, row: CustomerLink) -> bool:
    """Whether the viewer knows what a link is about."""
    about: tuple[tuple[type[Keyed], int | None], ...] = (
        (WorkOrder, row.work_order_id),
        (Technician, row.technician_id),
        (Contact, row.contact_id),
    )
    entity, key = next((kind, key) for kind, key in about if key is not None)
    return session.scalar(select(entity.id).where(entity.id == key)) is not None


def _seen(session: Session, entity: type[Row], key: int) -> Row:
    found = session.scalar(select(entity).where(entity.id == key))
    if found is None:
        raise NotFound(f"There is no {_called(entity)} {key}, or not for you.")
    return found


def _referred(session: Session, entity: type[Row], key: int, field: str) -> Row:
    found = session.scalar(select(entity).where(entity.id == key))
    if found is None:
        message = f"{field} {key} is no {_called(entity)}, or not for you; leave it out, or name another"
        raise Invalid(message, (Fault(f"/{field}", message),))
    return found


def _called(entity: type[Keyed]) -> str:
    return "".join(f" {each.lower()}" if each.isupper() else each for each in entity.__name__).strip()
