"""Parts, warehouses, and what lies in them and in vans."""

from collections.abc import Iterable
from typing import Any, Final

from db.models import Part, PartSubstitute, VanStock, Warehouse, WarehouseStock
from dispatch.exchange.cells import Duration, Text, Whole
from dispatch.exchange.columns import Column, Link
from dispatch.exchange.kind import Breach, Kind
from dispatch.exchange.kinds.shared import LATITUDE, LONGITUDE, OPENING_HOURS, money, words

_QUANTITY: Final = Whole(0, 1_000_000)


def _maximum_above_minimum(row: Any) -> Iterable[Breach]:
    if row.maximum is not None and row.maximum < row.minimum:
        yield Breach("maximum", "is below minimum", "swap or correct the two")


def _not_itself(row: Any) -> Iterable[Breach]:
    if row.part_id == row.substitute_id:
        yield Breach("substitute", "is the part itself", "name another part, or remove the row")


PARTS: Final = Kind(
    name="parts",
    what="part",
    model=Part,
    key=("number",),
    columns=(
        Column(name="number", cell=Text(64), needed=True),
        Column(name="name", cell=Text(200), needed=True),
        money("unit_cost"),
        Column(name="lead_time_days", cell=Whole(0, 3650)),
        Link(name="manufacturer", to="organisation", help="the organisation's number"),
        Link(name="superseded_by", to="part", late=True, help="the part that replaced it"),
    ),
)

SUBSTITUTES: Final = Kind(
    name="part-substitutes",
    what="substitute",
    model=PartSubstitute,
    key=("part", "substitute"),
    columns=(
        Link(name="part", to="part", needed=True),
        Link(name="substitute", to="part", needed=True, help="may be fitted instead"),
        Column(name="note", cell=Text(200), empty=""),
    ),
    rules=(_not_itself,),
)

WAREHOUSES: Final = Kind(
    name="warehouses",
    what="warehouse",
    model=Warehouse,
    key=("code",),
    columns=(
        Column(name="code", cell=Text(32), needed=True),
        Column(name="name", cell=Text(200), needed=True),
        Link(name="territory", to="territory", needed=True),
        Column(name="latitude", cell=LATITUDE, needed=True, help="degrees"),
        Column(name="longitude", cell=LONGITUDE, needed=True, help="degrees"),
        OPENING_HOURS,
        Column(name="handling", cell=Duration(), attribute="handling_seconds", empty=0, help="what a stop takes"),
        words("tools", "tools lent to vans"),
    ),
)

WAREHOUSE_STOCK: Final = Kind(
    name="warehouse-stock",
    what="warehouse_stock",
    model=WarehouseStock,
    key=("warehouse", "part"),
    columns=(
        Link(name="warehouse", to="warehouse", needed=True),
        Link(name="part", to="part", needed=True),
        Column(name="quantity", cell=_QUANTITY, needed=True),
    ),
)

VAN_STOCK: Final = Kind(
    name="van-stock",
    what="van_stock",
    model=VanStock,
    key=("technician", "part"),
    columns=(
        Link(name="technician", to="technician", needed=True),
        Link(name="part", to="part", needed=True),
        Column(name="quantity", cell=_QUANTITY, needed=True),
        Column(name="minimum", cell=_QUANTITY, empty=0),
        Column(name="maximum", cell=_QUANTITY),
    ),
    rules=(_maximum_above_minimum,),
)
