"""What each role sees, kind by kind; and that no shape of query gets around it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Executable, delete, exists, func, select, text, union, update
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from db import models as m
from db.base import AppendOnly, Base
from db.errors import NeverEdited
from db.models import Role
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated, see_as
from dispatch.access.errors import NotScoped, NoViewer
from tests.builders.world import NOW, World, build_world

KINDS = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda kind: str(kind.__name__))

COMMON = {m.WorkType, m.WorkTypeSkill, m.WorkTypePart, m.Skill, m.Part, m.PartSubstitute, m.Article}
SYSTEM_ONLY = {m.SignIn, m.FailedSignIn, m.IdempotencyRecord, m.NumberSeries}
MATCHING = {m.MatchRecord, m.MatchKey, m.MatchModel}
OPERATIONS = {m.OutboxMessage, m.Job, m.AuditEntry, m.Consent, m.WebhookEndpoint}
OWN = {m.User, m.UserTerritory, m.Device, m.AccessToken}
OFFICE_ONLY = {m.PlanningRun, m.Proposal, m.Absence, m.StockMovement, m.Inbound, m.DurationModel}
TECHNICIANS_WORK = {
    m.Territory, m.Technician, m.TechnicianSkill, m.Shift, m.ShiftBreak, m.Absence, m.VanStock,
    m.StockMovement, m.Warehouse, m.WarehouseStock, m.Plan, m.Route, m.Stop, m.Visit, m.VisitWindow,
    m.VisitSkill, m.VisitPart, m.VisitLink, m.Appointment, m.AppointmentVisit, m.WorkOrder, m.Site,
    m.SiteContact, m.Equipment, m.Contact, m.Organisation, m.Attachment,
}  # fmt: skip
INTEGRATORS_WORK = {m.Organisation, m.Site, m.Equipment, m.Ticket, m.Territory}


def kinds_of(role: Role) -> set[type[Base]]:
    """The kinds of rows a role sees some of; everything else is empty for it."""
    territorys = set(KINDS) - COMMON - SYSTEM_ONLY - MATCHING - OPERATIONS - OWN
    return {
        Role.SCHEDULER: territorys | COMMON | OWN,
        Role.CALL_TAKER: (territorys - OFFICE_ONLY) | COMMON | OWN,
        Role.TECHNICIAN: TECHNICIANS_WORK | COMMON | (OWN - {m.UserTerritory}),
        Role.INTEGRATOR: INTEGRATORS_WORK | (COMMON - {m.Article}) | (OWN - {m.UserTerritory}),
        Role.ADMINISTRATOR: set(KINDS) - SYSTEM_ONLY,
    }[role]


@pytest.fixture
def world(uow: UnitOfWork) -> World:
    with uow(viewer=Viewer.system()) as session:
        world = build_world(session)
        session.commit()
    return world


def keys(session: Session, kind: type[Base]) -> set[int]:
    """The ids of the rows of a kind that the session's viewer sees."""
    column = kind.__mapper__.primary_key[0].key
    return set(session.scalars(select(getattr(kind, str(column)))))


def test_each_role_sees_these_kinds_and_no_others(uow: UnitOfWork, world: World) -> None:
    for role in Role:
        with uow(viewer=world.viewer(role), read_only=True) as session:
            seen = {kind for kind in KINDS if keys(session, kind)}
        assert seen == kinds_of(role), role


def test_nothing_of_another_territory_is_seen(uow: UnitOfWork, world: World) -> None:
    for role in (Role.SCHEDULER, Role.CALL_TAKER):
        with uow(viewer=world.viewer(role), read_only=True) as session:
            seen = {kind: keys(session, kind) for kind in KINDS}
        leaks = {kind.__name__ for kind, key in world.south.rows.items() if key in seen[kind]}
        missing = {
            kind.__name__ for kind, key in world.north.rows.items() if kind in kinds_of(role) and key not in seen[kind]
        }
        assert leaks == set(), role
        assert missing == set(), role


def test_a_technician_sees_nothing_of_a_mate_but_the_territory(uow: UnitOfWork, world: World) -> None:
    shared = {m.Territory, m.Plan, m.Warehouse}
    with uow(viewer=world.viewer(Role.TECHNICIAN), read_only=True) as session:
        seen = {kind: keys(session, kind) for kind in KINDS}
    leaks = {kind.__name__ for kind, key in world.mate.rows.items() if kind not in shared and key in seen[kind]}
    missing = {
        kind.__name__ for kind, key in world.north.rows.items() if kind in TECHNICIANS_WORK and key not in seen[kind]
    }
    assert leaks == set()
    assert missing == set()


