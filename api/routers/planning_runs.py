"""Planning runs: asked for, watched, cancelled, downloaded."""

import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import anyio
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.pagination import PageOut, finish_page, start_of
from api.responses import failures
from api.schemas.planning_runs import PlanningRunCreate, PlanningRunOut, PlanningRunQuery, run_out
from api.transaction import Ask, Transaction
from dispatch.compute.solving import Effort
from dispatch.planning import runs

router = APIRouter(prefix="/planning-runs", tags=["planning"], route_class=Transaction)

LOOK_EVERY: Final = 0.3
"""Seconds between two looks at a run that somebody watches."""

COME_BACK_AFTER: Final = 1000
"""Milliseconds after which a client that lost the connection comes back."""


@router.post(
    "",
    status_code=202,
    response_model=PlanningRunOut,
    operation_id="create_planning_run",
    summary="Plan a day",
    responses=failures(400, 401, 403, 404, 413, 415, 422),
)
def create_planning_run(ask: AskDep, response: Response, body: PlanningRunCreate, _key: IdempotencyKey) -> Any:
    """Queues a run; Location is where to watch it."""
    chosen = ask.services.settings
    by_clock = body.seconds is None and body.iterations is None
    effort = Effort(
        seconds=chosen.solve_seconds if by_clock else body.seconds,
        iterations=body.iterations,
        threads=chosen.solve_threads,
        seed=body.seed,
    )
    run = runs.request_run(
        ask.session, ask.viewer, ask.clock, territory_id=body.territory_id, local_date=body.local_date, effort=effort
    )
    response.headers["Location"] = f"/v1/planning-runs/{run.id}"
    return run_out(run, None)


@router.get(
    "",
    response_model=PageOut[PlanningRunOut],
    operation_id="list_planning_runs",
    summary="List planning runs, newest first",
    responses=failures(401, 403, 422),
)
def list_planning_runs(
    ask: AskDep, request: Request, response: Response, query: Annotated[PlanningRunQuery, Query()]
) -> Any:
    """The runs you may see."""
    start = start_of(query)
    found = runs.listed(
        ask.session,
        ask.viewer,
        territory_id=query.territory_id,
        local_date=query.local_date,
        before=None if start is None else start[1],
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    after = (shown[-1].id, shown[-1].id) if len(found) > query.limit else None
    proposals = runs.proposals_of(ask.session, [run.id for run in shown])
    items = [run_out(run, proposals.get(run.id)) for run in shown]
    return PageOut(items=items, next=finish_page(request, response, query, after))


@router.get(
    "/{key}",
    response_model=PlanningRunOut,
    operation_id="get_planning_run",
    summary="Get a planning run",
    responses=failures(401, 403, 404, 422),
)
def get_planning_run(ask: AskDep, key: RowId) -> Any:
    """How far it is, and what came of it."""
    return _shown(ask, key)


@router.post(
    "/{key}/cancel",
    response_model=PlanningRunOut,
    operation_id="cancel_planning_run",
    summary="Cancel a planning run",
    responses=failures(401, 403, 404, 409, 422),
)
def cancel_planning_run(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """Stops it within a second; one that has ended cannot be cancelled."""
    run = runs.cancel(ask.session, ask.viewer, ask.clock, key)
    return run_out(run, None)


@router.get(
    "/{key}/problem",
    response_class=Response,
    operation_id="download_problem",
    summary="Download a run's problem file",
    responses=failures(401, 403, 404, 422) | {200: {"content": {"application/json": {}}}},
)
def download_problem(ask: AskDep, key: RowId) -> Response:
    """For `dispatch solve`; with the run's seed and iterations it gives the run's solution again."""
    return _file(runs.problem_file(ask.session, ask.viewer, key), f"run-{key}-problem.json")


@router.get(
    "/{key}/solution",
    response_class=Response,
    operation_id="download_solution",
    summary="Download a run's solution file",
    responses=failures(401, 403, 404, 422) | {200: {"content": {"application/json": {}}}},
)
def download_solution(ask: AskDep, key: RowId) -> Response:
    """For `dispatch check`."""
    return _file(runs.solution_file(ask.session, ask.viewer, key), f"run-{key}-solution.json")


def _known(ask: AskDep, key: RowId) -> Ask:
    runs.get(ask.session, ask.viewer, key)
    return ask


@router.get(
    "/{key}/events",
    response_class=EventSourceResponse,
    operation_id="watch_planning_run",
    summary="Watch a planning run (server-sent events)",
    responses=failures(401, 403, 404, 422),
)
async def watch_planning_run(
    ask: Annotated[Ask, Depends(_known)],
    key: RowId,
    last_event_id: Annotated[str | None, Header(description="The last event you got: it is not sent again")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Event `progress` with the run whenever it changed, then `finished` once; close the connection then."""
    seen = last_event_id
    while True:
        run = await run_in_threadpool(_look, ask, key)
        data = run.model_dump(mode="json")
        tag = hashlib.sha256(run.model_dump_json().encode()).hexdigest()[:16]
        over = run.status in runs.OVER
        if tag != seen or over:
            event = "finished" if over else "progress"
            yield ServerSentEvent(data=data, event=event, id=tag, retry=COME_BACK_AFTER)
        if over:
            return
        seen = tag
        await anyio.sleep(LOOK_EVERY)


def _look(ask: Ask, key: int) -> PlanningRunOut:
    # The request's own session is closed by now; each look is a transaction of its own.
    with ask.services.uow(viewer=ask.viewer, read_only=True) as session:
        run = runs.get(session, ask.viewer, key)
        return run_out(run, runs.proposal_of(session, key))


def _shown(ask: Ask, key: int) -> PlanningRunOut:
    return run_out(runs.get(ask.session, ask.viewer, key), runs.proposal_of(ask.session, key))


def _file(document: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(document, media_type="application/json", headers=headers)
