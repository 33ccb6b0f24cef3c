"""Parts, vans, warehouses and movements."""

from sqlalchemy.orm import Session

from db.models import Part, PartSubstitute, StockMovement, VanStock, Warehouse, WarehouseStock
from dispatch.access import Viewer
from dispatch.errors import Fault
from dispatch.records.catalogue.hours import opening_faults
from dispatch.records.nouns import Collection, Draft, Noun, Values


def _check_part(_session: Session, draft: Draft[Part]) -> list[Fault]:
    part, faults = draft.row, []
    if part.superseded_by_id is not None and part.superseded_by_id == part.id:
        faults.append(Fault("/superseded_by_id", "A part cannot supersede itself; name the newer part."))
    for index, each in enumerate(draft.hanging.get("substitutes", ())):
        if each["substitute_id"] == part.id:
            faults.append(Fault(f"/substitutes/{index}", "A part is no substitute of itself; leave it out."))
    return faults


def _check_warehouse(_session: Session, draft: Draft[Warehouse]) -> list[Fault]:
    return opening_faults(draft.row.opening_hours or {})


def _check_van_stock(_session: Session, draft: Draft[VanStock]) -> list[Fault]:
    stock = draft.row
    if stock.maximum is not None and stock.maximum < (stock.minimum or 0):
        return [Fault("/maximum", f"maximum {stock.maximum} is below minimum {stock.minimum}.")]
    return []


def _empty(_session: Session, _viewer: Viewer, values: Values) -> Values:
    """Movements bring the parts in."""
    return values | {"quantity": 0}


PARTS = Noun(
    Part,
    collections=(Collection("substitutes", PartSubstitute, "part_id", ("substitute_id",)),),
    search=("number", "name"),
    check=_check_part,
)
WAREHOUSES = Noun(
    Warehouse,
    collections=(Collection("stock", WarehouseStock, "warehouse_id", ("part_id",), order="part_id", kept=False),),
    search=("code", "name"),
    check=_check_warehouse,
)
VAN_STOCK = Noun(VanStock, prepare=_empty, check=_check_van_stock)
STOCK_MOVEMENTS = Noun(StockMovement)
