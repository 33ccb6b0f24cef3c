"""Tickets in the database: remembered, found again, kept as pairs, forgotten, and learned from; on both databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Channel,
    Contact,
    Equipment,
    MatchBand,
    MatchKey,
    MatchModel,
    MatchPair,
    MatchRecord,
    Organisation,
    OrganisationKind,
    ReviewStatus,
    Role,
    Site,
    Territory,
    Ticket,
    User,
)
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.errors import NotFound
from dispatch.intake.facts.said import Field, Said, say
from dispatch.intake.matching import Thresholds, forget, learn, matched, remember

LIMITS = Thresholds()


class Desk:
    """One site with two lifts, and tickets about them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        owner = Organisation(number="ORG-1", name="Edificio Molles", kind=OrganisationKind.OWNER)
        territory = Territory(code="LSC", name="La Serena", time_zone="America/Santiago", country="CL", currency="CLP")
        session.add_all([owner, territory])
        session.flush()
        self.site = Site(
            organisation_id=owner.id,
            territory_id=territory.id,
            name="Edificio Molles",
            street="Avenida Francisco de Aguirre",
            house_number="320",
            postcode="1700000",
            city="La Serena",
            country="CL",
            latitude=-29.9,
            longitude=-71.25,
        )
        self.person = Contact(
            organisation_id=owner.id, name="Pepe Soto", function="porter", email=None, phone="+56 9 0000 1234"
        )
        session.add_all([self.site, self.person])
        session.flush()
        self.lifts = [
            Equipment(
                site_id=self.site.id,
                kind="lift",
                model="A",
                serial=f"S-{n}",
                label_code=f"PU-{n}",
                position=f"Lift {n}, shaft {n}",
            )
            for n in (1, 2)
        ]
        session.add_all(self.lifts)
        session.flush()
        self.count = 0

    def ticket(self, symptom: str, hours: float = 0, lift: int | None = None, *, at_site: bool = True) -> int:
        """A ticket of the porter; remembered. lift: counted from 0."""
        self.count += 1
        ticket = Ticket(
            number=f"T-{1000 + self.count}",
            channel=Channel.PHONE,
            subject=symptom[:40],
            symptom=symptom,
            contact_id=self.person.id,
            site_id=self.site.id if at_site else None,
            equipment_id=None if lift is None else self.lifts[lift].id,
            received_at=self.now + timedelta(hours=hours),
        )
        self.session.add(ticket)
        self.session.flush()
        remember(self.session, ticket.id)
        return ticket.id


@pytest.fixture
def desk(uow: UnitOfWork, clock: FixedClock) -> Iterator[Desk]:
    """A desk in a session of the system's own."""
    with uow(viewer=Viewer.system("test")) as session:
        yield Desk(session, clock.now())


def test_the_same_fault_in_two_languages_is_found_and_explained(desk: Desk) -> None:
    first = desk.ticket("La puerta del ascensor no cierra", lift=0)
    second = desk.ticket("Lift door won't close", hours=1, lift=0)
    (pair,) = matched(desk.session, second, LIMITS)
    assert (pair.ticket_id, pair.other_id, pair.band) == (first, second, MatchBand.MERGE)
    said = {each["field"]: each["words"] for each in pair.evidence}
    assert said["fault"].startswith("same symptom, of the same unit (+")
    assert said["equipment"].startswith("the same equipment")
    assert matched(desk.session, first, LIMITS) == [pair]


def test_two_lifts_and_two_faults_on_one_lift_stay_apart(desk: Desk) -> None:
    first = desk.ticket("La puerta del ascensor no cierra", lift=0)
    other_lift = desk.ticket("La puerta del ascensor no cierra", hours=1, lift=1)
    other_fault = desk.ticket("Car light flickers", hours=30, lift=0)
    for ticket in (other_lift, other_fault):
        merged = [pair for pair in matched(desk.session, ticket, LIMITS) if pair.band is MatchBand.MERGE]
        assert [pair for pair in merged if first in (pair.ticket_id, pair.other_id)] == []


def test_a_decision_outlasts_every_later_comparison(desk: Desk) -> None:
    desk.ticket("La puerta del ascensor no cierra", lift=0)
    second = desk.ticket("Lift door won't close", hours=1, lift=0)
    (pair,) = matched(desk.session, second, LIMITS)
    pair.status = ReviewStatus.REJECTED
    desk.session.flush()
    remember(desk.session, second)
    (again,) = matched(desk.session, second, LIMITS)
    assert (again, again.status) == (pair, ReviewStatus.REJECTED)


