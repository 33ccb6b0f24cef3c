"""Records are made, edited and deleted by the rules, with versions and an audit trail."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from db import models as m
from db.models import Role
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.access.audit import MASK
from dispatch.clock import FixedClock
from dispatch.errors import Conflict, Forbidden, Invalid, NotFound, RuleBroken, StaleVersion
from dispatch.records.access_notes import AccessNotes, read_access_notes
from dispatch.records.catalogue.contracts import CONTRACTS
from dispatch.records.catalogue.parties import CONTACTS, ORGANISATIONS, SITES
from dispatch.records.catalogue.stock import VAN_STOCK
from dispatch.records.catalogue.technicians import SHIFTS, TECHNICIANS
from dispatch.records.catalogue.tickets import TICKETS
from dispatch.records.catalogue.users import USERS
from dispatch.records.catalogue.work import VISITS, WORK_ORDERS
from dispatch.records.keep import create, delete, edit, read
from dispatch.records.stock import move
from dispatch.records.views import tag_of, view
from tests.builders.world import NOW, World, build_world

SITE = {"name": "x", "street": "x", "house_number": "1", "city": "x", "country": "CL"}


@pytest.fixture
def world(uow: UnitOfWork) -> World:
    with uow(viewer=Viewer.system()) as session:
        world = build_world(session)
        session.commit()
    return world


def entries(uow: UnitOfWork, entity: str) -> list[m.AuditEntry]:
    """The audit trail of a kind of row, without what the world brought along."""
    with uow(viewer=Viewer.system(), read_only=True) as session:
        query = select(m.AuditEntry).where(m.AuditEntry.entity == entity, m.AuditEntry.actor != "a")
        return list(session.scalars(query.order_by(m.AuditEntry.id)))


def test_creating_editing_and_deleting_leave_a_trail_without_secrets(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.SCHEDULER)
    given = SITE | {
        "organisation_id": world.north[m.Organisation],
        "territory_id": world.north[m.Territory],
        "access_notes": "door 4711",
        "contacts": [{"contact_id": world.north[m.Contact], "role": m.PartyRole.OWNER}],
    }
    with uow(viewer=viewer) as session:
        site = create(session, viewer, SITES, given)
        session.commit()
    with uow(viewer=viewer) as session:
        edit(session, viewer, SITES, site.id, "1", {"access_notes": "door 4712", "name": "y"})
        session.commit()
    with uow(viewer=viewer) as session:
        delete(session, viewer, SITES, site.id, "2")
        session.commit()
    made, changed, gone = entries(uow, "site")
    assert (made.action, changed.action, gone.action) == ("create", "edit", "delete")
    assert {made.entity_id, changed.entity_id, gone.entity_id} == {site.id}
    assert made.user_id == viewer.user_id
    assert changed.changes == {"name": ["x", "y"], "access_notes": [MASK, MASK]}
    assert "471" not in str([each.changes for each in (made, changed, gone)])
    with uow(viewer=Viewer.system(), read_only=True) as session:
        assert session.get(m.Site, site.id) is None
        assert session.scalar(select(m.SiteContact).where(m.SiteContact.site_id == site.id)) is None


def test_an_edit_against_another_version_is_refused(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.Site]
    with uow(viewer=viewer) as session:
        assert tag_of(edit(session, viewer, SITES, key, "1", {"name": "y"})) == "2"
        with pytest.raises(StaleVersion, match="version 2, not 1"):
            edit(session, viewer, SITES, key, "1", {"name": "z"})
        with pytest.raises(StaleVersion):
            delete(session, viewer, SITES, key, "1")


def test_an_edit_that_changes_nothing_leaves_no_trace(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.Site]
    with uow(viewer=viewer) as session:
        contacts = [{"contact_id": world.north[m.Contact], "role": m.PartyRole.ACCESS_HOLDER}]
        assert tag_of(edit(session, viewer, SITES, key, "1", {"name": "Tower north", "contacts": contacts})) == "1"
        session.commit()
    assert entries(uow, "site") == []


def test_what_hangs_on_a_record_raises_its_version(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.Technician]
    skill = world.common[m.Skill]
    with uow(viewer=viewer) as session:
        before = {row.skill_id: row.id for row in session.scalars(select(m.TechnicianSkill))}
        edit(session, viewer, TECHNICIANS, key, "1", {"skills": [{"skill_id": skill, "level": 5}]})
        after = {row.skill_id: row.id for row in session.scalars(select(m.TechnicianSkill))}
        row = read(session, viewer, TECHNICIANS, key)
        assert tag_of(row) == "2"
        assert before == after, "a row of the same key is changed, not replaced"
        assert view(session, TECHNICIANS, row)["skills"][0]["level"] == 5
        edit(session, viewer, TECHNICIANS, key, "2", {"skills": []})
        assert view(session, TECHNICIANS, row)["skills"] == []
        session.commit()
    assert [each.changes["skills"] for each in entries(uow, "technician")] == [
        [[{"level": 3, "skill_id": skill}], [{"level": 5, "skill_id": skill}]],
        [[{"skill_id": skill}], []],
    ]


def test_what_is_referred_to_is_not_deleted(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.SCHEDULER)
    with uow(viewer=viewer) as session, pytest.raises(RuleBroken) as refused:
        delete(session, viewer, SITES, world.north[m.Site], "1")
    assert "equipment (1)" in refused.value.message
    assert "work order (1)" in refused.value.message
    assert "retired" in refused.value.message


def test_somebody_elses_records_are_not_there(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.south[m.Site]
    with uow(viewer=viewer) as session:
        with pytest.raises(NotFound):
            read(session, viewer, SITES, key)
        with pytest.raises(NotFound):
            edit(session, viewer, SITES, key, "1", {"name": "mine"})
        with pytest.raises(NotFound):
            delete(session, viewer, SITES, key, "1")


def test_a_record_cannot_be_moved_out_of_reach_or_refer_beyond_it(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.SCHEDULER)
    with uow(viewer=viewer) as session:
        for change in ({"territory_id": world.south[m.Territory]}, {"organisation_id": world.south[m.Organisation]}):
            with pytest.raises(Invalid) as refused:
                edit(session, viewer, SITES, world.north[m.Site], "1", change)
            assert [fault.pointer for fault in refused.value.faults] == [f"/{name}" for name in change]
            session.rollback()


def test_what_a_role_may_not_change_along_with_a_record_is_refused(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.TECHNICIAN)
    with uow(viewer=viewer) as session, pytest.raises(Forbidden, match="technician may not edit visit"):
        edit(session, viewer, VISITS, world.north[m.Visit], "1", {"findings": "x"})


def test_taken_values_are_named(uow: UnitOfWork, world: World) -> None:
    viewer = Viewer.system()
    with uow(viewer=viewer) as session:
        taken = session.get_one(m.Technician, world.south[m.Technician]).code
        with pytest.raises(Conflict, match=f"already a technician with code {taken}"):
            edit(session, viewer, TECHNICIANS, world.north[m.Technician], "1", {"code": taken})


def test_numbers_rise_and_skip_those_taken(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.SCHEDULER)
    with uow(viewer=viewer) as session:
        session.add(m.Organisation(number="ORG-1002", name="taken", kind=m.OrganisationKind.OWNER))
        session.flush()
        made = [
            create(session, viewer, ORGANISATIONS, {"name": "x", "kind": m.OrganisationKind.OWNER}).number
            for _ in range(2)
        ]
    assert made == ["ORG-1001", "ORG-1003"]


def test_a_visit_takes_after_its_work_type(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.CALL_TAKER)
    with uow(viewer=viewer) as session:
        visit = create(session, viewer, VISITS, {"work_order_id": world.north[m.WorkOrder], "setup_seconds": 300})
        shown = view(session, VISITS, visit)
    assert (visit.sequence, visit.duration_seconds, visit.setup_seconds) == (10, 3600, 300)
    assert [(each["skill_id"], each["level"]) for each in shown["skills"]] == [(world.common[m.Skill], 1)]
    assert [(each["part_id"], each["quantity"]) for each in shown["parts"]] == [(world.common[m.Part], 1)]


def test_a_work_order_belongs_to_the_territory_of_its_site(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.CALL_TAKER)
    given: dict[str, Any] = {
        "work_type_id": world.common[m.WorkType],
        "site_id": world.north[m.Site],
        "summary": "x",
        "status": m.WorkOrderStatus.READY,
    }
    with uow(viewer=viewer) as session:
        order = create(session, viewer, WORK_ORDERS, given)
        assert order.territory_id == world.north[m.Territory]
        assert order.reported_at == NOW


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_states_follow_the_vocabulary(uow: UnitOfWork, world: World) -> None:
    viewer = Viewer.system()
    with uow(viewer=viewer) as session:
        ticket = world.north[m.Ticket]
        edit(session, viewer, TICKETS, ticket, "1", {"status": m.TicketStatus.CLOSED})
        with pytest.raises(RuleBroken, match="closed cannot become open; after closed may come: nothing"):
            edit(session, viewer, TICKETS, ticket, "2", {"status": m.TicketStatus.OPEN})
        session.rollback()
        visit = world.north[m.Visit]
        with pytest.raises(RuleBroken, match="dispatched cannot become completed"):
            edit(session, viewer, VISITS, visit, "1", {"status": m.VisitStatus.COMPLETED})
        session.rollback()
        with pytest.raises(RuleBroken, match="on a route of the current plan"):
            edit(session, viewer, VISITS, visit, "1", {"status": m.VisitStatus.CANCELLED})
        session.rollback()
        edit(session, viewer, VISITS, visit, "1", {"status": m.VisitStatus.TRAVELLING})
        with pytest.raises(Invalid, match="1 fault"):
            edit(session, viewer, VISITS, visit, "2", {"status": m.VisitStatus.INCOMPLETE})


def test_a_shift_belongs_to_the_local_day_of_its_territory(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.Technician]
    given = {
        "technician_id": key,
        "starts_at": datetime(2026, 4, 2, 1, tzinfo=UTC),
        "ends_at": datetime(2026, 4, 2, 9, tzinfo=UTC),
    }
    with uow(viewer=viewer) as session:
        shift = create(session, viewer, SHIFTS, given)
        assert shift.local_date == date(2026, 4, 1), "it is still the evening before in Chile"
        edit(session, viewer, SHIFTS, shift.id, "1", {"starts_at": datetime(2026, 4, 2, 5, tzinfo=UTC)})
        assert shift.local_date == date(2026, 4, 2)
        session.rollback()


def test_hours_that_close_at_midnight_do_not_overlap_the_next_day(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.Contract]
    whole_week = [{"weekday": day, "opens": time(0), "closes": time(0)} for day in range(7)]
    with uow(viewer=viewer) as session:
        edit(session, viewer, CONTRACTS, key, "1", {"hours": whole_week})
        lunch = {"weekday": 3, "opens": time(12), "closes": time(13)}
        with pytest.raises(Invalid):
            edit(session, viewer, CONTRACTS, key, "2", {"hours": [*whole_week, lunch]})
        session.rollback()


def test_moving_parts_changes_both_places_or_none(uow: UnitOfWork, world: World) -> None:
    viewer, part = world.viewer(Role.SCHEDULER), world.common[m.Part]
    source, target = world.north[m.Warehouse], world.north[m.Technician]
    given: dict[str, Any] = {
        "part_id": part,
        "quantity": 40,
        "kind": m.MovementKind.TRANSFER,
        "from_warehouse_id": source,
        "to_technician_id": target,
    }
    with uow(viewer=viewer) as session:
        move(session, viewer, given)
        move(session, viewer, given)
        with pytest.raises(RuleBroken, match="has 20 of part"):
            move(session, viewer, given)
        assert session.get_one(m.WarehouseStock, world.north[m.WarehouseStock]).quantity == 20
        assert session.get_one(m.VanStock, world.north[m.VanStock]).quantity == 85
        other = world.common[m.PartSubstitute]
        receipt = {"part_id": other, "quantity": 3, "kind": m.MovementKind.RECEIPT, "to_warehouse_id": source}
        move(session, viewer, receipt)
        session.commit()


def test_rows_without_a_version_are_edited_against_their_content(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.VanStock]
    with uow(viewer=viewer) as session:
        tag = tag_of(read(session, viewer, VAN_STOCK, key))
        changed = tag_of(edit(session, viewer, VAN_STOCK, key, tag, {"minimum": 2}))
        assert changed != tag
        with pytest.raises(StaleVersion):
            edit(session, viewer, VAN_STOCK, key, tag, {"minimum": 3})


def test_access_notes_are_for_the_technician_of_today(uow: UnitOfWork, world: World) -> None:
    site = world.north[m.Site]
    technician = world.viewer(Role.TECHNICIAN)
    assert technician.today is not None
    with uow(viewer=technician, read_only=True) as session:
        assert read_access_notes(session, technician, site) == AccessNotes("code north", ("code north",))
        assert "access_notes" not in view(session, SITES, read(session, technician, SITES, site))
        with pytest.raises(NotFound):
            read_access_notes(session, technician, world.mate[m.Site])
    yesterday = replace(technician, today=technician.today - timedelta(days=1))
    with uow(viewer=yesterday, read_only=True) as session, pytest.raises(Forbidden, match="on the day of your visit"):
        read_access_notes(session, yesterday, site)
    for role in set(Role) - {Role.TECHNICIAN}:
        viewer = world.viewer(role)
        with uow(viewer=viewer, read_only=True) as session, pytest.raises(Forbidden):
            read_access_notes(session, viewer, site)


def test_the_last_administrator_stays(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.ADMINISTRATOR)
    key = world.users["administrator"]
    with uow(viewer=viewer) as session:
        for change in ({"active": False}, {"role": m.Role.INTEGRATOR}):
            with pytest.raises(RuleBroken, match="last active administrator"):
                edit(session, viewer, USERS, key, "1", change)
            session.rollback()


def test_a_deactivated_user_loses_everything(uow: UnitOfWork, world: World, clock: FixedClock) -> None:
    viewer = world.viewer(Role.ADMINISTRATOR)
    with uow(viewer=viewer) as session:
        edit(session, viewer, USERS, world.users["scheduler"], "1", {"active": False})
        session.commit()
    with uow(viewer=Viewer.system(), read_only=True) as session:
        owner = world.users["scheduler"]
        for revoked_at, user_id in (
            (m.AccessToken.revoked_at, m.AccessToken.user_id),
            (m.Device.revoked_at, m.Device.user_id),
        ):
            assert session.scalars(select(revoked_at).where(user_id == owner)).all() == [clock.now()]


def test_an_integrator_may_refer_to_contacts_and_not_read_them(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.INTEGRATOR)
    given = {"channel": m.Channel.EMAIL, "subject": "x", "contact_id": world.north[m.Contact]}
    with uow(viewer=viewer) as session:
        ticket = create(session, viewer, TICKETS, given)
        assert ticket.contact_id == world.north[m.Contact]
        with pytest.raises(Invalid):
            create(session, viewer, TICKETS, given | {"contact_id": 999})
        with pytest.raises(Forbidden):
            read(session, viewer, CONTACTS, world.north[m.Contact])


def test_of_many_editors_at_once_one_wins(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.Contact]

    def change(number: int) -> bool:
        with uow(viewer=viewer) as session:
            try:
                edit(session, viewer, CONTACTS, key, "1", {"name": f"editor {number}"})
            except StaleVersion:
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(change, range(8))) == 1
    assert len(entries(uow, "contact")) == 1


def test_two_editors_of_one_version(uow: UnitOfWork, world: World) -> None:
    viewer, key = world.viewer(Role.SCHEDULER), world.north[m.Contact]
    with uow(viewer=viewer) as session:
        edit(session, viewer, CONTACTS, key, "1", {"name": "first"})
        session.commit()
    with uow(viewer=viewer) as session, pytest.raises(StaleVersion):
        edit(session, viewer, CONTACTS, key, "1", {"name": "second"})
    with uow(viewer=Viewer.system()) as session:
        session.execute(update(m.Contact).where(m.Contact.id == key).values(function="x"))
        assert session.get_one(m.Contact, key).name == "first"
