"""Work orders."""

from api.keeping import Keeping
from api.schemas.work_orders import WorkOrderCreate, WorkOrderEdit, WorkOrderOut, WorkOrderQuery
from dispatch.records.catalogue.work import WORK_ORDERS

router = Keeping(
    noun=WORK_ORDERS,
    path="work-orders",
    one="work order",
    many="work orders",
    out=WorkOrderOut,
    query=WorkOrderQuery,
    create=WorkOrderCreate,
    edit=WorkOrderEdit,
).router()
