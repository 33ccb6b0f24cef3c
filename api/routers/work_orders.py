"""Work orders."""

from api.keeping import Keeping
from api.schemas.work_orders import WorkOrderCreate, WorkOrderEdit, WorkOrderEdited, WorkOrderOut, WorkOrderQuery
from api.transaction import Ask
from db.models import WorkOrder
from dispatch.intake.channels.recorded import give_deadlines
from dispatch.promises import standards
from dispatch.records.catalogue.calling_off import consequences
from dispatch.records.catalogue.work import WORK_ORDERS


def _give_deadlines(ask: Ask, order: WorkOrder, is_new: bool) -> None:
    if is_new:
        give_deadlines(ask.session, order)
    else:
        standards.follow(ask.session, order.id)


def _consequences(ask: Ask, order: WorkOrder) -> dict[str, list[str]]:
    return {"consequences": consequences(ask.session, order)}


router = Keeping(
    noun=WORK_ORDERS,
    path="work-orders",
    one="work order",
    many="work orders",
    out=WorkOrderOut,
    query=WorkOrderQuery,
    create=WorkOrderCreate,
    edit=WorkOrderEdit,
    after=_give_deadlines,
    edited=(WorkOrderEdited, _consequences),
).router()
