"""Slows the guessing of passwords down.

Every attempt counts as failed before the password is looked at, so that many at once cannot slip through; a success
takes its mark back. Counted are the pair of e-mail and source address, the address, and the e-mail.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.models import FailedSignIn
from dispatch.access.errors import TooManyAttempts
from dispatch.access.secrets import digest

SPAN: Final = timedelta(minutes=15)
LIMITS: Final = {"pair": 5, "address": 30, "email": 50}
"""Failed attempts within `SPAN`. The e-mail's limit is wide, lest strangers lock somebody out with ease."""


def count_attempt(session: Session, *, email: str, address: str, now: datetime) -> tuple[int, ...]:
    """Counts an attempt as failed; answers the ids of its marks, for `forgive`.

    Raises TooManyAttempts when one of the limits is reached.
    """
    session.execute(delete(FailedSignIn).where(FailedSignIn.at <= now - SPAN))
    marks = []
    for kind, subject in _subjects(email, address).items():
        seen = select(func.count(), func.min(FailedSignIn.at)).where(FailedSignIn.subject == subject)
        count, first = session.execute(seen).one()
        if count >= LIMITS[kind]:
            wait = max(1, int((first + SPAN - now).total_seconds()) + 1)
            msg = (
                f"Too many failed attempts to sign in ({count} within 15 minutes). Wait {wait} seconds, then try again."
            )
            raise TooManyAttempts(msg, wait)
        marks.append(FailedSignIn(subject=subject, at=now))
    session.add_all(marks)
    session.flush()
    return tuple(mark.id for mark in marks)


def forgive(session: Session, *, email: str, address: str, marks: tuple[int, ...]) -> None:
    """Takes back the marks of an attempt that succeeded, and the earlier failures of the same person and place."""
    pair = _subjects(email, address)["pair"]
    session.execute(delete(FailedSignIn).where(FailedSignIn.id.in_(marks) | (FailedSignIn.subject == pair)))


def _subjects(email: str, address: str) -> dict[str, str]:
    return {
        "pair": digest(f"pair\n{email}\n{address}"),
        "address": digest(f"address\n{address}"),
        "email": digest(f"email\n{email}"),
    }
