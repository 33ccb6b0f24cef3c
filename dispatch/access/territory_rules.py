"""Which rows a scheduler or call taker reaches: those of their territories, and what is tied to these.

Every table in a subquery is aliased afresh, so that it is never correlated with the same table of the query around it.
"""

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, or_, select, true
from sqlalchemy.sql.selectable import NamedFromClause

from db import models as m
from db.base import Base
from db.models import OrganisationKind
from dispatch.access.children import Rules, child_rules
from dispatch.access.viewer import Viewer

_PARTNERS = (OrganisationKind.OURSELVES, OrganisationKind.MANUFACTURER, OrganisationKind.SUPPLIER)


def fresh(entity: type[Base]) -> NamedFromClause:
    """The table of an entity under a new name."""
    return entity.__table__.alias()


class _Reach:
    """Selections of the ids that territories lead to."""

    def __init__(self, territory_ids: frozenset[int]) -> None:
        self.territories = sorted(territory_ids)

    def direct(self, entity: type[Base]) -> Select[int]:
        table = fresh(entity)
        return select(table.c.id).where(table.c.territory_id.in_(self.territories))

    def through(self, entity: type[Base], column: str, ids: Select[int]) -> Select[int]:
        table = fresh(entity)
        return select(table.c.id).where(table.c[column].in_(ids))

    def sites(self) -> Select[int]:
        return self.direct(m.Site)

    def technicians(self) -> Select[int]:
        return self.direct(m.Technician)

    def warehouses(self) -> Select[int]:
        return self.direct(m.Warehouse)

    def is_our_work_order(self, work_order_id: ColumnElement[int]) -> ColumnElement[bool]:
        # Work orders and visits pile up over the years: one is looked up, rather than all of them listed.
        order = fresh(m.WorkOrder)
        return exists(select(order.c.id).where(order.c.id == work_order_id, order.c.territory_id.in_(self.territories)))

    def is_our_visit(self, visit_id: ColumnElement[int]) -> ColumnElement[bool]:
        visit = fresh(m.Visit)
        return exists(select(visit.c.id).where(visit.c.id == visit_id, self.is_our_work_order(visit.c.work_order_id)))

    def is_our_ticket(self, ticket_id: ColumnElement[int]) -> ColumnElement[bool]:
        ticket = fresh(m.Ticket)
        ours = self.is_ours(ticket.c.id, ticket.c.site_id, ticket.c.equipment_id)
        return exists(select(ticket.c.id).where(ticket.c.id == ticket_id, ours))

    def is_our_call(self, call_id: ColumnElement[int], user_id: int | None) -> ColumnElement[bool]:
        call = fresh(m.Call)
        ours = or_(call.c.taken_by_id == user_id, self.is_our_ticket(call.c.ticket_id))
        return exists(select(call.c.id).where(call.c.id == call_id, ours))

    def is_our_promise(self, promise_id: ColumnElement[int]) -> ColumnElement[bool]:
        promise = fresh(m.Promise)
        return exists(
            select(promise.c.id).where(promise.c.id == promise_id, self.is_our_work_order(promise.c.work_order_id))
        )

    def equipment(self) -> Select[int]:
        return self.through(m.Equipment, "site_id", self.sites())

    def shifts(self) -> Select[int]:
        return self.through(m.Shift, "technician_id", self.technicians())

    def routes(self) -> Select[int]:
        return self.through(m.Route, "plan_id", self.direct(m.Plan))

    def tickets(self) -> Select[int]:
        ticket = fresh(m.Ticket)
        return select(ticket.c.id).where(self.is_ours(ticket.c.id, ticket.c.site_id, ticket.c.equipment_id))

    def conversations(self) -> Select[int]:
        return self.through(m.Conversation, "ticket_id", self.tickets())

    def is_ours(
        self, ticket_id: ColumnElement[int], site_id: ColumnElement[int], equipment_id: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """A ticket is ours by its site, else by its unit, else by the work order it is in; one without any is
        everybody's, until somebody knows where it belongs."""
        place = fresh(m.TicketMembership)
        inside = exists(select(place.c.id).where(place.c.ticket_id == ticket_id, place.c.left_at.is_(None)))
        ours = exists(
            select(place.c.id).where(
                place.c.ticket_id == ticket_id, place.c.left_at.is_(None), self.is_our_work_order(place.c.work_order_id)
            )
        )
        unplaced = and_(equipment_id.is_(None), or_(~inside, ours))
        return or_(
            site_id.in_(self.sites()),
            and_(site_id.is_(None), or_(equipment_id.in_(self.equipment()), unplaced)),
        )

    def organisations(self) -> Select[int]:
        table = fresh(m.Organisation)
        return select(table.c.id).where(self.knows(table))

    def knows(self, organisation: FromClause) -> ColumnElement[bool]:
        """An organisation is known by a site or a bill here, as a partner of all, or when it has no site anywhere.

        One without a site that intake entered is known by a ticket here, if it has any.
        """
        anywhere = fresh(m.Site)
        homeless = ~exists(select(anywhere.c.id).where(anywhere.c.organisation_id == organisation.c.id))
        told = self._told_of("organisation_id", organisation.c.id)
        return or_(
            organisation.c.kind.in_(_PARTNERS),
            self._serves(organisation.c.id),
            and_(homeless, organisation.c.verified),
            and_(homeless, or_(told, ~self._told_of("organisation_id", organisation.c.id, ours=False))),
        )

    def _serves(self, organisation_id: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether an organisation has a site or a bill here."""
        here, order = fresh(m.Site), fresh(m.WorkOrder)
        return or_(
            organisation_id.in_(select(here.c.organisation_id).where(here.c.territory_id.in_(self.territories))),
            organisation_id.in_(
                select(order.c.payer_id).where(
                    order.c.payer_id.is_not(None), order.c.territory_id.in_(self.territories)
                )
            ),
        )

    def _told_of(self, column: str, key: ColumnElement[int], *, ours: bool = True) -> ColumnElement[bool]:
        """Whether a ticket names this contact or organisation, itself or as a party; ours: one that is ours."""

        def place(ticket: NamedFromClause) -> ColumnElement[bool]:
            return self.is_ours(ticket.c.id, ticket.c.site_id, ticket.c.equipment_id) if ours else true()

        own, joined, party = fresh(m.Ticket), fresh(m.Ticket), fresh(m.Party)
        named = [
            exists(select(own.c.id).where(own.c[column] == key, place(own))),
            exists(select(party.c.id).where(party.c[column] == key, joined.c.id == party.c.ticket_id, place(joined))),
        ]
        if column == "contact_id":
            talk, spoken = fresh(m.Conversation), fresh(m.Ticket)
            thread = select(talk.c.id).where(talk.c.contact_id == key, spoken.c.id == talk.c.ticket_id)
            named.append(exists(thread.where(place(spoken))))
        return or_(*named)

    def meets(self) -> ColumnElement[bool]:
        """A contact is met at a site or through a ticket here; one tied to no site, through the organisation.

        Whom nobody verified, and who is tied to tickets, is met through these alone; so is everybody whose organisation
        has neither site nor bill here.
        """
        contact = m.Contact.__table__
        here, anywhere, employer = fresh(m.SiteContact), fresh(m.SiteContact), fresh(m.Organisation)
        tied = self._told_of("contact_id", contact.c.id, ours=False)
        by_organisation = exists(
            select(employer.c.id).where(employer.c.id == contact.c.organisation_id, self.knows(employer))
        )
        return or_(
            contact.c.id.in_(select(here.c.contact_id).where(here.c.site_id.in_(self.sites()))),
            self._told_of("contact_id", contact.c.id),
            and_(
                ~exists(select(anywhere.c.id).where(anywhere.c.contact_id == contact.c.id)),
                by_organisation,
                or_(~tied, and_(contact.c.verified, self._serves(contact.c.organisation_id))),
            ),
        )

    def contracts(self) -> Select[int]:
        table, here, anywhere = fresh(m.Contract), fresh(m.ContractEquipment), fresh(m.ContractEquipment)
        return select(table.c.id).where(
            or_(
                table.c.id.in_(select(here.c.contract_id).where(here.c.equipment_id.in_(self.equipment()))),
                and_(
                    ~exists(select(anywhere.c.id).where(anywhere.c.contract_id == table.c.id)),
                    table.c.organisation_id.in_(self.organisations()),
                ),
            )
        )


def territory_rules(viewer: Viewer) -> Rules:
    """The condition on each kind of row under which a scheduler or call taker reaches it."""
    reach = _Reach(viewer.territory_ids)
    ours = reach.territories
    return {
        m.Territory: lambda: m.Territory.id.in_(ours),
        m.Site: lambda: m.Site.territory_id.in_(ours),
        m.SiteContact: lambda: m.SiteContact.site_id.in_(reach.sites()),
        m.Organisation: lambda: reach.knows(m.Organisation.__table__),
        m.Contact: lambda: reach.meets(),
        m.Equipment: lambda: m.Equipment.site_id.in_(reach.sites()),
        m.Contract: lambda: m.Contract.id.in_(reach.contracts()),
        m.ContractHours: lambda: m.ContractHours.contract_id.in_(reach.contracts()),
        m.ContractEquipment: lambda: m.ContractEquipment.equipment_id.in_(reach.equipment()),
        m.InspectionDue: lambda: m.InspectionDue.equipment_id.in_(reach.equipment()),
        m.Ticket: lambda: reach.is_ours(
            m.Ticket.__table__.c.id, m.Ticket.__table__.c.site_id, m.Ticket.__table__.c.equipment_id
        ),
        m.Conversation: lambda: m.Conversation.ticket_id.in_(reach.tickets()),
        m.Message: lambda: m.Message.conversation_id.in_(reach.conversations()),
        m.Attachment: lambda: or_(
            m.Attachment.ticket_id.in_(reach.tickets()),
            m.Attachment.message_id.in_(reach.through(m.Message, "conversation_id", reach.conversations())),
            reach.is_our_work_order(m.Attachment.__table__.c.work_order_id),
            reach.is_our_visit(m.Attachment.__table__.c.visit_id),
            m.Attachment.equipment_id.in_(reach.equipment()),
        ),
        m.Inbound: lambda: or_(
            # What became no ticket is everybody's.
            m.Inbound.ticket_id.is_(None),
            reach.is_our_ticket(m.Inbound.__table__.c.ticket_id),
        ),
        m.Fact: lambda: reach.is_our_ticket(m.Fact.__table__.c.ticket_id),
        m.Party: lambda: reach.is_our_ticket(m.Party.__table__.c.ticket_id),
        m.MatchPair: lambda: and_(
            reach.is_our_ticket(m.MatchPair.__table__.c.ticket_id),
            reach.is_our_ticket(m.MatchPair.__table__.c.other_id),
        ),
        m.Merge: lambda: reach.is_our_work_order(m.Merge.__table__.c.work_order_id),
        m.Call: lambda: or_(m.Call.taken_by_id == viewer.user_id, reach.is_our_ticket(m.Call.__table__.c.ticket_id)),
        m.CallEvent: lambda: reach.is_our_call(m.CallEvent.__table__.c.call_id, viewer.user_id),
        m.WorkOrder: lambda: m.WorkOrder.territory_id.in_(ours),
        m.TicketMembership: lambda: reach.is_our_work_order(m.TicketMembership.__table__.c.work_order_id),
        m.ClockPause: lambda: reach.is_our_work_order(m.ClockPause.__table__.c.work_order_id),
        m.Visit: lambda: reach.is_our_work_order(m.Visit.__table__.c.work_order_id),
        m.Appointment: lambda: m.Appointment.territory_id.in_(ours),
        m.CustomerLink: lambda: or_(
            reach.is_our_work_order(m.CustomerLink.__table__.c.work_order_id),
            m.CustomerLink.technician_id.in_(reach.technicians()),
        ),
        m.SlotPolicy: lambda: or_(m.SlotPolicy.territory_id.is_(None), m.SlotPolicy.territory_id.in_(ours)),
        m.ServiceStandard: lambda: or_(
            m.ServiceStandard.contract_id.is_(None), m.ServiceStandard.contract_id.in_(reach.contracts())
        ),
        m.DurationModel: lambda: m.DurationModel.territory_id.in_(ours),
        m.Promise: lambda: reach.is_our_work_order(m.Promise.__table__.c.work_order_id),
        m.PromiseEvent: lambda: reach.is_our_promise(m.PromiseEvent.__table__.c.promise_id),
        m.Technician: lambda: m.Technician.territory_id.in_(ours),
        m.Warehouse: lambda: m.Warehouse.territory_id.in_(ours),
        m.WarehouseStock: lambda: m.WarehouseStock.warehouse_id.in_(reach.warehouses()),
        m.StockMovement: lambda: or_(
            m.StockMovement.from_warehouse_id.in_(reach.warehouses()),
            m.StockMovement.to_warehouse_id.in_(reach.warehouses()),
            m.StockMovement.from_technician_id.in_(reach.technicians()),
            m.StockMovement.to_technician_id.in_(reach.technicians()),
        ),
        m.PlanningRun: lambda: m.PlanningRun.territory_id.in_(ours),
        m.Proposal: lambda: m.Proposal.territory_id.in_(ours),
        m.Plan: lambda: m.Plan.territory_id.in_(ours),
        m.Route: lambda: m.Route.plan_id.in_(reach.direct(m.Plan)),
        **child_rules(
            visit=reach.is_our_visit, technicians=reach.technicians, shifts=reach.shifts, routes=reach.routes
        ),
    }
