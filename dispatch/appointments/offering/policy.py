"""What is offered to customers: the slot policy that counts for a piece of work."""

from typing import Any

from sqlalchemy.orm import Session

from db.models import SlotPolicy
from dispatch.planning.day.promised import slot_policies


def policy_for(session: Session, territory_id: int, work_type_id: int) -> SlotPolicy:
    """The policy that says most about both territory and work type; the defaults where there is none.

    What says something of the work type comes before what says something of the territory. The defaults are no row of
    the database. Ask for it as the system (`elevated`).
    """
    return slot_policies(session, territory_id).of(work_type_id) or default_policy()


def default_policy() -> SlotPolicy:
    """The defaults: windows of 2 hours, 1 on the same day, 4 at most; 14 days; 9 offers; a reserve of 10 %."""
    return SlotPolicy(**{column.key: _value(column) for column in SlotPolicy.__table__.columns if _value(column)})


def _value(column: Any) -> Any:
    return None if column.default is None else column.default.arg
