"""Tickets of several parties become one work order, and several again. Memberships are rows; nothing is moved."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from dispatch.access import Viewer
from dispatch.intake.matching.thresholds import Thresholds
from dispatch.intake.merging.outcome import Change, Placed

__all__ = ["Change", "Placed", "merge", "move", "place", "split", "unmerge"]


def place(session: Session, viewer: Viewer, ticket_id: int, thresholds: Thresholds) -> Placed:
    """Finds the work order of a ticket that is new, or of which more is known, and makes one where there is none."""
    raise NotImplementedError


def merge(session: Session, viewer: Viewer, ticket_ids: Collection[int], work_order_id: int) -> Change:
    """Puts the tickets into the work order, by hand."""
    raise NotImplementedError


def unmerge(session: Session, viewer: Viewer, merge_id: int) -> Change:
    """Takes a merge, split or move back."""
    raise NotImplementedError


def split(session: Session, viewer: Viewer, work_order_id: int, ticket_ids: Collection[int]) -> Change:
    """Takes tickets out of a work order into a new one."""
    raise NotImplementedError


def move(
    session: Session, viewer: Viewer, ticket_ids: Collection[int], from_work_order_id: int, to_work_order_id: int
) -> Change:
    """Takes tickets from one work order to another."""
    raise NotImplementedError
