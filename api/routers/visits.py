"""Visits."""

from api.keeping import Keeping
from api.schemas.visits import VisitCreate, VisitEdit, VisitOut, VisitQuery
from dispatch.records.catalogue.work import VISITS

router = Keeping(
    noun=VISITS,
    path="visits",
    one="visit",
    many="visits",
    out=VisitOut,
    query=VisitQuery,
    create=VisitCreate,
    edit=VisitEdit,
).router()
