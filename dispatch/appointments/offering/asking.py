"""The visits that somebody asks a time for: what they need, and what they are on each day."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contract, Equipment, Site, Visit, VisitWindow, WorkOrder
from dispatch.appointments.offering.day_books import DayBook
from dispatch.appointments.offering.groups import Group
from dispatch.planning.day.build import visit_in
from dispatch.planning.day.candidates import Candidate
from dispatch.planning.day.horizon import Span
from dispatch.planning.day.links import Ties, read_ties
from dispatch.planning.day.policy import deadline
from dispatch.planning.day.roads import Roads, spot
from dispatch.planning.day.rows import Needs, needs
from dispatch.planning.day.work import work
from dispatch.planning.findings import Finding
from dispatch.travel.places import Place
from solver.problem import Visit as Wanted


@dataclass(frozen=True, slots=True)
class Asked:
    """The visits of a group with all that they need. wishes: the windows that the customer or somebody else named.

    earliest_at: when their parts are there, or the customer can be visited. deadline: of the contract.
    """

    order: WorkOrder
    site: Site
    contract: Contract | None
    unit: Equipment | None
    visits: tuple[Visit, ...]
    wishes: Mapping[int, tuple[Span, ...]]
    needs: Needs
    ties: Ties

    @property
    def ids(self) -> tuple[int, ...]:
        """The visits' ids."""
        return tuple(visit.id for visit in self.visits)

    @property
    def earliest_at(self) -> datetime | None:
        """Not before."""
        return max((visit.earliest_at for visit in self.visits if visit.earliest_at is not None), default=None)

    @property
    def deadline(self) -> datetime | None:
        """When service must start to keep the contract."""
        times = [deadline(self.order, visit) for visit in self.visits]
        return min((each for each in times if each is not None), default=None)

    @property
    def waits_for_parts(self) -> bool:
        """Whether any of them needs parts."""
        return any(self.needs.parts.get(visit.id) for visit in self.visits)

    @property
    def seconds(self) -> int:
        """Of a technician's time that they take, the way apart."""
        return sum(visit.duration_seconds + visit.setup_seconds for visit in self.visits)

    @property
    def place(self) -> Place | None:
        """Where they are; None: nobody knows."""
        site = self.site
        if site.longitude is None or site.latitude is None:
            return None
        return spot(site.longitude, site.latitude, site.name)

    def candidates(self) -> list[Candidate]:
        """The visits as if they were in no route and had no appointment."""
        return [Candidate(visit, self.order, None, self.wishes.get(visit.id, ())) for visit in self.visits]


def ask(session: Session, order: WorkOrder, group: Group) -> Asked:
    """All that is known of the group's visits; as the system."""
    ids = list(group.visit_ids)
    candidates = [Candidate(visit, order, None, ()) for visit in group.visits]
    return Asked(
        order=order,
        site=session.get_one(Site, order.site_id),
        contract=None if order.contract_id is None else session.get(Contract, order.contract_id),
        unit=None if order.equipment_id is None else session.get(Equipment, order.equipment_id),
        visits=group.visits,
        wishes=_wishes(session, ids),
        needs=needs(session, ids),
        ties=read_ties(session, candidates),
    )


def _wishes(session: Session, ids: Sequence[int]) -> dict[int, tuple[Span, ...]]:
    """The visits' windows that are no appointment's."""
    query = select(VisitWindow).where(VisitWindow.visit_id.in_(ids), VisitWindow.appointment_id.is_(None))
    found: dict[int, tuple[Span, ...]] = {}
    for window in session.scalars(query.order_by(VisitWindow.opens_at)):
        found[window.visit_id] = (*found.get(window.visit_id, ()), (window.opens_at, window.closes_at))
    return found


def on_day(asked: Asked, day: DayBook, place: Place) -> list[Wanted] | Finding:
    """The visits as the day's problem would have them, at the row after its last place where it does not know theirs.

    A finding tells why one of them cannot be planned on the day at all.
    """
    rows = replace(
        day.rows,
        candidates=asked.candidates(),
        routes={},
        sites={asked.site.id: asked.site},
        contracts={} if asked.contract is None else {asked.contract.id: asked.contract},
        skills=asked.needs.skills,
        parts=asked.needs.parts,
        rules=asked.needs.rules,
        ties=asked.ties,
        durations=replace(day.rows.durations, units={} if asked.unit is None else {asked.unit.id: asked.unit}),
    )
    found = work(rows, day.day.crew, day.policy)
    if found.findings:
        return found.findings[0]
    roads = day.built.roads
    if not roads.knows(place):
        roads = Roads(roads.travel, {**roads.index, place.point: len(roads.index)})
    names = copy(day.names)
    names.visits = {visit.candidate.visit.id: visit.candidate.name for visit in found.visits}
    wanted = {part for visit in asked.visits for part in asked.needs.parts.get(visit.id, ())}
    names.parts = {**{part: f"part {part}" for part in wanted}, **names.parts}
    return [visit_in(rows, visit, names, roads) for visit in found.visits]
