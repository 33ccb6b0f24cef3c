"""The audit trail: who did what to which row, when; without secrets."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Final

from sqlalchemy.orm import Session

from db.base import Base, Keyed
from db.models import AuditEntry
from dispatch.access.viewer import Viewer

MASK: Final = "•••"
SECRET_FIELDS: Final = frozenset(
    {
        "access_notes",
        "password_hash",
        "token_sha256",
        "secret_sha256",
        "secret",
        "previous_secret",
        "link_seed",
    }
)

Changes = Mapping[str, tuple[object, object]]


def note(session: Session, viewer: Viewer, action: str, row: Base, changes: Changes | None = None) -> None:
    """Adds an entry for something done to a flushed row. `changes` is {field: (before, after)}; secrets are masked."""
    if not isinstance(row, Keyed):
        msg = f"{type(row).__name__} has no id that the audit trail could name"
        raise TypeError(msg)
    session.add(
        AuditEntry(
            at=session.info["now"](),
            user_id=viewer.user_id,
            actor=viewer.name[:100],
            action=action,
            entity=type(row).__tablename__,
            entity_id=row.id,
            changes={field: _written(field, pair) for field, pair in (changes or {}).items()},
        )
    )


def _written(field: str, pair: tuple[object, object]) -> list[Any]:
    if field in SECRET_FIELDS:
        return [None if value is None else MASK for value in pair]
    return [_plain(value) for value in pair]


def _plain(value: object) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
