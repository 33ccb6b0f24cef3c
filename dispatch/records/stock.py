"""Moving parts: a movement and the quantities it changes, in one act."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import MovementKind, StockMovement, VanStock, WarehouseStock
from dispatch.access import Action, Viewer, require
from dispatch.access.audit import note
from dispatch.errors import Fault, Invalid, RuleBroken
from dispatch.records.nouns import Values
from dispatch.records.references import reference_faults

MOST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse or a van."""

    warehouse_id: int | None
    technician_id: int | None

    @property
    def is_outside(self) -> bool:
        """Whether it is neither: a supplier, a customer's unit, the bin."""
        return self.warehouse_id is None and self.technician_id is None

    def __str__(self) -> str:
        return f"warehouse {self.warehouse_id}" if self.warehouse_id is not None else f"van of {self.technician_id}"


def move(session: Session, viewer: Viewer, values: Values) -> StockMovement:
    """A new movement; what it takes from one place and brings to another is counted there. Flushed.

    Raises Forbidden, Invalid when the places do not fit the kind, RuleBroken when there is not enough to take.
    """
    require(viewer, Action.CREATE, StockMovement)
    source = Place(values.get("from_warehouse_id"), values.get("from_technician_id"))
    target = Place(values.get("to_warehouse_id"), values.get("to_technician_id"))
    faults = reference_faults(session, StockMovement, values) + _kind_faults(values["kind"], source, target)
    if faults:
        msg = f"The movement cannot be made like this: {len(faults)} fault{'s' if len(faults) > 1 else ''}."
        raise Invalid(msg, tuple(faults))
    given = {name: value for name, value in values.items() if value is not None}
    movement = StockMovement(**({"moved_at": session.info["now"]()} | given))
    # Locked in one order, so that two movements between the same places never wait for each other.
    places = sorted((place for place in (source, target) if not place.is_outside), key=str)
    stocks = {place: _locked(session, place, movement.part_id) for place in places}
    changes = [(place, -movement.quantity if place == source else movement.quantity) for place in places]
    for place, change in changes:
        _refuse_impossible(place, stocks[place], change)
    for place, change in changes:
        stocks[place].quantity += change
    session.flush()
    session.add(movement)
    session.flush()
    note(session, viewer, Action.CREATE, movement, {name: (None, value) for name, value in given.items()})
    session.flush()
    return movement


def _kind_faults(kind: MovementKind, source: Place, target: Place) -> list[Fault]:
    for name, place in (("from", source), ("to", target)):
        if place.warehouse_id is not None and place.technician_id is not None:
            return [Fault(f"/{name}_technician_id", "A place is a warehouse or a van, not both; leave one out.")]
    ends = (not source.is_outside, not target.is_outside)
    wanted = {
        MovementKind.RECEIPT: ((False, True), "from outside into a warehouse or van"),
        MovementKind.TRANSFER: ((True, True), "between two places of ours"),
        MovementKind.USE: ((True, False), "out of a van or warehouse, into a unit"),
        MovementKind.RETURN: ((True, False), "out of a van or warehouse, back to the supplier"),
    }
    if kind is MovementKind.COUNT:
        return (
            [] if ends in ((True, False), (False, True)) else [Fault("/kind", "A count corrects one place; name one.")]
        )
    fits, words = wanted[kind]
    if ends != fits:
        return [Fault("/kind", f"A {kind} goes {words}; name the places to match.")]
    return [Fault("/to_warehouse_id", "The places are the same; name another one.")] if source == target else []


def _locked(session: Session, place: Place, part_id: int) -> WarehouseStock | VanStock:
    """The row that counts a part at a place, locked; made when there is none yet."""
    stock: WarehouseStock | VanStock | None
    if place.warehouse_id is not None:
        here = (WarehouseStock.warehouse_id == place.warehouse_id, WarehouseStock.part_id == part_id)
        stock = session.scalar(select(WarehouseStock).where(*here).with_for_update())
        fresh: WarehouseStock | VanStock = WarehouseStock(warehouse_id=place.warehouse_id, part_id=part_id, quantity=0)
    else:
        there = (VanStock.technician_id == place.technician_id, VanStock.part_id == part_id)
        stock = session.scalar(select(VanStock).where(*there).with_for_update())
        fresh = VanStock(technician_id=place.technician_id, part_id=part_id, quantity=0)
    if stock is None:
        session.add(fresh)
    return stock or fresh


def _refuse_impossible(place: Place, stock: WarehouseStock | VanStock, change: int) -> None:
    if not 0 <= stock.quantity + change <= MOST:
        msg = (
            f"The {place} has {stock.quantity} of part {stock.part_id}, {abs(change)} cannot be moved; count the "
            "stock, or move less."
        )
        raise RuleBroken(msg)
