"""Keeps the form that anybody may fill in from being filled in by machines: so many reports per place and per code."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.models import FailedSignIn
from dispatch.access import elevated
from dispatch.access.errors import TooManyAttempts
from dispatch.access.secrets import digest

SPAN: Final = timedelta(minutes=15)
LIMITS: Final = {"place": 12, "code": 40}
"""Reports within `SPAN` from one network address, and on one code: a whole house may report a stopped lift."""

IN_DANGER: Final = {"place": 500, "code": 1000}
"""The same for reports of danger. They are counted by themselves: no number of others keeps one of them out."""


def count_report(session: Session, *, address: str, code: str, once: str, now: datetime, danger: bool = False) -> None:
    """Counts a report; the same one sent twice (`once`) counts once. danger: whether it tells of danger.

    Raises TooManyAttempts when one of the limits is reached.
    """
    limits, about = (IN_DANGER, "danger") if danger else (LIMITS, "report")
    subjects = {"place": f"{about} place\n{address}", "code": f"{about} code\n{code}"}
    this = digest(f"report\n{code}\n{once}")
    with elevated(session, "report limits"):
        session.execute(delete(FailedSignIn).where(FailedSignIn.at <= now - SPAN))
        if session.scalar(select(func.count()).where(FailedSignIn.subject == this)):
            return
        for kind, subject in subjects.items():
            _refuse_if_full(session, digest(subject), limits[kind], now)
        session.add_all(FailedSignIn(subject=digest(subject), at=now) for subject in subjects.values())
        session.add(FailedSignIn(subject=this, at=now))
        session.flush()


def _refuse_if_full(session: Session, subject: str, limit: int, now: datetime) -> None:
    count, first = session.execute(
        select(func.count(), func.min(FailedSignIn.at)).where(FailedSignIn.subject == subject)
    ).one()
    if count >= limit:
        wait = max(1, int((first + SPAN - now).total_seconds()) + 1)
        msg = f"Too many reports ({count} within 15 minutes). Wait {wait} seconds, then try again."
        raise TooManyAttempts(msg, wait)
