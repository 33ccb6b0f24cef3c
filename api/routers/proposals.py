"""Proposals: looked at, applied, dropped."""

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import AcceptBroken, AskDep, IdempotencyKey, RowId
from api.responses import failures
from api.routers.plans import as_geojson
from api.schemas.plans import SummaryOut
from api.schemas.proposals import AppliedOut, ProposalOut
from api.transaction import Ask, Transaction
from dispatch.planning import geojson, plans, proposals, summary

router = APIRouter(prefix="/proposals", tags=["planning"], route_class=Transaction)


@router.get(
    "/{key}.geojson",
    response_class=Response,
    operation_id="get_proposal_geojson",
    summary="Get a proposal as GeoJSON",
    responses=failures(401, 403, 404, 422) | {200: {"content": {geojson.MEDIA_TYPE: {}}}},
)
def get_proposal_geojson(ask: AskDep, key: RowId) -> Response:
    """Routes along the streets as lines, stops as points."""
    return as_geojson(ask, plans.preview(ask.session, ask.viewer, key))


@router.get(
    "/{key}",
    response_model=ProposalOut,
    operation_id="get_proposal",
    summary="Get a proposal",
    responses=failures(401, 403, 404, 422),
)
def get_proposal(ask: AskDep, key: RowId) -> Any:
    """What the plan would look like, and what it would change."""
    return _shown(ask, key)


@router.post(
    "/{key}/apply",
    response_model=AppliedOut,
    operation_id="apply_proposal",
    summary="Make a proposal the current plan",
    responses=failures(401, 403, 404, 409, 422),
)
def apply_proposal(ask: AskDep, key: RowId, _key: IdempotencyKey, accepted: AcceptBroken = False) -> Any:
    """Shifts that changed meanwhile, so that the suggestion no longer fits, keep their present route. Refused where it
    would break promises, unless that is accepted."""
    applied = proposals.apply(ask.session, ask.viewer, ask.clock, key, accept_broken_promises=accepted)
    return AppliedOut.model_validate(applied, from_attributes=True)


@router.post(
    "/{key}/drop",
    response_model=ProposalOut,
    operation_id="drop_proposal",
    summary="Drop a proposal",
    responses=failures(401, 403, 404, 409, 422),
)
def drop_proposal(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """It stays on record, and can no longer be applied."""
    proposals.drop(ask.session, ask.viewer, ask.clock, key)
    return _shown(ask, key)


def _shown(ask: Ask, key: int) -> ProposalOut:
    view = plans.preview(ask.session, ask.viewer, key)
    figures = summary.of(view.routes, view.left_out, view.cost)
    shown = {name: getattr(view, name) for name in ProposalOut.model_fields if name != "summary"}
    figures_out = SummaryOut.model_validate(figures, from_attributes=True)
    return ProposalOut.model_validate({**shown, "summary": figures_out}, from_attributes=True)
