"""Asks whoever decides about a work order to choose a time."""

from typing import Any, Final
from uuid import uuid4

from sqlalchemy.orm import Session

from dispatch.compute.outbox import post_once

TOPIC: Final = "appointment.invite"


def invite(session: Session, work_order_id: int, tag: str | None = None, *, contact_id: int | None = None) -> None:
    """Posts, with the caller's transaction, that a message with a link is to go to who decides, or to a contact.

    tag: for the same tag nobody is asked twice; None: they are asked anew.
    """
    said: dict[str, Any] = {"work_order_id": work_order_id}
    if contact_id is not None:
        said["contact_id"] = contact_id
    post_once(session, TOPIC, f"{TOPIC}:{work_order_id}:{tag or uuid4().hex}", said)