def test_a_pair_in_the_middle_waits_for_a_person(desk: Desk) -> None:
    desk.ticket("La puerta del ascensor no cierra", lift=0)
    second = desk.ticket("Lift door won't close", hours=1, lift=0)
    (pair,) = matched(desk.session, second, Thresholds(merge=0.999_999_999, review=0.01))
    assert (pair.band, pair.status) == (MatchBand.REVIEW, ReviewStatus.WAITING)
    matched(desk.session, second, LIMITS)
    assert (pair.band, pair.status) == (MatchBand.MERGE, ReviewStatus.SETTLED)


def test_what_is_forgotten_is_not_found_until_remembered(desk: Desk) -> None:
    first = desk.ticket("La puerta del ascensor no cierra", lift=0)
    second = desk.ticket("Lift door won't close", hours=1, lift=0)
    forget(desk.session, first)
    assert matched(desk.session, second, LIMITS) == []
    assert matched(desk.session, first, LIMITS) == []
    assert desk.session.scalar(select(MatchKey).where(MatchKey.ticket_id == first)) is None
    remember(desk.session, first)
    assert len(matched(desk.session, second, LIMITS)) == 1


def test_facts_are_compared_and_follow_what_was_said(desk: Desk) -> None:
    ticket = desk.ticket("Se detiene", at_site=False)
    said = Said(desk.now, Channel.PHONE)
    for field, value in ((Field.STREET, "Avda. Fco. de Aguirre"), (Field.HOUSE_NUMBER, "320"), (Field.SERIAL, "s 1")):
        say(desk.session, ticket, field, value, said)
    record = remember(desk.session, ticket)
    assert (record.street, record.number, record.serials) == ("francisco de aguirre", "320", ("s1",))
    keys = set(desk.session.scalars(select(MatchKey.key).where(MatchKey.ticket_id == ticket)))
    assert {"se:s1", "ph:00001234"} <= keys
    kept = desk.session.scalars(select(MatchRecord)).one()
    assert kept.fields == record.as_fields()


def test_pairs_and_bands_do_not_hang_on_the_order_of_arrival(desk: Desk) -> None:
    tickets = [
        desk.ticket("La puerta del ascensor no cierra", lift=0),
        desk.ticket("Lift door won't close", hours=1, lift=0),
        desk.ticket("puerta mala", hours=2),
        desk.ticket("Aufzug: Licht flackert", hours=3, lift=1),
    ]

    def all_of(order: list[int]) -> set[tuple[int, int, float]]:
        for ticket in tickets:
            forget(desk.session, ticket)
        desk.session.query(MatchPair).delete()
        for ticket in order:
            remember(desk.session, ticket)
            matched(desk.session, ticket, LIMITS)
        return {(pair.ticket_id, pair.other_id, pair.probability) for pair in desk.session.scalars(select(MatchPair))}

    assert all_of(tickets) == all_of(tickets[::-1])


def test_learning_follows_decisions_and_is_used_from_then_on(desk: Desk) -> None:
    learn(desk.session)
    assert desk.session.scalar(select(MatchModel)) is None
    first = desk.ticket("La puerta del ascensor no cierra", lift=0)
    for hour in range(1, 5):
        matched(desk.session, desk.ticket("Lift door won't close", hours=hour, lift=0), LIMITS)
    pairs = list(desk.session.scalars(select(MatchPair)))
    before = {pair.id: pair.probability for pair in pairs}
    person = User(name="Rita", email="rita@puntal.example", role=Role.SCHEDULER)
    desk.session.add(person)
    desk.session.flush()
    for minute, pair in enumerate(pairs):
        pair.status, pair.decided_by_id = ReviewStatus.REJECTED, person.id
        pair.decided_at = desk.session.info["now"]() + timedelta(minutes=minute)
    desk.session.flush()
    learn(desk.session)
    kept = desk.session.scalars(select(MatchModel)).one()
    assert kept.learned_from == {"pairs": len(pairs), "rejected": len(pairs)}
    matched(desk.session, first, LIMITS)
    ours = [pair for pair in pairs if first in (pair.ticket_id, pair.other_id)]
    assert ours
    assert [pair.id for pair in ours if pair.probability >= before[pair.id]] == []


def test_a_ticket_that_is_not_there_cannot_be_remembered(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no ticket 77"):
        remember(desk.session, 77)
