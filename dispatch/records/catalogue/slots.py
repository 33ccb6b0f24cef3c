"""Slot policies: what is offered to customers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import SlotPolicy
from dispatch.access import viewer_of
from dispatch.errors import Conflict, Fault
from dispatch.records.nouns import Draft, Noun


def _check(session: Session, draft: Draft[SlotPolicy]) -> list[Fault]:
    faults, policy = [], draft.row
    for field in ("width_minutes", "same_day_width_minutes"):
        if getattr(policy, field) > policy.most_width_minutes:
            msg = f"{field} is {getattr(policy, field)}, more than most_width_minutes ({policy.most_width_minutes})."
            faults.append(Fault(f"/{field}", msg))
    everywhere = policy.territory_id is None or draft.before.get("territory_id", policy.territory_id) is None
    if everywhere and not viewer_of(session).sees_everything:
        msg = "What holds in all territories is said by administrators; name a territory."
        faults.append(Fault("/territory_id", msg))
    if not faults:
        _refuse_second(session, policy)
    return faults


def _refuse_second(session: Session, policy: SlotPolicy) -> None:
    """Two policies of the same territory and work type would contradict each other."""
    with session.no_autoflush:
        query = select(SlotPolicy.id).where(
            SlotPolicy.territory_id.is_not_distinct_from(policy.territory_id),
            SlotPolicy.work_type_id.is_not_distinct_from(policy.work_type_id),
            SlotPolicy.id != (policy.id or 0),
        )
        other = session.scalars(query).first()
    if other is not None:
        raise Conflict(f"slot policy {other} is of the same territory and work type; edit that one")


SLOT_POLICIES = Noun(SlotPolicy, check=_check)
