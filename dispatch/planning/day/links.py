"""How visits of one work order are tied: two people who start together, one visit after another.

Within a day ties become the optimiser's. Across days the one follows the other's stop: what comes after keeps its gap
from the start of what is planned or done already, and is not planned at all before that has a stop. Ties of technicians
hold within a day only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import LinkKind, Stop, Visit, VisitLink, VisitStatus, WorkOrder
from dispatch.planning.day.candidates import STARTED, Candidate, chunks
from solver import problem as p

OVER = (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE, VisitStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A tied visit that is no candidate of the day. starts_at: when it started or is planned to, None: nobody knows."""

    name: str
    status: VisitStatus
    starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ties:
    """The day's ties, and the visits at their other ends that are no candidates."""

    links: Sequence[VisitLink] = ()
    elsewhere: Mapping[int, Elsewhere] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound:
    """Between which instants ties let a visit start; `waits_for`: the visit that must have a stop first."""

    earliest: datetime | None = None
    latest: datetime | None = None
    waits_for: str | None = None

    def within(self, earliest: datetime | None, latest: datetime | None) -> "Bound":
        """The bound, and this one too."""
        return Bound(
            max((each for each in (self.earliest, earliest) if each is not None), default=None),
            min((each for each in (self.latest, latest) if each is not None), default=None),
            self.waits_for,
        )


def read_ties(session: Session, candidates: Collection[Candidate]) -> Ties:
    """The ties of these visits: two queries."""
    ids = {candidate.visit.id for candidate in candidates}
    links: dict[int, VisitLink] = {}
    for part in chunks(sorted(ids)):
        query = select(VisitLink).where(or_(VisitLink.visit_id.in_(part), VisitLink.other_id.in_(part)))
        links |= {link.id: link for link in session.scalars(query)}
    far = {end for link in links.values() for end in (link.visit_id, link.other_id)} - ids
    elsewhere: dict[int, Elsewhere] = {}
    query_far = (
        select(Visit.id, WorkOrder.number, Visit.sequence, Visit.status, Visit.started_at, Stop.starts_at)
        .join(WorkOrder, Visit.work_order_id == WorkOrder.id)
        .outerjoin(Stop, Stop.visit_id == Visit.id)
    )
    for part in chunks(sorted(far)):
        for key, number, sequence, status, started_at, planned in session.execute(query_far.where(Visit.id.in_(part))):
            elsewhere[key] = Elsewhere(f"{number}/{sequence}", status, started_at or planned)
    return Ties([links[key] for key in sorted(links)], elsewhere)


def bounds(ties: Ties, candidates: Collection[Candidate], planned_at: Mapping[int, datetime]) -> dict[int, Bound]:
    """What ties to visits elsewhere, or without a stop, mean for the day's visits; planned_at: starts of stops."""
    here = {candidate.visit.id: candidate for candidate in candidates}
    found: dict[int, Bound] = {}
    for link in ties.links:
        if link.kind is LinkKind.PRECEDES:
            _follow(link, ties, here, planned_at, found)
        elif link.kind is LinkKind.SAME_START:
            for one, other in ((link.visit_id, link.other_id), (link.other_id, link.visit_id)):
                far = ties.elsewhere.get(other)
                if one in here and far is not None and far.status not in OVER and one not in planned_at:
                    found[one] = Bound(waits_for=far.name)
    return found


def _follow(
    link: VisitLink,
    ties: Ties,
    here: Mapping[int, Candidate],
    planned_at: Mapping[int, datetime],
    found: dict[int, Bound],
) -> None:
    first, then = link.visit_id, link.other_id
    least = timedelta(seconds=link.min_gap_seconds)
    most = None if link.max_gap_seconds is None else timedelta(seconds=link.max_gap_seconds)
    if then in here:
        before = ties.elsewhere.get(first)
        known = found.get(then, Bound())
        if before is not None and before.starts_at is not None:
            latest = None if most is None else before.starts_at + most
            found[then] = known.within(before.starts_at + least, latest)
        elif then not in planned_at and _is_missing(first, before, here, planned_at):
            name = here[first].name if before is None else before.name
            found[then] = Bound(known.earliest, known.latest, name)
    elif first in here:
        after = ties.elsewhere.get(then)
        if after is not None and after.starts_at is not None and after.status is not VisitStatus.CANCELLED:
            earliest = None if most is None else after.starts_at - most
            found[first] = found.get(first, Bound()).within(earliest, after.starts_at - least)


def _is_missing(
    first: int, before: Elsewhere | None, here: Mapping[int, Candidate], planned_at: Mapping[int, datetime]
) -> bool:
    """Whether the earlier visit is still to come, and in no plan."""
    if before is not None:
        return before.status not in OVER
    return first in here and first not in planned_at


def couples(links: Iterable[VisitLink], here: Collection[int]) -> list[tuple[int, ...]]:
    """The visits of the day that start together, as groups, each in the order of their ids."""
    top: dict[int, int] = {}

    def lead(visit: int) -> int:
        while top.get(visit, visit) != visit:
            visit = top[visit]
        return visit

    for link in links:
        if link.kind is LinkKind.SAME_START and link.visit_id in here and link.other_id in here:
            one, other = sorted((lead(link.visit_id), lead(link.other_id)))
            top[one], top[other] = one, one
            top.setdefault(link.visit_id, one)
            top.setdefault(link.other_id, one)
    groups: dict[int, list[int]] = {}
    for visit in sorted(top):
        groups.setdefault(lead(visit), []).append(visit)
    return [tuple(group) for group in groups.values()]


def problem_links(ties: Ties, candidates: Iterable[Candidate], names: Mapping[int, str]) -> tuple[p.Link, ...]:
    """The optimiser's links between the visits that are in the problem; what has started is done without asking."""
    begun = {candidate.visit.id for candidate in candidates if candidate.visit.status in STARTED}
    over = {candidate.visit.id for candidate in candidates if candidate.visit.status in OVER}
    links: list[p.Link] = []
    for group in couples(ties.links, {key for key in names if key not in over}):
        visits = tuple(names[key] for key in group)
        links.append(p.Link("same_start", visits, all_or_none=not begun & set(group)))
        links.append(p.Link("different_technicians", visits))
    for link in ties.links:
        ends = link.visit_id, link.other_id
        if link.kind is LinkKind.SAME_START or any(end not in names for end in ends) or begun.issuperset(ends):
            continue
        visits = names[ends[0]], names[ends[1]]
        if link.kind is LinkKind.PRECEDES:
            links.append(p.Link("precedes", visits, link.min_gap_seconds, link.max_gap_seconds))
        elif link.kind is LinkKind.DIFFERENT_TECHNICIANS:
            links.append(p.Link("different_technicians", visits))
        else:
            links.append(p.Link("same_technician", visits))
    return tuple(dict.fromkeys(links))
