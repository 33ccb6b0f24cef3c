"""A company with two territories, north and south, and at least one row of every kind in each; a user of every role.

Technician `me` of the north has a published route today; technician `mate` of the north has one too.
"""

import gzip
from datetime import time, timedelta

from sqlalchemy.orm import Session

from db import models as m
from db.models import Role
from dispatch.intake.matching.learning import shipped_model
from dispatch.planning.durations.effects import Effects
from tests.builders.sides import NOW, TODAY, ZONE, Side, World
from tests.builders.world_intake import IntakeRows

__all__ = ["NOW", "TODAY", "ZONE", "Side", "World", "build_world"]


def build_world(session: Session) -> World:
    """Adds the world's rows, flushed; the session's viewer must be the system."""
    builder = _Builder(session)
    common = builder.common()
    north = builder.side("north", common)
    mate = builder.technician_side("mate", north, common)
    south = builder.side("south", common)
    world = World(north, south, mate, common)
    builder.users(world)
    return world


class _Builder(IntakeRows):
    def common(self) -> Side:
        side = Side("common")
        skill = self.add(side, m.Skill, code="lift", name="Lifts")
        part = self.add(side, m.Part, number="P-1", name="Belt")
        other = self.add(side, m.Part, number="P-2", name="Newer belt")
        self.add(side, m.PartSubstitute, part_id=part, substitute_id=other)
        work_type = self.add(side, m.WorkType, code="FIX", name="Repair", duration_seconds=3600)
        self.add(side, m.WorkTypeSkill, work_type_id=work_type, skill_id=skill)
        self.add(side, m.WorkTypePart, work_type_id=work_type, part_id=part)
        self.add(side, m.Article, number="KB-1", title="Doors", symptom="Doors stick", remedy="Clean the sill")
        self.add(side, m.MatchModel, learned_at=NOW, parameters=shipped_model().as_json())
        self.add(side, m.WebhookEndpoint, url="https://portal.example/hook", secret="whsec_bm9ib2R5IGtub3dz")
        self.add(side, m.OutboxMessage, key="k", topic="t", payload={}, created_at=NOW, available_at=NOW)
        self.add(side, m.Job, kind="k", key="j", created_at=NOW, run_after=NOW)
        self.add(side, m.AuditEntry, at=NOW, actor="a", action="create", entity="site", entity_id=1)
        return side

    def side(self, name: str, common: Side) -> Side:
        side = Side(name)
        territory = self.add(side, m.Territory, code=name, name=name, time_zone=ZONE, country="CL", currency="CLP")
        self._place(side, territory)
        self._contract(side, common)
        self._warehouse(side, territory, common)
        self._technician(side, territory, common)
        self._work(side, common)
        self.ticket(side)
        self._plan(side, territory)
        self._route(side)
        self._movement(side, common)
        return side

    def technician_side(self, name: str, home: Side, common: Side) -> Side:
        """Another technician of the same territory, with a visit at another site on a route of the same plan."""
        side = Side(name, {m.Territory: home[m.Territory], m.Plan: home[m.Plan], m.Warehouse: home[m.Warehouse]})
        self._place(side, home[m.Territory])
        self._contract(side, common)
        self._technician(side, home[m.Territory], common)
        self._work(side, common)
        self.ticket(side)
        self._route(side)
        self._movement(side, common)
        return side

    def _place(self, side: Side, territory: int) -> None:
        owner = self.add(side, m.Organisation, number=self.next("ORG"), name=side.name, kind=m.OrganisationKind.OWNER)
        contact = self.add(side, m.Contact, organisation_id=owner, name=f"Ana {side.name}", function="manager")
        site = self.add(
            side,
            m.Site,
            organisation_id=owner,
            territory_id=territory,
            name=f"Tower {side.name}",
            street="Balmaceda",
            house_number="1",
            city="La Serena",
            country="CL",
            access_notes=f"code {side.name}",
        )
        self.add(side, m.SiteContact, site_id=site, contact_id=contact, role=m.PartyRole.ACCESS_HOLDER)
        self.add(
            side,
            m.Equipment,
            site_id=site,
            kind="lift",
            model="X",
            serial=self.next("S"),
            label_code=self.next("L"),
            report_code=self.next("R"),
        )

    def _contract(self, side: Side, common: Side) -> None:
        contract = self.add(
            side, m.Contract, organisation_id=side[m.Organisation], number=self.next("C"), name="Care", starts_on=TODAY
        )
        self.add(side, m.ContractHours, contract_id=contract, weekday=0, opens=time(8), closes=time(18))
        self.add(side, m.ContractEquipment, contract_id=contract, equipment_id=side[m.Equipment])
        self.add(
            side,
            m.InspectionDue,
            contract_id=contract,
            equipment_id=side[m.Equipment],
            work_type_id=common[m.WorkType],
            interval_days=30,
            due_on=TODAY,
        )

    def _warehouse(self, side: Side, territory: int, common: Side) -> None:
        warehouse = self.add(
            side, m.Warehouse, code=self.next("W"), name="W", territory_id=territory, latitude=-29.9, longitude=-71.2
        )
        self.add(side, m.WarehouseStock, warehouse_id=warehouse, part_id=common[m.Part], quantity=100)

    def _technician(self, side: Side, territory: int, common: Side) -> None:
        technician = self.add(
            side, m.Technician, code=self.next("T"), name=f"Tom {side.name}", territory_id=territory, phone="123"
        )
        self.add(side, m.TechnicianSkill, technician_id=technician, skill_id=common[m.Skill], level=3)
        self.add(side, m.VanStock, technician_id=technician, part_id=common[m.Part], quantity=5)
        shift = self.add(
            side,
            m.Shift,
            technician_id=technician,
            local_date=TODAY,
            starts_at=NOW + timedelta(hours=4),
            ends_at=NOW + timedelta(hours=12),
        )
        self.add(
            side,
            m.ShiftBreak,
            shift_id=shift,
            earliest_at=NOW + timedelta(hours=7),
            latest_at=NOW + timedelta(hours=8),
            duration_seconds=1800,
        )
        self.add(
            side,
            m.Absence,
            technician_id=technician,
            kind=m.AbsenceKind.TRAINING,
            starts_at=NOW + timedelta(days=30),
            ends_at=NOW + timedelta(days=31),
        )

    def _work(self, side: Side, common: Side) -> None:
        order = self.add(
            side,
            m.WorkOrder,
            number=self.next("WO"),
            work_type_id=common[m.WorkType],
            territory_id=side[m.Territory],
            site_id=side[m.Site],
            equipment_id=side[m.Equipment],
            contract_id=side[m.Contract],
            status=m.WorkOrderStatus.PLANNED,
            summary=f"Fix {side.name}",
            reported_at=NOW,
        )
        self.add(
            side,
            m.ClockPause,
            work_order_id=order,
            clock=m.ClockKind.RESPONSE,
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
            reason="parts",
        )
        visit = self.add(side, m.Visit, work_order_id=order, status=m.VisitStatus.DISPATCHED, duration_seconds=3600)
        later = self.add(side, m.Visit, work_order_id=order, sequence=9, duration_seconds=3600)
        self.add(side, m.VisitLink, kind=m.LinkKind.PRECEDES, visit_id=visit, other_id=later)
        self.add(side, m.VisitWindow, visit_id=visit, opens_at=NOW, closes_at=NOW + timedelta(hours=9))
        self.add(side, m.VisitSkill, visit_id=visit, skill_id=common[m.Skill])
        self.add(side, m.VisitPart, visit_id=visit, part_id=common[m.Part])
        self.add(
            side,
            m.VisitTechnician,
            visit_id=visit,
            technician_id=side[m.Technician],
            preference=m.Preference.PREFERRED,
        )
        promise = self.add(
            side,
            m.Promise,
            kind=m.PromiseKind.WINDOW,
            work_order_id=order,
            visit_id=visit,
            local_date=TODAY,
            local_by=time(17),
            time_zone=ZONE,
            by_at=NOW + timedelta(hours=9),
            made_at=NOW,
        )
        self.add(side, m.PromiseEvent, promise_id=promise, outcome=m.PromiseOutcome.KEPT, at=NOW)
        self._appointment(side, order, visit)

    def _appointment(self, side: Side, order: int, visit: int) -> None:
        appointment = self.add(
            side,
            m.Appointment,
            work_order_id=order,
            territory_id=side[m.Territory],
            status=m.AppointmentStatus.CONFIRMED,
            opens_at=NOW,
            closes_at=NOW + timedelta(hours=9),
            local_date=TODAY,
            local_from=time(8),
            local_by=time(17),
            time_zone=ZONE,
            uid=f"{side.name}@appointments",
            access_notes=f"code {side.name}",
        )
        self.add(side, m.AppointmentVisit, appointment_id=appointment, visit_id=visit)
        self.add(
            side,
            m.CustomerLink,
            purpose=m.LinkPurpose.APPOINTMENT,
            token_sha256=f"{side.name:0>64}"[-64:],
            work_order_id=order,
            contact_id=side[m.Contact],
            made_at=NOW,
            expires_at=NOW + timedelta(days=30),
        )
        self.add(side, m.ServiceStandard, kind=m.PromiseKind.WINDOW, contract_id=side[m.Contract])

    def _plan(self, side: Side, territory: int) -> None:
        run = self.add(
            side,
            m.PlanningRun,
            territory_id=territory,
            local_date=TODAY,
            status=m.RunStatus.SUCCEEDED,
            requested_at=NOW,
            limits={"seconds": 1, "iterations": None, "threads": 1},
            problem=gzip.compress(b"{}"),
            solution=gzip.compress(b"{}"),
        )
        self.add(
            side,
            m.Proposal,
            planning_run_id=run,
            territory_id=territory,
            local_date=TODAY,
            status=m.ProposalStatus.APPLIED,
            routes=[],
            left_out=[],
            cost={},
            summary={},
        )
        self.add(side, m.Plan, territory_id=territory, local_date=TODAY, published_at=NOW)
        self.add(side, m.DurationModel, territory_id=territory, learned_at=NOW, parameters=Effects().as_json())
        self.add(side, m.SlotPolicy, territory_id=territory)

    def _route(self, side: Side) -> None:
        route = self.add(side, m.Route, plan_id=side[m.Plan], shift_id=side[m.Shift])
        at = NOW + timedelta(hours=5)
        self.add(
            side,
            m.Stop,
            route_id=route,
            position=0,
            kind=m.StopKind.VISIT,
            visit_id=side[m.Visit],
            arrives_at=at,
            starts_at=at,
            departs_at=at + timedelta(hours=1),
        )

    def _movement(self, side: Side, common: Side) -> None:
        self.add(
            side,
            m.StockMovement,
            part_id=common[m.Part],
            quantity=1,
            kind=m.MovementKind.TRANSFER,
            from_warehouse_id=side[m.Warehouse],
            to_technician_id=side[m.Technician],
            moved_at=NOW,
        )

    def users(self, world: World) -> None:
        """A user of every role in the north, with a device and a token each; a scheduler and a technician elsewhere."""
        people = [(role.value, role, world.north) for role in Role]
        people += [("other_scheduler", Role.SCHEDULER, world.south), ("other_technician", Role.TECHNICIAN, world.south)]
        people.append(("mate", Role.TECHNICIAN, world.mate))
        for name, role, side in people:
            owned = Side(name)
            technician_id = side[m.Technician] if role is Role.TECHNICIAN else None
            user = self.add(
                owned, m.User, name=name, email=f"{name}@example.com", role=role, technician_id=technician_id
            )
            if role in (Role.SCHEDULER, Role.CALL_TAKER):
                self.add(owned, m.UserTerritory, user_id=user, territory_id=side[m.Territory])
            device = self.add(owned, m.Device, user_id=user, name="phone")
            self.add(
                owned,
                m.AccessToken,
                user_id=user,
                device_id=device,
                name="t",
                token_sha256=f"{user:064}",
                created_at=NOW,
            )
            world.users[name] = user
            if name in ("call_taker", "other_scheduler"):
                self.call(side, user)
            if name == "other_scheduler":
                world.south.rows |= owned.rows
            if name == "mate":
                world.mate.rows |= owned.rows
