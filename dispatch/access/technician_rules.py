"""Which rows a technician reaches: their own, and what the visits on their published routes need.

Routes count from yesterday (a night shift ends today) to a week ahead, by the local date of the technician's
territory. A route of a plan that is not published yet is the scheduler's alone.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from db import models as m
from dispatch.access.children import Rules, child_rules
from dispatch.access.territory_rules import fresh
from dispatch.access.viewer import Viewer

DAYS_BACK: Final = 1
DAYS_AHEAD: Final = 7


class _Reach:
    """Selections of the ids that a technician's routes lead to."""

    def __init__(self, viewer: Viewer) -> None:
        self.me = viewer.technician_id
        self.today = viewer.today

    def technicians(self) -> Select[int]:
        table = fresh(m.Technician)
        return select(table.c.id).where(table.c.id == self.me)

    def shifts(self) -> Select[int]:
        table = fresh(m.Shift)
        return select(table.c.id).where(table.c.technician_id == self.me)

    def plans(self) -> Select[int]:
        plan, route = fresh(m.Plan), fresh(m.Route)
        return select(plan.c.id).where(
            self.is_shown(plan.c.published_at, plan.c.local_date),
            plan.c.id.in_(select(route.c.plan_id).where(route.c.shift_id.in_(self.shifts()))),
        )

    def is_shown(self, published_at: ColumnElement[object], local_date: ColumnElement[object]) -> ColumnElement[bool]:
        if self.today is None:
            return false()
        first, last = self.today - timedelta(days=DAYS_BACK), self.today + timedelta(days=DAYS_AHEAD)
        return published_at.is_not(None) & local_date.between(first, last)

    def routes(self) -> Select[int]:
        table = fresh(m.Route)
        return select(table.c.id).where(table.c.shift_id.in_(self.shifts()), table.c.plan_id.in_(self.plans()))

    def visits(self) -> Select[int]:
        table = fresh(m.Stop)
        return select(table.c.visit_id).where(table.c.visit_id.is_not(None), table.c.route_id.in_(self.routes()))

    def work_orders(self) -> Select[int]:
        table = fresh(m.Visit)
        return select(table.c.work_order_id).where(table.c.id.in_(self.visits()))

    def appointments(self) -> Select[int]:
        table = fresh(m.AppointmentVisit)
        return select(table.c.appointment_id).where(table.c.visit_id.in_(self.visits()))

    def sites(self) -> Select[int]:
        table = fresh(m.WorkOrder)
        return select(table.c.site_id).where(table.c.id.in_(self.work_orders()))

    def equipment(self) -> Select[int]:
        table = fresh(m.Equipment)
        return select(table.c.id).where(table.c.site_id.in_(self.sites()))

    def tickets(self) -> Select[int]:
        """What belongs to their work orders now."""
        member = fresh(m.TicketMembership)
        return select(member.c.ticket_id).where(
            member.c.left_at.is_(None), member.c.work_order_id.in_(self.work_orders())
        )

    def contacts(self) -> ColumnElement[bool]:
        """Who lets them in at the site, and who reported what they come for."""
        there, ticket = fresh(m.SiteContact), fresh(m.Ticket)
        reported = select(ticket.c.contact_id).where(ticket.c.contact_id.is_not(None), ticket.c.id.in_(self.tickets()))
        return or_(
            m.Contact.id.in_(select(there.c.contact_id).where(there.c.site_id.in_(self.sites()))),
            m.Contact.id.in_(reported),
        )

    def organisations(self) -> ColumnElement[bool]:
        """Whose site it is, and who made the units there."""
        site, unit = fresh(m.Site), fresh(m.Equipment)
        makers = select(unit.c.manufacturer_id).where(
            unit.c.manufacturer_id.is_not(None), unit.c.site_id.in_(self.sites())
        )
        return or_(
            m.Organisation.id.in_(select(site.c.organisation_id).where(site.c.id.in_(self.sites()))),
            m.Organisation.id.in_(makers),
        )


def technician_rules(viewer: Viewer) -> Rules:
    """The condition on each kind of row under which a technician reaches it."""
    if viewer.technician_id is None:
        return {}
    reach, home = _Reach(viewer), sorted(viewer.territory_ids)
    warehouse = fresh(m.Warehouse)
    return {
        m.Territory: lambda: m.Territory.id.in_(home),
        m.Technician: lambda: m.Technician.id == viewer.technician_id,
        m.Plan: lambda: m.Plan.id.in_(reach.plans()),
        m.Route: lambda: m.Route.id.in_(reach.routes()),
        m.Visit: lambda: m.Visit.id.in_(reach.visits()),
        m.Appointment: lambda: m.Appointment.id.in_(reach.appointments()),
        m.WorkOrder: lambda: m.WorkOrder.id.in_(reach.work_orders()),
        m.Site: lambda: m.Site.id.in_(reach.sites()),
        m.SiteContact: lambda: m.SiteContact.site_id.in_(reach.sites()),
        m.Equipment: lambda: m.Equipment.site_id.in_(reach.sites()),
        m.Contact: lambda: reach.contacts(),
        m.Organisation: lambda: reach.organisations(),
        m.Attachment: lambda: or_(
            m.Attachment.work_order_id.in_(reach.work_orders()),
            m.Attachment.visit_id.in_(reach.visits()),
            m.Attachment.equipment_id.in_(reach.equipment()),
            # What parties photographed is for who comes to look at it; their papers are not.
            and_(m.Attachment.ticket_id.in_(reach.tickets()), m.Attachment.media_type.startswith("image/")),
        ),
        m.Warehouse: lambda: m.Warehouse.territory_id.in_(home),
        m.WarehouseStock: lambda: m.WarehouseStock.warehouse_id.in_(
            select(warehouse.c.id).where(warehouse.c.territory_id.in_(home))
        ),
        m.StockMovement: lambda: or_(
            m.StockMovement.from_technician_id == viewer.technician_id,
            m.StockMovement.to_technician_id == viewer.technician_id,
        ),
        **child_rules(
            visit=lambda visit_id: visit_id.in_(reach.visits()),
            technicians=reach.technicians,
            shifts=reach.shifts,
            routes=reach.routes,
        ),
    }