def test_a_technician_sees_no_visit_of_a_plan_that_is_not_published(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=Viewer.system()) as session:
        session.execute(update(m.Plan).values(published_at=None))
        session.commit()
    with uow(viewer=world.viewer(Role.TECHNICIAN), read_only=True) as session:
        for kind in (m.Plan, m.Route, m.Stop, m.Visit, m.WorkOrder, m.Site, m.Contact, m.Equipment):
            assert keys(session, kind) == set(), kind
        assert keys(session, m.Shift) == {world.north[m.Shift]}


def test_a_technician_sees_no_visit_of_long_ago(uow: UnitOfWork, world: World) -> None:
    viewer = world.viewer(Role.TECHNICIAN)
    assert viewer.today is not None
    for days, sees in ((-8, False), (-7, True), (1, True), (2, False)):
        with uow(viewer=replace(viewer, today=viewer.today + timedelta(days=days)), read_only=True) as session:
            assert bool(keys(session, m.Visit)) is sees, days


SHAPES: dict[str, Callable[[], Executable]] = {
    "entity": lambda: select(m.Visit.id),
    "alias": lambda: select(aliased(m.Visit).id),
    "join": lambda: select(m.Visit.id).join(m.WorkOrder, m.WorkOrder.id == m.Visit.work_order_id),
    "outer join": lambda: select(m.Visit.id).select_from(m.Skill).outerjoin(m.Visit, m.Visit.id > 0),
    "subquery": lambda: select(select(m.Visit.id).subquery().c.id),
    "cte": lambda: select(select(m.Visit.id).cte().c.id),
    "union": lambda: union(select(m.Visit.id), select(m.Visit.id)),
    "in": lambda: (
        select(m.Skill.id)
        .where(m.Skill.id.in_(select(m.Visit.id - m.Visit.id + 1)))
        .with_only_columns(select(func.max(m.Visit.id)).scalar_subquery())
    ),
    "scalar subquery": lambda: select(select(func.max(m.Visit.id)).scalar_subquery()).select_from(m.Skill),
    "exists": lambda: select(m.Skill.id).where(exists(select(m.Visit.id).where(m.Visit.id > 0)), m.Skill.id < 0),
    "count": lambda: select(func.max(m.Visit.id)),
    "whole rows": lambda: select(m.Visit.id, m.Visit.status),
}


def test_no_shape_of_query_shows_more(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=Viewer.system(), read_only=True) as session:
        everything = keys(session, m.Visit)
    for shape, statement in SHAPES.items():
        with uow(viewer=world.viewer(Role.TECHNICIAN), read_only=True) as session:
            found = {row[0] for row in session.execute(statement())}
        assert found & everything <= {world.north[m.Visit]}, shape


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_aliases_and_bulk_changes_of_every_kind_are_scoped(uow: UnitOfWork, world: World) -> None:
    for role in (Role.SCHEDULER, Role.TECHNICIAN):
        for kind in KINDS:
            column = str(kind.__mapper__.primary_key[0].key)
            with uow(viewer=world.viewer(role)) as session:
                seen, other = keys(session, kind), aliased(kind)
                assert set(session.scalars(select(getattr(other, column)))) == seen, kind
                pair = select(getattr(kind, column), getattr(other, column))
                pair = pair.where(getattr(kind, column) == getattr(other, column))
                assert {each for row in session.execute(pair) for each in row} == seen, kind
                changed = update(kind).values({column: getattr(kind, column)}).returning(getattr(kind, column))
                if issubclass(kind, AppendOnly):
                    with pytest.raises(NeverEdited):
                        session.scalars(changed)
                else:
                    assert set(session.scalars(changed)) == seen, kind


def test_what_is_loaded_along_is_scoped_too(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=Viewer.system()) as session:
        session.add(m.Visit(work_order_id=world.north[m.WorkOrder], sequence=2, duration_seconds=60))
        session.commit()
    for load in (joinedload, selectinload):
        with uow(viewer=world.viewer(Role.TECHNICIAN), read_only=True) as session:
            query = select(m.WorkOrder).options(load(m.WorkOrder.visits))
            (order,) = session.scalars(query).unique()
            assert [visit.id for visit in order.visits] == [world.north[m.Visit]]


def test_bulk_changes_touch_only_what_is_seen(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=world.viewer(Role.SCHEDULER)) as session:
        session.execute(update(m.Visit).values(findings="mine"))
        session.execute(delete(m.VisitWindow))
        session.commit()
    with uow(viewer=Viewer.system(), read_only=True) as session:
        south = session.get_one(m.Visit, world.south[m.Visit])
        assert south.findings is None
        assert keys(session, m.VisitWindow) == {world.south[m.VisitWindow]}


def test_get_finds_only_what_is_seen(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=world.viewer(Role.SCHEDULER), read_only=True) as session:
        assert session.get(m.Site, world.north[m.Site]) is not None
        assert session.get(m.Site, world.south[m.Site]) is None


