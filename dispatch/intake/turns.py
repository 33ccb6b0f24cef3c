"""One change of who belongs where at a time: whoever comes second sees what the first did, and nobody deadlocks."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.access import elevated

_LOCK: Final = 0x1A4E
"""An advisory lock of PostgreSQL, held until the transaction ends; the number stands for nothing else here."""


def take_turn(session: Session) -> None:
    """Waits until no other transaction changes memberships; SQLite has but one writer anyway.

    Two tickets about the same that come at once would otherwise each not see the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        with elevated(session, "merging"):
            session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
