"""From rows and drafts to what people see: names, addresses, local times."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Part,
    Plan,
    Shift,
    Site,
    StopKind,
    Technician,
    Territory,
    Visit,
    VisitWindow,
    Warehouse,
    WorkOrder,
)
from dispatch.planning.change.drafts import RouteDraft, StopDraft, of_row
from dispatch.planning.day.candidates import Candidate, candidates, chunks
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.policy import deadline
from dispatch.planning.day.roads import end_of, spot, start_of
from dispatch.planning.day.rows import reach, routes_of, shifts_of
from dispatch.planning.views import LeftOutView, ReasonView, RemedyView, RouteView, StopView, VisitView
from dispatch.travel.places import Place


@dataclass(frozen=True)
class Scene:
    """All rows behind one view of a territory-day. revisions, present: of the current plan's routes, by shift id."""

    horizon: Horizon
    revisions: Mapping[int, int]
    present: Mapping[int, RouteDraft]
    shifts: Mapping[int, Shift]
    technicians: Mapping[int, Technician]
    candidates: Sequence[Candidate]
    visits: Mapping[int, Visit]
    orders: Mapping[int, WorkOrder]
    sites: Mapping[int, Site]
    windows: Mapping[int, Sequence[tuple[Any, Any]]]
    warehouses: Mapping[int, Warehouse]
    parts: Mapping[int, str]
    territory: Territory

    @classmethod
    def read(
        cls,
        session: Session,
        territory: Territory,
        local_date: date,
        plan: Plan | None,
        drafts: Mapping[int, RouteDraft],
        extra: Iterable[int] = (),
    ) -> "Scene":
        """The scene of a plan, and of drafts of which it may know nothing, with `extra` visits besides."""
        horizon = Horizon.of(local_date, territory.time_zone)
        shifts = {shift.id: shift for shift in shifts_of(session, territory.id, local_date)}
        rows = routes_of(session, plan)
        span = reach(list(shifts.values()), horizon)
        waiting = candidates(session, territory.id, plan.id if plan else None, span, session.info["now"]())
        present = {shift: of_row(route) for shift, route in rows.items()}
        stops = [stop for draft in (*drafts.values(), *present.values()) for stop in draft.stops]
        wanted = {stop.visit_id for stop in stops} | set(extra)
        visits = {c.visit.id: c.visit for c in waiting}
        orders = {c.work_order.id: c.work_order for c in waiting}
        _complete(session, visits, orders, wanted - {None})
        stores = {stop.warehouse_id for stop in stops} - {None}
        loads = {int(part) for stop in stops for part in (stop.load or {})}
        technicians = {shift.technician_id for shift in shifts.values()}
        return cls(
            horizon=horizon,
            revisions={shift: route.revision for shift, route in rows.items()},
            present=present,
            shifts=shifts,
            technicians=_rows(session, Technician, technicians),
            candidates=waiting,
            visits=visits,
            orders=orders,
            sites=_rows(session, Site, {order.site_id for order in orders.values()}),
            windows=_windows(session, waiting, visits),
            warehouses=_rows(session, Warehouse, stores),
            parts={part.id: part.number for part in _rows(session, Part, loads).values()},
            territory=territory,
        )

    def technician(self, shift_id: int) -> str:
        """The name of whose shift it is."""
        shift = self.shifts.get(shift_id)
        return "a shift that is gone" if shift is None else self.technicians[shift.technician_id].name

    def code(self, shift_id: int) -> str:
        """The code of the technician whose shift it is."""
        shift = self.shifts.get(shift_id)
        return "?" if shift is None else self.technicians[shift.technician_id].code

    def visit(self, visit_id: int) -> VisitView:
        """The visit as people see it."""
        visit = self.visits[visit_id]
        order = self.orders[visit.work_order_id]
        site = self.sites[order.site_id]
        due = deadline(order, visit)
        return VisitView(
            id=visit.id,
            work_order_id=order.id,
            number=order.number,
            sequence=visit.sequence,
            summary=order.summary,
            status=visit.status,
            priority=order.priority,
            site_id=site.id,
            site=site.name,
            address=f"{site.street} {site.house_number}, {site.city}",
            duration_seconds=visit.duration_seconds,
            windows=tuple(
                (self.horizon.local(opens), self.horizon.local(closes))
                for opens, closes in self.windows.get(visit.id, ())
            ),
            due_at=None if due is None else self.horizon.local(due),
            pinned=visit.pinned_shift_id is not None,
        )

    def place(self, visit_id: int) -> Place | None:
        """Where the visit is, None when its site has no place on the map."""
        site = self.sites[self.orders[self.visits[visit_id].work_order_id].site_id]
        return (
            None if site.latitude is None or site.longitude is None else spot(site.longitude, site.latitude, site.name)
        )


def route_views(scene: Scene, drafts: Mapping[int, RouteDraft]) -> tuple[RouteView, ...]:
    """One route per shift of the day, by technician code; those without a draft are empty."""
    views = [_route(scene, shift, drafts.get(shift.id, RouteDraft(shift.id))) for shift in scene.shifts.values()]
    return tuple(sorted(views, key=lambda view: (view.technician_code, view.shift_starts_at)))


