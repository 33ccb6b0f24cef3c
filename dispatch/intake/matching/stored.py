"""The index in the database: `MatchKey` rows of open tickets, newest first by the ticket's id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from db.models import MatchKey

MOST_COUNTED: Final = 10_000
"""Counting stops here: beyond, a value says next to nothing anyway."""


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """Finds open tickets by their keys; `but`: the ticket that asks."""

    session: Session
    but: int

    def newest(self, keys: Sequence[str], most: int) -> dict[str, list[int]]:
        """See `blocking.Index`; one query for all keys."""
        if not keys:
            return {}
        parts = [
            select(literal(place).label("place"), MatchKey.ticket_id)
            .where(MatchKey.key == key, MatchKey.ticket_id != self.but)
            .order_by(MatchKey.ticket_id.desc())
            .limit(most)
            .subquery()
            for place, key in enumerate(keys)
        ]
        found: dict[str, list[int]] = {}
        for place, ticket_id in self.session.execute(union_all(*(select(part) for part in parts))):
            found.setdefault(keys[place], []).append(ticket_id)
        return {key: sorted(ids, reverse=True) for key, ids in found.items()}

    def sharing(self, one: str, other: str, most: int) -> list[int]:
        """See `blocking.Index`."""
        second = aliased(MatchKey)
        query = (
            select(MatchKey.ticket_id)
            .join(second, (second.ticket_id == MatchKey.ticket_id) & (second.key == other))
            .where(MatchKey.key == one, MatchKey.ticket_id != self.but)
            .order_by(MatchKey.ticket_id.desc())
            .limit(most)
        )
        return list(self.session.scalars(query))

    def count(self, key: str) -> int:
        """See `blocking.Index`; the ticket that asks counts too."""
        some = select(MatchKey.ticket_id).where(MatchKey.key == key).limit(MOST_COUNTED).subquery()
        return int(self.session.scalar(select(func.count()).select_from(some)) or 0)
