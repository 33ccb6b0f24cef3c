"""Work orders as their tickets tell them, and which tickets belong to them."""

from typing import Any

from fastapi import APIRouter

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.keeping import Keeping
from api.reception import thresholds
from api.routers.intake.shapes import acts, reads
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


@reads(router, "/{key}/folded", FoldedOut, "get_folded", "Get a work order as its tickets tell it")
def get_folded(ask: AskDep, key: RowId) -> Any:
    """Field by field with who said so; where parties contradict each other, all values side by side."""
    return FoldedOut.model_validate(folding.fold(ask.session, ask.viewer, key), from_attributes=True)


@reads(router, "/{key}/parties", PartiesOut, "list_parties", "List everybody who has to do with a work order")
def list_parties(ask: AskDep, key: RowId) -> Any:
    """The parties of all its tickets."""
    parties = folding.fold(ask.session, ask.viewer, key).parties
    return PartiesOut.model_validate({"items": parties}, from_attributes=True)


@reads(router, "/{key}/clocks", ClocksOut, "get_clocks", "Get the contract clocks of a work order")
def get_clocks(ask: AskDep, key: RowId) -> Any:
    """Response and repair deadlines, the strictest of all contracts and reports, with how they were derived."""
    clocks = folding.fold(ask.session, ask.viewer, key).clocks
    return ClocksOut(
        response=_deadline(clocks.response),
        repair=_deadline(clocks.repair),
        all=[shown for each in clocks.all if (shown := _deadline(each)) is not None],
    )


@acts(router, "/{key}/merge", ChangeOut, "merge_tickets", "Put tickets into a work order")
def merge_tickets(ask: AskDep, key: RowId, body: MergeIn, _key: IdempotencyKey) -> Any:
    """Adds memberships; nothing is moved or lost, and it can be taken back."""
    return _change(merging.merge(ask.session, ask.viewer, body.ticket_ids, key))


@acts(router, "/{key}/split", ChangeOut, "split_work_order", "Take tickets out of a work order into one of their own")
def split_work_order(ask: AskDep, key: RowId, body: SplitIn, _key: IdempotencyKey) -> Any:
    """They were about something else."""
    return _change(merging.split(ask.session, ask.viewer, key, body.ticket_ids))


@acts(router, "/{key}/move", ChangeOut, "move_tickets", "Take tickets from one work order to another")
def move_tickets(ask: AskDep, key: RowId, body: MoveIn, _key: IdempotencyKey) -> Any:
    """They were about the other one."""
    return _change(merging.move(ask.session, ask.viewer, body.ticket_ids, key, body.to_work_order_id))


@acts(merges_router, "/{key}/undo", ChangeOut, "undo_merge", "Take a merge, split or move back", has_body=False)
def undo_merge(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """Memberships are exactly as before; what was said meanwhile stays where it belongs. Tickets that a score added
    since are placed again, and named."""
    return _change(merging.unmerge(ask.session, ask.viewer, key, thresholds(ask.services.settings)))


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
