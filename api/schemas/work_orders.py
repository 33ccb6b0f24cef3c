"""Work orders."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Amount, EntityOut, In, Instant, LongText, Name, Out, Ref, edit_of
from db.models import Priority, WorkOrderStatus


class MergedTicketOut(Out):
    """A ticket that was merged into the work order."""

    ticket_id: int = Field(description="The ticket")
    joined_at: datetime = Field(description="When it was merged in")
    left_at: datetime | None = Field(description="When it was taken out again")


class WorkOrderOut(EntityOut):
    """The one job that one or more tickets were merged into."""

    number: str = Field(description="The human number", examples=["WO-1042"])
    work_type_id: int = Field(description="The work type")
    territory_id: int = Field(description="The territory of its site")
    site_id: int = Field(description="Where")
    equipment_id: int | None = Field(description="On which unit")
    contract_id: int | None = Field(description="Under which contract")
    payer_id: int | None = Field(description="The organisation that pays")
    status: WorkOrderStatus = Field(description="How far it is")
    priority: Priority = Field(description="How much it matters that it is done soon")
    summary: str = Field(description="In a few words")
    description: str = Field(description="In full")
    reported_at: datetime = Field(description="When it was reported")
    due_at: datetime | None = Field(description="The contract's response deadline")
    repair_due_at: datetime | None = Field(description="The contract's repair deadline")
    unserved_cost: int | None = Field(description="Minor units to leave it out of a day; null: as its priority says")
    late_cost_per_hour: int = Field(description="Minor units for each hour that service starts after due_at")
    tickets: list[MergedTicketOut] = Field(description="Tickets merged into it; not for technicians")


class WorkOrderEdited(WorkOrderOut):
    """The work order as it is now, and what follows from that."""

    consequences: list[str] = Field(
        description="Of a cancelled work order: what leaves the plan, whom to call, who is told; in words",
        examples=[["Visit WO-1042/1 leaves the plan of 2026-11-23, unless that is published meanwhile."]],
    )


class WorkOrderCreate(In):
    """A new work order; its territory is that of its site."""

    work_type_id: Ref
    site_id: Ref
    summary: Name
    equipment_id: Ref | None = None
    contract_id: Ref | None = None
    payer_id: Ref | None = None
    status: Annotated[WorkOrderStatus, Field(strict=False, description="draft or ready")] = WorkOrderStatus.DRAFT
    priority: Annotated[Priority, Field(strict=False)] = Priority.NORMAL
    description: LongText = ""
    reported_at: Annotated[Instant | None, Field(description="Now when absent")] = None
    due_at: Instant | None = None
    repair_due_at: Instant | None = None
    unserved_cost: Amount | None = None
    late_cost_per_hour: Annotated[Amount | None, Field(description="The contract's when absent")] = None


class _WorkOrderChanges(In):
    """What may change of a work order."""

    work_type_id: Ref
    summary: Name
    equipment_id: Ref | None
    contract_id: Ref | None
    payer_id: Ref | None
    status: Annotated[WorkOrderStatus, Field(strict=False)]
    priority: Annotated[Priority, Field(strict=False)]
    description: LongText
    due_at: Instant | None
    repair_due_at: Instant | None
    unserved_cost: Amount | None
    late_cost_per_hour: Amount


WorkOrderEdit = edit_of(_WorkOrderChanges, "WorkOrderEdit")


class WorkOrderQuery(SortedQuery):
    """Which work orders."""

    q: Annotated[str | None, Field(max_length=100, description="Part of the number or summary")] = None
    status: Annotated[list[WorkOrderStatus] | None, Field(description="How far; may be repeated")] = None
    priority: Annotated[list[Priority] | None, Field(description="How urgent; may be repeated")] = None
    territory_id: Annotated[Ref | None, Field(description="In which territory")] = None
    site_id: Annotated[Ref | None, Field(description="At which site")] = None
    equipment_id: Annotated[Ref | None, Field(description="On which unit")] = None
    contract_id: Annotated[Ref | None, Field(description="Under which contract")] = None
    due_at_from: Annotated[Instant | None, Field(description="Due at this instant or later")] = None
    due_at_before: Annotated[Instant | None, Field(description="Due before this instant")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None
