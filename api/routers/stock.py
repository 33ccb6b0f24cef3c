"""Parts, van stock, warehouses and stock movements."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.dependencies import AskDep, IdempotencyKey
from api.keeping import Keeping
from api.responses import failures
from api.schemas.stock import (
    PartCreate,
    PartEdit,
    PartOut,
    PartQuery,
    StockMovementCreate,
    StockMovementOut,
    StockMovementQuery,
    VanStockCreate,
    VanStockEdit,
    VanStockOut,
    VanStockQuery,
    WarehouseCreate,
    WarehouseEdit,
    WarehouseOut,
    WarehouseQuery,
)
from dispatch.records.catalogue.stock import PARTS, STOCK_MOVEMENTS, VAN_STOCK, WAREHOUSES
from dispatch.records.stock import move
from dispatch.records.views import view

_movements = Keeping(
    noun=STOCK_MOVEMENTS,
    path="stock-movements",
    one="stock movement",
    many="stock movements",
    out=StockMovementOut,
    query=StockMovementQuery,
).router()


@_movements.post(
    "",
    status_code=201,
    response_model=StockMovementOut,
    operation_id="create_stock_movement",
    summary="Move parts",
    responses=failures(400, 401, 403, 409, 413, 415, 422),
)
def create_stock_movement(
    ask: AskDep, request: Request, response: Response, body: StockMovementCreate, _key: IdempotencyKey
) -> Any:
    """The quantities of both places change with it; what would leave less than nothing is refused."""
    movement = move(ask.session, ask.viewer, body.given())
    response.headers["Location"] = f"{request.url.path}/{movement.id}"
    return StockMovementOut.model_validate(view(ask.session, STOCK_MOVEMENTS, movement))


routers: Final[tuple[APIRouter, ...]] = (
    Keeping(
        noun=PARTS,
        path="parts",
        one="part",
        many="parts",
        out=PartOut,
        query=PartQuery,
        create=PartCreate,
        edit=PartEdit,
        deletes=True,
    ).router(),
    Keeping(
        noun=VAN_STOCK,
        path="van-stock",
        one="row of van stock",
        many="van stock",
        out=VanStockOut,
        query=VanStockQuery,
        create=VanStockCreate,
        edit=VanStockEdit,
        deletes=True,
    ).router(),
    Keeping(
        noun=WAREHOUSES,
        path="warehouses",
        one="warehouse",
        many="warehouses",
        out=WarehouseOut,
        query=WarehouseQuery,
        create=WarehouseCreate,
        edit=WarehouseEdit,
        deletes=True,
    ).router(),
    _movements,
)