def _route(scene: Scene, shift: Shift, draft: RouteDraft) -> RouteView:
    technician = scene.technicians[shift.technician_id]
    local = scene.horizon.local
    over = 0 if draft.returns_at is None else int((draft.returns_at - shift.ends_at).total_seconds())
    return RouteView(
        shift_id=shift.id,
        technician_id=technician.id,
        technician_code=technician.code,
        technician=technician.name,
        revision=scene.revisions.get(shift.id, 0),
        shift_starts_at=local(shift.starts_at),
        shift_ends_at=local(shift.ends_at),
        departs_at=None if draft.departs_at is None else local(draft.departs_at),
        returns_at=None if draft.returns_at is None else local(draft.returns_at),
        travel_seconds=draft.travel_seconds,
        travel_metres=draft.travel_metres,
        overtime_seconds=max(0, over),
        cost=dict(draft.cost),
        start=start_of(shift, technician),
        end=end_of(shift, technician),
        stops=tuple(_stop(scene, stop) for stop in draft.stops),
    )


def _stop(scene: Scene, stop: StopDraft) -> StopView:
    visit = scene.visit(stop.visit_id) if stop.visit_id is not None and stop.visit_id in scene.visits else None
    warehouse = scene.warehouses.get(stop.warehouse_id or 0)
    title = "Break"
    place: Place | None = None
    if visit is not None and stop.visit_id is not None:
        title, place = f"{visit.number} {visit.summary}", scene.place(stop.visit_id)
    elif warehouse is not None:
        title, place = warehouse.name, spot(warehouse.longitude, warehouse.latitude, warehouse.name)
    elif stop.kind is not StopKind.BREAK:
        title = stop.kind.value.capitalize()
    late = visit.due_at if visit is not None else None
    return StopView(
        kind=stop.kind,
        title=title,
        place=place,
        arrives_at=scene.horizon.local(stop.arrives_at),
        starts_at=scene.horizon.local(stop.starts_at),
        departs_at=scene.horizon.local(stop.departs_at),
        visit=visit,
        warehouse_id=stop.warehouse_id,
        shift_break_id=stop.shift_break_id,
        load=None if stop.load is None else {scene.parts.get(part, str(part)): n for part, n in stop.load.items()},
        late_seconds=0 if late is None else max(0, (stop.starts_at - late) // timedelta(seconds=1)),
        window_kept=_kept(visit, stop),
    )


def _kept(visit: VisitView | None, stop: StopDraft) -> bool | None:
    if visit is None or not visit.windows:
        return None
    return any(opens <= stop.starts_at <= closes for opens, closes in visit.windows)


def left_out_view(scene: Scene, visit_id: int, said: Mapping[str, Any] | None) -> LeftOutView:
    """A visit in no route, with what a run said of it."""
    if said is None:
        return LeftOutView(scene.visit(visit_id))
    return LeftOutView(
        visit=scene.visit(visit_id),
        reasons=tuple(ReasonView(reason["code"], reason["message"]) for reason in said["reasons"]),
        remedies=tuple(RemedyView(remedy["message"], remedy["cost"]) for remedy in said["remedies"]),
    )


def total_cost(routes: Iterable[RouteView]) -> dict[str, int]:
    """The parts of the routes' costs and their total; a technician's fixed cost counts once."""
    parts: dict[str, int] = {}
    paid: set[int] = set()
    for route in routes:
        for part, amount in route.cost.items():
            if part == "fixed" and route.technician_id in paid:
                continue
            parts[part] = parts.get(part, 0) + amount
        if route.cost:
            paid.add(route.technician_id)
    return {**parts, "total": sum(parts.values())}


def _complete(session: Session, visits: dict[int, Visit], orders: dict[int, WorkOrder], wanted: set[Any]) -> None:
    query = select(Visit, WorkOrder).join(WorkOrder, Visit.work_order_id == WorkOrder.id)
    for some in chunks(sorted(wanted - visits.keys())):
        for visit, order in session.execute(query.where(Visit.id.in_(some)).execution_options(populate_existing=True)):
            visits[visit.id] = visit
            orders[order.id] = order


def _rows(session: Session, entity: type[Any], ids: Iterable[Any]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in chunks(sorted(ids)):
        found |= {row.id: row for row in session.scalars(select(entity).where(entity.id.in_(some)))}
    return found


def _windows(
    session: Session, waiting: Sequence[Candidate], visits: Mapping[int, Visit]
) -> dict[int, list[tuple[Any, Any]]]:
    found = {candidate.visit.id: list(candidate.windows) for candidate in waiting}
    query = select(VisitWindow.visit_id, VisitWindow.opens_at, VisitWindow.closes_at).order_by(VisitWindow.opens_at)
    for some in chunks(sorted(visits.keys() - found.keys())):
        for visit, opens, closes in session.execute(query.where(VisitWindow.visit_id.in_(some))):
            found.setdefault(visit, []).append((opens, closes))
    return found
