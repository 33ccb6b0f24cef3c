"""Plans: looked at, published, changed by hand; and the linter."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from api.dependencies import AcceptBroken, AskDep, IdempotencyKey, IfMatch, RowId
from api.responses import failures
from api.schemas.at_stake import StakesOut
from api.schemas.planning_runs import FindingOut
from api.schemas.plans import ConfidenceOut, LintOut, MoveIn, PlanOpen, PlanOut, PlanQuery, SummaryOut
from api.transaction import Ask, Transaction
from db.models import Promise
from dispatch.access import Action, require
from dispatch.planning import confidence, edit, geojson, linter, plans, publish, stakes, summary
from dispatch.planning.views import PlanView

router = APIRouter(prefix="/plans", tags=["planning"], route_class=Transaction)
lint_router = APIRouter(prefix="/lint", tags=["planning"], route_class=Transaction)

IfNoneMatch = Annotated[str | None, Header(description="The ETag you have: 304 when nothing changed")]


@router.get(
    "",
    response_model=PlanOut,
    operation_id="find_plan",
    summary="Get the plan of a territory-day",
    responses=failures(401, 403, 404, 422) | {304: {"description": "Nothing changed"}},
)
def find_plan(ask: AskDep, query: Annotated[PlanQuery, Query()], if_none_match: IfNoneMatch = None) -> Any:
    """The plan as it stands; with empty routes when nothing has been planned yet."""
    view = plans.current(ask.session, ask.viewer, query.territory, query.date)
    return _answer(view, if_none_match)


@router.post(
    "",
    status_code=201,
    response_model=PlanOut,
    operation_id="open_plan",
    summary="Open the plan of a territory-day, to make it by hand",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def open_plan(ask: AskDep, body: PlanOpen, _key: IdempotencyKey) -> Any:
    """The day's plan, made if there is none yet."""
    plan = edit.open_plan(ask.session, ask.viewer, ask.clock, body.territory_id, body.local_date)
    return _answer(plans.get(ask.session, ask.viewer, plan.id), None, status=201)


@router.get(
    "/{key}.geojson",
    response_class=Response,
    operation_id="get_plan_geojson",
    summary="Get a plan as GeoJSON",
    responses=failures(401, 403, 404, 422)
    | {200: {"content": {geojson.MEDIA_TYPE: {}}}, 304: {"description": "Nothing changed"}},
)
def get_plan_geojson(ask: AskDep, key: RowId, if_none_match: IfNoneMatch = None) -> Response:
    """Routes along the streets as lines, stops as points."""
    return as_geojson(ask, plans.get(ask.session, ask.viewer, key), if_none_match)


@router.get(
    "/{key}/confidence",
    response_model=ConfidenceOut,
    operation_id="get_plan_confidence",
    summary="Get how surely a plan keeps its promises",
    responses=failures(401, 403, 404, 422),
)
def get_plan_confidence(ask: AskDep, key: RowId) -> Any:
    """Simulates the day as it is planned, with durations and travel that vary; whoever is late stays so."""
    view = confidence.of_plan(ask.session, ask.viewer, ask.clock, ask.services.travel, key)
    return ConfidenceOut.model_validate(view, from_attributes=True)


@router.get(
    "/{key}",
    response_model=PlanOut,
    operation_id="get_plan",
    summary="Get a plan",
    responses=failures(401, 403, 404, 422) | {304: {"description": "Nothing changed"}},
)
def get_plan(ask: AskDep, key: RowId, if_none_match: IfNoneMatch = None) -> Any:
    """Routes with local times, what is left out, and the figures."""
    return _answer(plans.get(ask.session, ask.viewer, key), if_none_match)