def test_a_query_without_a_viewer_raises(uow: UnitOfWork) -> None:
    with uow() as session:
        for statement in (select(m.Skill), text("SELECT 1"), update(m.Skill).values(name="x"), select(func.now())):
            with pytest.raises(NoViewer, match="does not know who is asking"):
                session.execute(statement)


def test_statements_that_rules_cannot_be_put_on_are_refused(uow: UnitOfWork, world: World) -> None:
    refused = (
        text("SELECT id FROM visit"),
        select(m.Visit.__table__),
        select(m.Visit).from_statement(text("SELECT * FROM visit")),
    )
    with uow(viewer=world.viewer(Role.SCHEDULER), read_only=True) as session:
        for statement in refused:
            with pytest.raises(NotScoped):
                session.execute(statement)


def test_a_session_serves_one_viewer(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=world.viewer(Role.SCHEDULER)) as session:
        see_as(session, world.viewer(Role.SCHEDULER))
        with pytest.raises(NoViewer, match="already serves"):
            see_as(session, world.viewer(Role.CALL_TAKER))


def test_elevation_ends(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=world.viewer(Role.INTEGRATOR), read_only=True) as session:
        with elevated(session, "test"):
            assert len(keys(session, m.Visit)) == 6
        assert keys(session, m.Visit) == set()
        with pytest.raises(ZeroDivisionError), elevated(session, "test"):
            raise ZeroDivisionError
        assert keys(session, m.Visit) == set()


def test_a_ticket_without_a_place_is_everybodys_until_a_work_order_has_it(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=Viewer.system()) as session:
        lost = m.Ticket(number="T-LOST", channel=m.Channel.TEXT, subject="Where?", received_at=NOW)
        session.add(lost)
        session.flush()
        talk = m.Conversation(ticket_id=lost.id)
        session.add(talk)
        session.flush()
        key, thread = lost.id, talk.id
        session.commit()
    with uow(viewer=world.viewer(Role.CALL_TAKER), read_only=True) as session:
        assert {key} <= keys(session, m.Ticket)
        assert {thread} <= keys(session, m.Conversation)
    with uow(viewer=Viewer.system()) as session:
        session.add(m.TicketMembership(ticket_id=key, work_order_id=world.south[m.WorkOrder], joined_at=NOW))
        session.commit()
    with uow(viewer=world.viewer(Role.CALL_TAKER), read_only=True) as session:
        assert key not in keys(session, m.Ticket)
        assert thread not in keys(session, m.Conversation)


def test_who_reported_elsewhere_is_not_seen_here(uow: UnitOfWork, world: World) -> None:
    with uow(viewer=Viewer.system()) as session:
        made = {}
        for side in (world.north, world.south):
            stranger = m.Organisation(
                number=f"O-{side.name}", name="Pedro", kind=m.OrganisationKind.OCCUPANT, verified=False
            )
            session.add(stranger)
            session.flush()
            # One of an organisation of their own, one of an insurer without any site, one who is only a party.
            insurer = m.Organisation(number=f"I-{side.name}", name="Insurer", kind=m.OrganisationKind.INSURER)
            session.add(insurer)
            session.flush()
            people = [
                m.Contact(organisation_id=stranger.id, name="Pedro", function="", phone="+56911111111", verified=False),
                m.Contact(organisation_id=insurer.id, name="Iris", function="insurer"),
                m.Contact(organisation_id=side[m.Organisation], name="Paula", function="", verified=False),
            ]
            session.add_all(people)
            session.flush()
            ticket = m.Ticket(
                number=f"T-{side.name}",
                channel=m.Channel.PORTAL,
                organisation_id=stranger.id,
                contact_id=people[0].id,
                subject="x",
                received_at=NOW,
                **({"site_id": side[m.Site]} if side is world.north else {"equipment_id": side[m.Equipment]}),
            )
            session.add(ticket)
            session.flush()
            session.add(m.Conversation(ticket_id=ticket.id, contact_id=people[1].id))
            session.add(m.Party(ticket_id=ticket.id, role=m.PartyRole.INSURER, contact_id=people[2].id))
            made[side.name] = ({each.id for each in people}, {stranger.id})
        session.commit()
    for role in (Role.SCHEDULER, Role.CALL_TAKER):
        viewer = world.viewer(role)
        for viewers, sees in ((viewer, {world.north.name}), (replace(viewer, territory_ids=frozenset()), set())):
            with uow(viewer=viewers, read_only=True) as session:
                contacts, organisations = keys(session, m.Contact), keys(session, m.Organisation)
            for name, (people_there, strangers) in made.items():
                assert (contacts & people_there) == (people_there if name in sees else set()), (role, name)
                assert (organisations & strangers) == (strangers if name in sees else set()), (role, name)
