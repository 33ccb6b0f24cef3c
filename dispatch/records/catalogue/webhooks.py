"""Endpoints of other systems, and the secrets that they share with us."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import WebhookEndpoint
from dispatch.access import Action, Viewer, require
from dispatch.access.audit import note
from dispatch.errors import NotFound
from dispatch.messaging.signatures import new_secret
from dispatch.messaging.webhooks import post_test
from dispatch.records.nouns import Noun, Values

KEPT: Final = timedelta(hours=24)
"""So long messages are signed under the secret before, too."""


def _with_secret(_session: Session, _viewer: Viewer, values: Values) -> Values:
    return values | {"secret": new_secret()}


WEBHOOKS = Noun(WebhookEndpoint, prepare=_with_secret)


def rotate(session: Session, viewer: Viewer, key: int) -> WebhookEndpoint:
    """Gives the endpoint a new secret; the one before signs too for a day. Flushes.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.EDIT, WebhookEndpoint)
    row = _found(session, key)
    now: datetime = session.info["now"]()
    before = row.secret
    row.previous_secret, row.previous_until, row.secret = before, now + KEPT, new_secret()
    session.flush()
    note(session, viewer, "rotate", row, {"secret": (before, row.secret)})
    session.flush()
    return row


def send_test(session: Session, viewer: Viewer, key: int, tag: str) -> str:
    """Posts a test message to the endpoint; the id under which it comes.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.EDIT, WebhookEndpoint)
    return post_test(session, _found(session, key), tag)


def _found(session: Session, key: int) -> WebhookEndpoint:
    row = session.scalar(select(WebhookEndpoint).where(WebhookEndpoint.id == key))
    if row is None:
        msg = f"There is no webhook endpoint {key}, or not for you."
        raise NotFound(msg)
    return row
