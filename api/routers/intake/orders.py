"""Work orders as their tickets tell them, and which tickets belong to them."""

from typing import Any

from fastapi import APIRouter

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.keeping import Keeping
from api.responses import failures
from api.schemas.intake.facts import ClocksOut, DeadlineOut, FoldedOut, PartiesOut
from api.schemas.intake.matches import ChangeOut, MergeIn, MergeOut, MergeQuery, MoveIn, SplitIn
from api.transaction import Transaction
from db.models import Merge
from dispatch.intake import merging
from dispatch.intake.clocks import Deadline
from dispatch.intake.facts import folding
from dispatch.records.nouns import Noun

router = APIRouter(prefix="/work-orders", tags=["work orders"], route_class=Transaction)
merges_router = Keeping(
    noun=Noun(Merge, hidden=frozenset({"before"})),
    path="merges",
    one="merge",
    many="merges",
    out=MergeOut,
    query=MergeQuery,
).router()


@router.get(
    "/{key}/folded",
    response_model=FoldedOut,
    operation_id="get_folded",
    summary="Get a work order as its tickets tell it",
    responses=failures(401, 403, 404, 422),
)
def get_folded(ask: AskDep, key: RowId) -> Any:
    """Field by field with who said so; where parties contradict each other, all values side by side."""
    return FoldedOut.model_validate(folding.fold(ask.session, ask.viewer, key), from_attributes=True)


@router.get(
    "/{key}/parties",
    response_model=PartiesOut,
    operation_id="list_parties",
    summary="List everybody who has to do with a work order",
    responses=failures(401, 403, 404, 422),
)
def list_parties(ask: AskDep, key: RowId) -> Any:
    """The parties of all its tickets."""
    parties = folding.fold(ask.session, ask.viewer, key).parties
    return PartiesOut.model_validate({"items": parties}, from_attributes=True)


@router.get(
    "/{key}/clocks",
    response_model=ClocksOut,
    operation_id="get_clocks",
    summary="Get the contract clocks of a work order",
    responses=failures(401, 403, 404, 422),
)
def get_clocks(ask: AskDep, key: RowId) -> Any:
    """Response and repair deadlines, the strictest of all contracts and reports, with how they were derived."""
    clocks = folding.fold(ask.session, ask.viewer, key).clocks
    return ClocksOut(
        response=_deadline(clocks.response),
        repair=_deadline(clocks.repair),
        all=[shown for each in clocks.all if (shown := _deadline(each)) is not None],
    )


@router.post(
    "/{key}/merge",
    response_model=ChangeOut,
    operation_id="merge_tickets",
    summary="Put tickets into a work order",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def merge_tickets(ask: AskDep, key: RowId, body: MergeIn, _key: IdempotencyKey) -> Any:
    """Adds memberships; nothing is moved or lost, and it can be taken back."""
    return _change(merging.merge(ask.session, ask.viewer, body.ticket_ids, key))


@router.post(
    "/{key}/split",
    response_model=ChangeOut,
    operation_id="split_work_order",
    summary="Take tickets out of a work order into one of their own",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def split_work_order(ask: AskDep, key: RowId, body: SplitIn, _key: IdempotencyKey) -> Any:
    """They were about something else."""
    return _change(merging.split(ask.session, ask.viewer, key, body.ticket_ids))


@router.post(
    "/{key}/move",
    response_model=ChangeOut,
    operation_id="move_tickets",
    summary="Take tickets from one work order to another",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def move_tickets(ask: AskDep, key: RowId, body: MoveIn, _key: IdempotencyKey) -> Any:
    """They were about the other one."""
    return _change(merging.move(ask.session, ask.viewer, body.ticket_ids, key, body.to_work_order_id))


@merges_router.post(
    "/{key}/undo",
    response_model=ChangeOut,
    operation_id="undo_merge",
    summary="Take a merge, split or move back",
    responses=failures(401, 403, 404, 409, 422),
)
def undo_merge(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """Memberships are exactly as before; what was said meanwhile stays where it belongs."""
    return _change(merging.unmerge(ask.session, ask.viewer, key))


def _change(change: merging.Change) -> ChangeOut:
    return ChangeOut.model_validate(change, from_attributes=True)


def _deadline(found: Deadline | None) -> DeadlineOut | None:
    if found is None:
        return None
    return DeadlineOut(
        kind=found.kind,
        contract_id=found.contract_id,
        ticket_id=found.ticket_id,
        at=found.at,
        paused_since=found.paused_since,
        used_seconds=int(found.used.total_seconds()),
        steps=list(found.steps),
    )
