"""What a work order's columns say, as a pure function of its tickets, their facts and its contracts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from db.models import Priority, Ticket, WorkOrder, WorkOrderStatus
from dispatch.intake.clocks import Clocks
from dispatch.intake.facts.side_by_side import normal

COLUMNS: Final = (
    "priority",
    "summary",
    "description",
    "equipment_id",
    "contract_id",
    "payer_id",
    "reported_at",
    "due_at",
    "repair_due_at",
    "late_cost_per_hour",
    "status",
)
"""What is derived. Of a status only this: an emergency makes a draft ready."""

ALARMED: Final = frozenset({"priority", "summary", "due_at"})
"""Columns in which danger that is told later counts, whatever a person wrote there before they knew of it."""

URGENCY: Final = (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.EMERGENCY)
LONGEST_SUMMARY: Final = 200
Base = Mapping[str, Any]
"""What the order says of itself, apart from its tickets: as a person made it, or as triage proposed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the tickets of an order tell together. tickets: the earliest first, all others by ticket id.

    symptoms, priorities: that hold, in the order they were said. units: of those tickets, standing at the order's site.
    payer_id: the organisation that is a paying party. absorbed: priorities of orders that were merged into this one.
    danger: the words that tell of danger, by ticket; the earliest told first.
    """

    tickets: Sequence[Ticket]
    symptoms: Mapping[int, Sequence[str]] = field(default_factory=dict)
    priorities: Sequence[Priority] = ()
    units: Mapping[int, int] = field(default_factory=dict)
    payer_id: int | None = None
    absorbed: Sequence[Priority] = ()
    danger: Mapping[int, str] = field(default_factory=dict)

    @property
    def emergencies(self) -> list[int]:
        """The tickets that tell of danger."""
        return sorted(ticket.id for ticket in self.tickets if ticket.emergency)


def derive_columns(base: Base, told: Told, clocks: Clocks) -> dict[str, Any]:
    """{column: value}: the strictest of what the order and its tickets say; the earliest where nothing is stricter."""
    return {
        "priority": derive_priority(base, told),
        "summary": _summary(base, told),
        "description": _description(base, told),
        "equipment_id": base["equipment_id"] or _first_unit(told),
        "contract_id": base["contract_id"] or clocks.contract_id,
        "payer_id": base["payer_id"] or told.payer_id,
        "reported_at": _earliest(base["reported_at"], *(ticket.received_at for ticket in told.tickets)),
        "due_at": _earliest(base["due_at"], clocks.response.at if clocks.response else None),
        "repair_due_at": _earliest(base["repair_due_at"], clocks.repair.at if clocks.repair else None),
        "late_cost_per_hour": max(base["late_cost_per_hour"], clocks.late_cost_per_hour),
        "status": _status(base, told),
    }


def base_of(order: WorkOrder) -> dict[str, Any]:
    """What an order that a person made says of itself."""
    return {column: getattr(order, column) for column in COLUMNS}


def first_unit(told: Told) -> int | None:
    """The unit that the earliest ticket names."""
    return _first_unit(told)


def derive_priority(base: Base, told: Told) -> Priority:
    """The highest that the order and its tickets say; danger makes an emergency."""
    if told.emergencies:
        return Priority.EMERGENCY
    own: Priority = base["priority"]
    return max((own, *told.priorities, *told.absorbed), key=URGENCY.index)


def _summary(base: Base, told: Told) -> str:
    """What the order is called, after the words that tell of danger, if any do."""
    usual = base["summary"] or told.tickets[0].subject
    lead = next(iter(told.danger.values()), "")
    if normal(lead) in normal(usual):
        lead = ""
    said = lead if normal(usual) in normal(lead) else "; ".join(part for part in (lead, usual) if part)
    return said[:LONGEST_SUMMARY]


def _status(base: Base, told: Told) -> WorkOrderStatus:
    draft = base["status"] is WorkOrderStatus.DRAFT
    status: WorkOrderStatus = WorkOrderStatus.READY if draft and told.emergencies else base["status"]
    return status


def _description(base: Base, told: Told) -> str:
    """What the order says, then each ticket's own words; what was said already is not said again."""
    parts, known = [base["description"]] if base["description"] else [], set()
    for ticket in told.tickets:
        words = [text for text in (ticket.subject, ticket.symptom, *told.symptoms.get(ticket.id, ())) if text]
        fresh = [text for text in dict.fromkeys(words) if normal(text) not in known]
        known |= {normal(text) for text in fresh}
        if fresh:
            parts.append(f"{ticket.number}: {'; '.join(fresh)}")
    return "\n".join(parts)


def _first_unit(told: Told) -> int | None:
    return next((told.units[ticket.id] for ticket in told.tickets if ticket.id in told.units), None)


def _earliest(*instants: datetime | None) -> datetime | None:
    return min(_known(instants), default=None)


def _known(instants: Iterable[datetime | None]) -> list[datetime]:
    return [instant for instant in instants if instant is not None]
