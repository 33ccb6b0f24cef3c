"""The plan of a day, all of it and per technician."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencies import AskDep
from api.pages.choices import Day, days_of, latest_run, technician_code, territory_by_code, today_of
from api.pages.page_route import PageRoute, visitor
from api.pages.render import render
from api.pages.showing import plan_html, technician_html
from api.transaction import Ask
from db.models import Plan, PlanningRun, Role
from dispatch.access import Action, may
from dispatch.errors import NotFound
from dispatch.planning import plans, publish, stakes
from dispatch.planning.views import PlanView, RouteView
from dispatch.promises.at_stake import PromisesAtStake
from dispatch.records.access_notes import read_access_notes

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Code = Annotated[str, Path(max_length=32)]
LocalDate = Annotated[str, Path(max_length=10)]
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 9000


@router.get("/")
def index(ask: AskDep) -> Response:
    """Today's plan when there is one to see, else a list of the latest."""
    days = days_of(ask.session, ask.viewer, ask.clock.now())
    today = [day for day in days if day.is_today]
    if len(today) == 1:
        return RedirectResponse(today[0].href, 303)
    return HTMLResponse(render("plans.html", plans=days, **visitor(ask)))


@router.get("/plans/{code}")
def show_today(ask: AskDep, code: Code) -> Response:
    """Leads to the territory's plan of today."""
    return RedirectResponse(today_of(territory_by_code(ask.session, code), ask.clock.now()).href, 303)


@router.get("/plans/{code}/{local_date}")
def show_plan(ask: AskDep, request: Request, code: Code, local_date: LocalDate) -> Response:
    """The day of a territory. Technicians are led to their own route."""
    territory = territory_by_code(ask.session, code)
    day = Day(territory.code, territory.name, _date(local_date))
    if ask.viewer.role is Role.TECHNICIAN:
        return RedirectResponse(f"{day.href}/technicians/{quote(technician_code(ask.session, ask.viewer))}", 303)
    return HTMLResponse(_plan_page(ask, request, territory.id, day))


@router.post("/plans/{code}/{local_date}/publish")
def publish_plan(
    ask: AskDep,
    request: Request,
    code: Code,
    local_date: LocalDate,
    tag: Annotated[str, Form(max_length=100)],
    accept: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Publishes the plan as it was shown; the page again where that would break promises that nobody accepted."""
    territory = territory_by_code(ask.session, code)
    day = Day(territory.code, territory.name, _date(local_date))
    view = plans.current(ask.session, ask.viewer, territory.id, day.local_date)
    try:
        publish.publish(ask.session, ask.viewer, ask.clock, view.id or 0, tag, accept_broken_promises=accept == "yes")
    except PromisesAtStake:
        return HTMLResponse(_plan_page(ask, request, territory.id, day), 409)
    return RedirectResponse(day.href, 303)


def _plan_page(ask: Ask, request: Request, territory_id: int, day: Day) -> str:
    view = plans.current(ask.session, ask.viewer, territory_id, day.local_date)
    unpublished = view.id is not None and view.published_at is None and any(route.stops for route in view.routes)
    return plan_html(
        view,
        request.app.state.drawing,
        ask.clock.now(),
        here=day.href,
        days=[("← day before", day.moved(-1).href), ("day after →", day.moved(1).href)],
        downloads=list(_downloads(ask, view)),
        show_cost=may(ask.viewer, Action.READ, PlanningRun),
        promises=() if view.id is None else stakes.read(ask.session, ask.viewer, view.id),
        may_publish=unpublished and may(ask.viewer, Action.EDIT, Plan),
        who=visitor(ask),
    )


@router.get("/plans/{code}/{local_date}/technicians/{technician}")
def show_technician(
    ask: AskDep,
    request: Request,
    code: Code,
    local_date: LocalDate,
    technician: Annotated[str, Path(max_length=32)],
) -> Response:
    """The day of one technician; for themselves, with the ways in."""
    territory = territory_by_code(ask.session, code)
    day = Day(territory.code, territory.name, _date(local_date))
    view = plans.current(ask.session, ask.viewer, territory.id, day.local_date)
    route = next((route for route in view.routes if route.technician_code == technician), None)
    if route is None:
        raise NotFound(f"There is no route of {technician} on {day.local_date} that you may see.")
    page = technician_html(
        view,
        route,
        request.app.state.drawing,
        ask.clock.now(),
        here=day.href,
        access_notes=_access_notes(ask, view, route),
        who=visitor(ask),
    )
    return HTMLResponse(page)


def _date(said: str) -> date:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        raise NotFound(f"{said!r} is no day; write it like 2026-03-31.") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotFound(f"{said} is out of range; there are plans from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31.")
    return found


def _access_notes(ask: Ask, view: PlanView, route: RouteView) -> list[tuple[str, str]]:
    """The ways in at the stops of the viewer's own day, if it is today's; nobody else gets any."""
    viewer = ask.viewer
    if viewer.role is not Role.TECHNICIAN or viewer.technician_id != route.technician_id:
        return []
    if view.local_date != viewer.today:
        return []
    visits = [stop.visit for stop in route.visits if stop.visit is not None]
    notes = ((visit.number, read_access_notes(ask.session, viewer, visit.site_id).text) for visit in visits)
    return [(number, note) for number, note in notes if note]


def _downloads(ask: Ask, view: PlanView) -> Iterator[tuple[str, str]]:
    if view.id is not None:
        yield "Routes and stops as GeoJSON", f"/v1/plans/{view.id}.geojson"
    run = latest_run(ask.session, ask.viewer, view.territory_id, view.local_date)
    if run is not None:
        yield "The last run's problem, for dispatch solve", f"/v1/planning-runs/{run}/problem"
        yield "The last run's solution, for dispatch check", f"/v1/planning-runs/{run}/solution"
