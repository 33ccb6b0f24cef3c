"""A write that comes again with the same Idempotency-Key gets the answer it got before, and happens once.

The key is claimed at the start of the transaction that does the write, and the answer stored at its end: either both
are kept, or neither. Who comes with the same key meanwhile waits for that transaction (PostgreSQL: at the unique
index; SQLite: at the one writer's lock), and then finds the answer, or does the write if the first one failed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from db.inserting import unless_there
from db.models import IdempotencyRecord
from dispatch.access import elevated
from dispatch.records.errors import KeyReused

KEPT_FOR: Final = timedelta(hours=24)
LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that wants to happen once: whose, under which key, and what it asks."""

    user_id: int
    key: str
    method: str
    path: str
    body: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of what is asked."""
        return hashlib.sha256(b"\n".join((self.method.encode(), self.path.encode(), self.body))).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status_code: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def claim(session: Session, attempt: Attempt, now: datetime) -> Answer | None:
    """None: the key is this transaction's, go on. Otherwise the answer given before. Flushes.

    Raises KeyReused when the key came before with another request.
    """
    with elevated(session, "idempotency"):
        _forget(session, attempt.user_id, now - KEPT_FOR)
        if _insert(session, attempt, now):
            return None
        kept = session.scalars(_kept(attempt)).one()
        if kept.request_sha256 != attempt.digest:
            msg = (
                f"The Idempotency-Key {attempt.key!r} came before with another request ({kept.method} {kept.path}); "
                "use a new key for a new request."
            )
            raise KeyReused(msg)
        return Answer(kept.status_code, kept.body, {name: str(value) for name, value in kept.headers.items()})


def store(session: Session, attempt: Attempt, answer: Answer) -> None:
    """Keeps the answer under the key that this transaction has claimed. Flushes."""
    with elevated(session, "idempotency"):
        kept = session.scalars(_kept(attempt)).one()
        kept.status_code, kept.body, kept.headers = answer.status_code, answer.body, dict(answer.headers)
        session.flush()


def _kept(attempt: Attempt) -> Select[IdempotencyRecord]:
    return select(IdempotencyRecord).where(
        IdempotencyRecord.user_id == attempt.user_id, IdempotencyRecord.key == attempt.key
    )


def _forget(session: Session, user_id: int, before: datetime) -> None:
    session.execute(
        delete(IdempotencyRecord).where(IdempotencyRecord.user_id == user_id, IdempotencyRecord.created_at <= before)
    )


def _insert(session: Session, attempt: Attempt, now: datetime) -> bool:
    values = {
        "user_id": attempt.user_id,
        "key": attempt.key,
        "method": attempt.method,
        "path": attempt.path[:500],
        "request_sha256": attempt.digest,
        "status_code": 0,
        "headers": {},
        "body": b"",
        "created_at": now,
    }
    insert = unless_there(session, IdempotencyRecord, values)
    return session.scalar(insert.returning(IdempotencyRecord.id)) is not None
