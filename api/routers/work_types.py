"""Work types."""

from api.keeping import Keeping
from api.schemas.work_types import WorkTypeCreate, WorkTypeEdit, WorkTypeOut, WorkTypeQuery
from dispatch.records.catalogue.work import WORK_TYPES

router = Keeping(
    noun=WORK_TYPES,
    path="work-types",
    one="work type",
    many="work types",
    out=WorkTypeOut,
    query=WorkTypeQuery,
    create=WorkTypeCreate,
    edit=WorkTypeEdit,
    deletes=True,
).router()
