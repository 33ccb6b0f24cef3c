"""What a work order remembers of its folding (`WorkOrder.folded`), so that what people wrote by hand survives."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from db.models import Priority, WorkOrder, WorkOrderStatus
from dispatch.intake.merging.derived import ALARMED, COLUMNS, base_of

_INSTANTS = frozenset({"reported_at", "due_at", "repair_due_at"})


@dataclass
class Memory:
    """base: what the order says of itself. written: what folding wrote last. by_hand: what people wrote over it since.

    emergencies: tickets that told of danger when folding last looked; knew: {column: those that were known when a
    person last wrote it, and so overrule it no more}.
    needs: what folding added to visits: {visit id: {"skills" | "parts": {id: [before | None, written]}}}.
    emptied: status of the order and of the visits that were called off when its last ticket left; None: it has tickets.
    woken: it waited for the customer until danger was told.
    """

    base: dict[str, Any]
    written: dict[str, Any]
    by_hand: dict[str, Any] = field(default_factory=dict)
    emergencies: list[int] = field(default_factory=list)
    knew: dict[str, list[int]] = field(default_factory=dict)
    needs: dict[str, Any] = field(default_factory=dict)
    emptied: dict[str, Any] | None = None
    woken: bool = False

    @classmethod
    def of(cls, order: WorkOrder) -> Self:
        """The memory of an order; a new one for an order that a person made, and no ticket came to yet."""
        if order.folded is None:
            return cls(base=base_of(order), written=base_of(order))
        kept = order.folded
        return cls(
            base=_values(kept["base"]),
            written=_values(kept["written"]),
            by_hand=_values(kept["by_hand"]),
            emergencies=list(kept["emergencies"]),
            knew={column: list(known) for column, known in kept["knew"].items()},
            needs={visit: {kind: dict(rows) for kind, rows in what.items()} for visit, what in kept["needs"].items()},
            emptied=kept["emptied"],
            woken=kept.get("woken", False),
        )

    def notice(self, order: WorkOrder) -> None:
        """Remembers what people wrote over what folding wrote. A status goes its own way and is no such thing."""
        for column in COLUMNS:
            value = getattr(order, column)
            if column != "status" and value != self.written[column]:
                self.by_hand[column] = value
                if column in ALARMED:
                    self.knew[column] = list(self.emergencies)

    def kept(self) -> dict[str, Any]:
        """As it is written into the row."""
        return {
            "base": _plain(self.base),
            "written": _plain(self.written),
            "by_hand": _plain(self.by_hand),
            "emergencies": self.emergencies,
            "knew": self.knew,
            "needs": self.needs,
            "emptied": self.emptied,
            "woken": self.woken,
        }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        column: value.isoformat() if isinstance(value, datetime) else value for column, value in sorted(values.items())
    }


def _values(kept: dict[str, Any]) -> dict[str, Any]:
    return {column: _value(column, value) for column, value in kept.items()}


def _value(column: str, value: Any) -> Any:
    if value is not None and column in _INSTANTS:
        return datetime.fromisoformat(value)
    if column == "priority":
        return Priority(value)
    return WorkOrderStatus(value) if column == "status" else value
