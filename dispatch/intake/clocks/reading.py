"""Which contracts, reports and pauses a work order's clocks run by."""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from db.models import (
    ClockKind,
    ClockPause,
    Contract,
    ContractEquipment,
    Priority,
    Site,
    Territory,
    Ticket,
    TicketMembership,
    WorkOrder,
)
from dispatch.access import elevated
from dispatch.errors import NotFound
from dispatch.intake.clocks.deadlines import Clocks, Start, Terms, clocks
from dispatch.intake.facts.danger import dangers
from dispatch.intake.facts.said import facts_of
from dispatch.promises.service_time import Pause, Span


def derive(session: Session, work_order_id: int) -> Clocks:
    """The deadlines of a work order by its tickets, or by its own report where it has none. For the system's use.

    Raises NotFound.
    """
    with elevated(session, "clocks"):
        order = session.scalar(select(WorkOrder).where(WorkOrder.id == work_order_id))
        if order is None:
            msg = f"There is no work order {work_order_id}."
            raise NotFound(msg)
        joined = select(TicketMembership.ticket_id).where(
            TicketMembership.work_order_id == order.id, TicketMembership.left_at.is_(None)
        )
        tickets = list(session.scalars(select(Ticket).where(Ticket.id.in_(joined)).order_by(Ticket.id)))
        in_danger = order.priority is Priority.EMERGENCY
        return clocks_of(session, order, tickets, order.equipment_id, order.contract_id, in_danger=in_danger)


def clocks_of(
    session: Session,
    order: WorkOrder,
    tickets: Sequence[Ticket],
    equipment_id: int | None,
    contract_id: int | None,
    *,
    in_danger: bool,
) -> Clocks:
    """The deadlines as if these were the order's tickets, unit and (named by hand) contract.

    in_danger: whether people still are, if a ticket tells so; False: somebody made sure that nobody is any more.
    """
    starts = [Start(ticket.received_at, ticket.number, ticket.id) for ticket in tickets]
    starts = starts or [Start(order.reported_at, order.number)]
    units = {ticket.equipment_id for ticket in tickets} | {equipment_id}
    owners = {ticket.organisation_id for ticket in tickets}
    owners.add(session.scalar(select(Site.organisation_id).where(Site.id == order.site_id)))
    found = _terms(session, {each for each in units if each}, {each for each in owners if each}, contract_id)
    pairs = [(start, terms) for start in starts for terms in found]
    alarmed = [ticket for ticket in tickets if ticket.emergency and in_danger]
    facts = facts_of(session, [ticket.id for ticket in alarmed]) if alarmed else []
    since = [Start(each.said_at, each.ticket.number, each.ticket.id) for each in dangers(alarmed, facts)]
    return clocks(pairs, _zone(session, order.territory_id), _pauses(session, order.id), since)


def _terms(session: Session, units: Collection[int], owners: Collection[int], contract_id: int | None) -> list[Terms]:
    """The contracts that cover one of the units, and those of an owner that name no unit at all."""
    covered = select(ContractEquipment.contract_id).where(ContractEquipment.equipment_id.in_(units))
    names_none = ~select(ContractEquipment.id).where(ContractEquipment.contract_id == Contract.id).exists()
    query = (
        select(Contract)
        .where(
            or_(
                Contract.id.in_(covered),
                Contract.organisation_id.in_(owners) & names_none,
                Contract.id == (contract_id or 0),
            )
        )
        .options(selectinload(Contract.hours))
        .order_by(Contract.id)
        .execution_options(populate_existing=True)
    )
    return [
        Terms(
            contract_id=contract.id,
            number=contract.number,
            hours=tuple(Span(each.weekday, each.opens, each.closes) for each in contract.hours),
            response_minutes=contract.response_minutes,
            repair_minutes=contract.repair_minutes,
            late_cost_per_hour=contract.late_cost_per_hour,
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
        )
        for contract in session.scalars(query)
    ]


def _zone(session: Session, territory_id: int) -> ZoneInfo:
    return ZoneInfo(session.scalars(select(Territory.time_zone).where(Territory.id == territory_id)).one())


def _pauses(session: Session, work_order_id: int) -> dict[ClockKind, list[Pause]]:
    found: dict[ClockKind, list[Pause]] = {}
    query = select(ClockPause).where(ClockPause.work_order_id == work_order_id)
    for each in session.scalars(query.order_by(ClockPause.starts_at, ClockPause.id)):
        found.setdefault(each.clock, []).append(Pause(each.starts_at, each.ends_at, each.reason))
    return found
