"""Slots: what a work order can be offered; and the policies they follow."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import AskDep, RowId
from api.keeping import Keeping
from api.responses import failures
from api.schemas.slots import (
    SlotPolicyCreate,
    SlotPolicyEdit,
    SlotPolicyOut,
    SlotPolicyQuery,
    SlotsOut,
    SlotsQuery,
)
from api.transaction import Transaction
from dispatch.appointments.offering import slots
from dispatch.records.catalogue.slots import SLOT_POLICIES

router = APIRouter(prefix="/work-orders", tags=["appointments"], route_class=Transaction)


@router.get(
    "/{key}/slots",
    response_model=SlotsOut,
    operation_id="get_slots",
    summary="Get the arrival windows that a work order can be offered",
    responses=failures(401, 403, 404, 409, 422),
)
def get_slots(ask: AskDep, key: RowId, query: Annotated[SlotsQuery, Query()]) -> Any:
    """Windows that the plans can really keep beside all that is held and promised, and why others are not offered.

    A GET: it takes nothing from anybody, and may be repeated; what takes room is a hold.
    """
    offered = slots.offer(
        ask.session,
        ask.viewer,
        ask.clock,
        ask.services.travel,
        ask.services.books,
        key,
        width=query.width,
        first_day=query.first_day,
        days=query.days,
        visit_ids=() if query.visit is None else (query.visit,),
    )
    return SlotsOut.model_validate(offered, from_attributes=True)


policy_router = Keeping(
    noun=SLOT_POLICIES,
    path="slot-policies",
    one="slot policy",
    many="slot policies",
    out=SlotPolicyOut,
    query=SlotPolicyQuery,
    create=SlotPolicyCreate,
    edit=SlotPolicyEdit,
    deletes=True,
).router()

routers = (router, policy_router)
