"""Links by which customers come without signing in: for one purpose, ending, revocable, without personal data.

A token is 144 random bits and a signature; the database holds its SHA-256. Whatever is wrong with a link, who holds it
is told the same.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, CustomerLink, LinkPurpose, WorkOrder
from dispatch.access import elevated
from dispatch.access.secrets import digest
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.links.link_key import LinkKey
from dispatch.errors import Fault, Invalid, NotFound

LIFETIME: Final = timedelta(days=60)
"""As long as a link to an appointment is good, unless it is said otherwise."""

FEED_LIFETIME: Final = timedelta(days=400)
LONGEST: Final = timedelta(days=800)
PURPOSE: Final = "customer links"


class LinkGone(NotFound):
    """A link that is none, is over, was revoked, or is for something else; which of these, nobody is told."""

    def __init__(self) -> None:
        super().__init__("This link does not lead anywhere, or no longer.")


def issue(
    session: Session,
    key: LinkKey,
    work_order_id: int,
    *,
    contact_id: int | None = None,
    conversation_id: int | None = None,
    language: str = "en",
    may_decide: bool = False,
    lifetime: timedelta = LIFETIME,
    made_by_id: int | None = None,
    token: str | None = None,
) -> tuple[CustomerLink, str]:
    """A new link to a work order's appointments, and its token, which nobody can read again. Flushes.

    For the system's use, by whoever may give one. may_decide: whether its holder may choose, change and cancel, as long
    as the work order does not name somebody else as the one who decides. token: one of our key's that was made before.

    Raises Invalid for a lifetime that is none, or too long.
    """
    row = CustomerLink(
        purpose=LinkPurpose.APPOINTMENT,
        work_order_id=work_order_id,
        contact_id=contact_id,
        conversation_id=conversation_id,
        language=language,
        may_decide=may_decide,
        made_by_id=made_by_id,
    )
    return _kept(session, row, lifetime, token or key.new_token(row.purpose))


def issue_feed(
    session: Session,
    key: LinkKey,
    *,
    contact_id: int | None = None,
    technician_id: int | None = None,
    language: str = "en",
    lifetime: timedelta = FEED_LIFETIME,
    made_by_id: int | None = None,
) -> tuple[CustomerLink, str]:
    """A new link to the calendar of a contact or technician, and its token. Flushes.

    Raises Invalid unless it is for one of the two.
    """
    if (contact_id is None) == (technician_id is None):
        raise Invalid("a calendar is of one contact or of one technician; name one of them")
    row = CustomerLink(
        purpose=LinkPurpose.CALENDAR,
        contact_id=contact_id,
        technician_id=technician_id,
        language=language,
        made_by_id=made_by_id,
    )
    return _kept(session, row, lifetime, key.new_token(row.purpose))


def _kept(session: Session, row: CustomerLink, lifetime: timedelta, token: str) -> tuple[CustomerLink, str]:
    if not timedelta(minutes=1) <= lifetime <= LONGEST:
        message = f"a link that is good for {lifetime} is not made; choose between a minute and {LONGEST.days} days"
        raise Invalid(message, (Fault("/days", message),))
    now: datetime = session.info["now"]()
    row.token_sha256, row.made_at, row.expires_at = digest(token), now, now + lifetime
    with elevated(session, PURPOSE):
        session.add(row)
        session.flush()
    return row, token


def open_link(session: Session, key: LinkKey, token: str, now: datetime) -> Guest:
    """Who comes by this link to an appointment. For the system's use.

    Raises LinkGone for any other token; one that we did not sign for this is refused without a look at the database.
    """
    with elevated(session, PURPOSE):
        row = live(session, key, token, LinkPurpose.APPOINTMENT, now)
        return guest_of(session, row)


def live(
    session: Session, key: LinkKey, token: str, purpose: LinkPurpose, now: datetime, *, lock: bool = False
) -> CustomerLink:
    """The link of a token, if it is good now. For the system's use. lock: until the transaction is over.

    Raises LinkGone.
    """
    if not key.is_token(purpose, token):
        raise LinkGone
    query = select(CustomerLink).where(CustomerLink.token_sha256 == digest(token))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None or row.purpose is not purpose or row.revoked_at is not None or row.expires_at <= now:
        raise LinkGone
    return row


def guest_of(session: Session, row: CustomerLink) -> Guest:
    """The holder of a link to an appointment, as the work order sees them now. For the system's use.

    Raises LinkGone when they were erased.
    """
    order = session.get(WorkOrder, row.work_order_id)
    contact = None if row.contact_id is None else session.get(Contact, row.contact_id)
    if order is None or (contact is not None and contact.erased_at is not None):
        raise LinkGone
    return Guest(
        link_id=row.id,
        work_order_id=order.id,
        contact_id=row.contact_id,
        conversation_id=row.conversation_id,
        may_decide=row.may_decide and order.decider_id in (None, row.contact_id),
        language=row.language,
    )


def revoke(session: Session, link_id: int, now: datetime) -> None:
    """The link leads nowhere from now on; done twice it is done once. For the system's use. Flushes.

    Raises NotFound.
    """
    with elevated(session, PURPOSE):
        row = session.get(CustomerLink, link_id)
        if row is None:
            raise NotFound(f"There is no link {link_id}, or not for you.")
        if row.revoked_at is None:
            row.revoked_at = now
            session.flush()
