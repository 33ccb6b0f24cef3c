"""Territories."""

from api.keeping import Keeping
from api.schemas.territories import TerritoryCreate, TerritoryEdit, TerritoryOut, TerritoryQuery
from dispatch.records.catalogue.territories import TERRITORIES

router = Keeping(
    noun=TERRITORIES,
    path="territories",
    one="territory",
    many="territories",
    out=TerritoryOut,
    query=TerritoryQuery,
    create=TerritoryCreate,
    edit=TerritoryEdit,
    deletes=True,
).router()
