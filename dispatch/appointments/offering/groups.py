"""The visits of a work order in groups that start together, in their order; an appointment is for one group."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    AppointmentVisit,
    LinkKind,
    Visit,
    VisitLink,
    VisitStatus,
    WorkOrder,
)
from dispatch.errors import RuleBroken
from dispatch.planning.day.candidates import WAITING
from dispatch.planning.day.links import couples

CALLED_OFF = (VisitStatus.CANCELLED, VisitStatus.COMPLETED, VisitStatus.INCOMPLETE)


@dataclass(frozen=True, slots=True)
class Group:
    """Visits that start together. appointed: an active appointment is for them. waiting: nobody has set out yet."""

    visits: tuple[Visit, ...]
    appointed: bool

    @property
    def visit_ids(self) -> tuple[int, ...]:
        """Their ids, in the order of their sequence."""
        return tuple(visit.id for visit in self.visits)

    @property
    def waiting(self) -> bool:
        """Whether they can still be appointed for another time."""
        return all(visit.status in WAITING for visit in self.visits)


def groups_of(session: Session, work_order_id: int) -> list[Group]:
    """The work order's groups, each after those that precede it; what is over or cancelled is left away.

    Ask for them as the system (`elevated`).
    """
    query = select(Visit).where(Visit.work_order_id == work_order_id, Visit.status.not_in(CALLED_OFF))
    visits = {visit.id: visit for visit in session.scalars(query.order_by(Visit.sequence))}
    ends = VisitLink.visit_id.in_(visits), VisitLink.other_id.in_(visits)
    links = list(session.scalars(select(VisitLink).where(*ends)))
    taken = set(
        session.scalars(
            select(AppointmentVisit.visit_id).where(AppointmentVisit.visit_id.in_(visits), AppointmentVisit.active)
        )
    )
    together = couples(links, visits.keys())
    alone = [(key,) for key in visits if not any(key in group for group in together)]
    groups = sorted((sorted(group, key=lambda key: visits[key].sequence) for group in (*together, *alone)),
                    key=lambda group: visits[group[0]].sequence)  # fmt: skip
    ordered = _in_order(groups, links)
    return [Group(tuple(visits[key] for key in group), any(key in taken for key in group)) for group in ordered]


def _in_order(groups: Sequence[Sequence[int]], links: Iterable[VisitLink]) -> list[Sequence[int]]:
    """The groups, each after those that precede it, else by sequence; a ring of ties is cut at its first group."""
    home = {visit: number for number, group in enumerate(groups) for visit in group}
    after = {(home[link.other_id], home[link.visit_id]) for link in links if link.kind is LinkKind.PRECEDES}
    left, ordered = list(range(len(groups))), []
    while left:
        free = [g for g in left if not any((g, other) in after for other in left if other != g)]
        chosen = (free or left)[0]
        left.remove(chosen)
        ordered.append(groups[chosen])
    return ordered


def next_group(order: WorkOrder, groups: Sequence[Group], wanted: Collection[int] = ()) -> Group:
    """The group to be appointed next: the first without an appointment, else the first that may change its own.

    wanted: the group of these visits instead.

    Raises RuleBroken when nothing is left to be appointed.
    """
    if wanted:
        found = next((group for group in groups if set(wanted) & set(group.visit_ids)), None)
        if found is None or not found.waiting:
            raise RuleBroken(f"these visits of {order.number} are over or under way; there is no time left to choose")
        return found
    waiting = [group for group in groups if group.waiting]
    chosen = next((group for group in waiting if not group.appointed), None) or next(iter(waiting), None)
    if chosen is None:
        raise RuleBroken(f"{order.number} has no visit that a time could be chosen for; add a visit first")
    return chosen
