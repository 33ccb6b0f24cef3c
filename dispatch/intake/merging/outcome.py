"""What came of placing a ticket, and of a change of memberships."""

from dataclasses import dataclass

from db.models import MatchPair, Merge, MergedBy


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a ticket went.

    work_order_id: None: nothing to be done is known yet, as nobody said where. how: by what it came there.
    waiting: pairs with this ticket that a person is asked about. emergency: why somebody is in danger, in words.
    """

    work_order_id: int | None
    how: MergedBy | None
    waiting: tuple[MatchPair, ...] = ()
    emergency: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of memberships did.

    work_order_id: where the tickets are now. merges: its records, one for each work order that tickets came from;
    empty where there was nothing to change. said: in words, what happened, or why nothing did.
    """

    work_order_id: int
    merges: tuple[Merge, ...]
    said: str

    @property
    def changed(self) -> bool:
        """Whether anything is other than before."""
        return bool(self.merges)