@router.get(
    "/{key}/promises-at-stake",
    response_model=StakesOut,
    operation_id="get_plan_promises_at_stake",
    summary="Get the promises that a plan breaks",
    responses=failures(401, 403, 404, 422),
)
def get_plan_promises_at_stake(ask: AskDep, key: RowId) -> Any:
    """What publishing it as it stands would break: promises due that day, and those about its visits."""
    require(ask.viewer, Action.READ, Promise)
    found = stakes.read(ask.session, ask.viewer, key)
    return StakesOut.model_validate({"promises_at_stake": found}, from_attributes=True)


@router.post(
    "/{key}/publish",
    response_model=PlanOut,
    operation_id="publish_plan",
    summary="Publish a plan",
    responses=failures(401, 403, 404, 409, 412, 422, 428),
)
def publish_plan(ask: AskDep, key: RowId, tag: IfMatch, _key: IdempotencyKey, accepted: AcceptBroken = False) -> Any:
    """From now on technicians and customers are told, and changes cost. Of two who publish at once, one wins. Refused
    where the plan breaks promises, unless that is accepted."""
    seen = tag.partition("-")[0]
    publish.publish(ask.session, ask.viewer, ask.clock, key, seen, accept_broken_promises=accepted)
    return _answer(plans.get(ask.session, ask.viewer, key), None)


@router.post(
    "/{key}/moves",
    response_model=PlanOut,
    operation_id="move_visit",
    summary="Move a visit by hand",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def move_visit(ask: AskDep, key: RowId, body: MoveIn, _key: IdempotencyKey, accepted: AcceptBroken = False) -> Any:
    """To a shift and a place in it, or out of the plan; the touched routes are timed anew. Also pins and unpins.
    Refused where it would break promises that are kept now, unless that is accepted."""
    wanted = edit.Move(
        visit_id=body.visit_id,
        shift_id=body.shift_id,
        position=body.position,
        pin=body.pin,
        start=body.start_at,
        revisions=body.revisions,
        accept_broken_promises=accepted,
    )
    edit.move(ask.session, ask.viewer, ask.clock, ask.services.travel, key, wanted)
    return _answer(plans.get(ask.session, ask.viewer, key), None)


@lint_router.get(
    "",
    response_model=LintOut,
    operation_id="lint_day",
    summary="Find misconfigurations of a territory-day",
    responses=failures(401, 403, 404, 422),
)
def lint_day(ask: AskDep, query: Annotated[PlanQuery, Query()]) -> Any:
    """Before planning: what would silently stay out of the plan, and why."""
    found = linter.lint(
        ask.session,
        ask.viewer,
        ask.clock,
        ask.services.travel,
        territory_id=query.territory,
        local_date=query.date,
    )
    return LintOut(findings=[FindingOut.model_validate(finding.as_json()) for finding in found])


def as_geojson(ask: Ask, view: PlanView | plans.ProposalView, if_none_match: str | None = None) -> Response:
    """The view as a GeoJSON document, or 304."""
    document = json.dumps(geojson.of(view, ask.services.travel), ensure_ascii=False, separators=(",", ":"))
    tag = hashlib.sha256(document.encode()).hexdigest()[:16]
    return _tagged(document.encode(), tag, geojson.MEDIA_TYPE, if_none_match)


def _answer(view: PlanView, if_none_match: str | None, status: int = 200) -> Response:
    document = _shown(view).model_dump_json().encode()
    # The first part is what publishing compares; the second changes with anything that is shown.
    tag = f"{view.tag}-{hashlib.sha256(document).hexdigest()[:16]}"
    return _tagged(document, tag, "application/json", if_none_match, status)


def _tagged(document: bytes, tag: str, media_type: str, if_none_match: str | None, status: int = 200) -> Response:
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    known = [each.strip().removeprefix("W/").strip('"') for each in (if_none_match or "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(document, status, media_type=media_type, headers=headers)


def _shown(view: PlanView) -> PlanOut:
    figures = SummaryOut.model_validate(summary.of(view.routes, view.left_out, view.cost), from_attributes=True)
    shown = {name: getattr(view, name) for name in PlanOut.model_fields if name != "summary"}
    return PlanOut.model_validate({**shown, "summary": figures}, from_attributes=True)
