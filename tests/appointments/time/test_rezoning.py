"""A country changes its clocks after appointments were made: what was said stays, the instants move."""

import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    AuditEntry,
    OutboxMessage,
    Promise,
    PromiseKind,
    Stop,
    Visit,
    VisitWindow,
)
from db.session import UnitOfWork
from dispatch.appointments.local_time import span_of
from dispatch.appointments.rezoning import EachHalfDay, rezone
from dispatch.clock import FixedClock
from dispatch.promises import ledger
from tests.builders.planning import DAY, Company
from tests.planning.common import ROADS, SYSTEM, sqlite_only
from tests.planning.scene import Scene

FAKE: Final = "Test/Moved"
HOUR: Final = timedelta(hours=1)


class Rules:
    """The rules of a zone of the test's own, which can change."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FAKE
        self.file.parent.mkdir(parents=True)

    def become(self, zone: str) -> None:
        """From now on the zone's clocks go like those of another."""
        with as_file(files("tzdata").joinpath("zoneinfo", *zone.split("/"))) as source:
            shutil.copy(source, self.file)


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    made = Rules(tmp_path / "zones")
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path / "zones"), *before])
    made.become("America/Santiago")
    yield made
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
def scene(rules: Rules, uow: UnitOfWork, clock: FixedClock) -> Iterator[Scene]:
    with uow(viewer=SYSTEM) as session:
        yield Scene(uow, clock, Company(session, zone=FAKE))


def _appointment(session: Session, visit: Visit, territory_id: int, local: tuple[time, time], uid: str) -> Appointment:
    opens, closes = span_of(DAY, *local, FAKE)
    appointment = Appointment(
        work_order_id=visit.work_order_id,
        territory_id=territory_id,
        status=AppointmentStatus.CONFIRMED,
        opens_at=opens,
        closes_at=closes,
        local_date=DAY,
        local_from=local[0],
        local_by=local[1],
        time_zone=FAKE,
        uid=uid,
    )
    session.add(appointment)
    session.flush()
    session.add(AppointmentVisit(appointment_id=appointment.id, visit_id=visit.id))
    session.add(VisitWindow(visit_id=visit.id, opens_at=opens, closes_at=closes, appointment_id=appointment.id))
    ledger.make(
        session,
        PromiseKind.WINDOW,
        visit.work_order_id,
        visit_id=visit.id,
        local_date=DAY,
        local_from=local[0],
        local_by=local[1],
        time_zone=FAKE,
        appointment_id=appointment.id,
    )
    return appointment


def _starts(scene: Scene, visit: Visit) -> datetime:
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        return session.scalars(select(Stop.starts_at).where(Stop.visit_id == visit.id)).one()


def test_windows_promises_and_stops_follow_what_was_said(scene: Scene, rules: Rules) -> None:
    company = scene.company
    (shift,) = company.crew(1)
    visit, other = company.visit(1), company.visit(2)
    scene.move(visit, shift.id)
    made = scene.act(
        lambda s: _appointment(s, s.get_one(Visit, visit.id), company.territory.id, (time(10), time(12)), "a")
    )
    scene.move(visit, shift.id)
    scene.move(other, shift.id)
    assert made.opens_at <= _starts(scene, visit) <= made.closes_at
    assert rezone(scene.uow, scene.clock, ROADS) == ()

    rules.become("America/Lima")  # two hours further west
    (moved,) = rezone(scene.uow, scene.clock, ROADS)
    assert (moved.appointment_id, moved.by, moved.is_planned) == (made.id, 2 * HOUR, True)
    now = scene.row(Appointment, made.id)
    assert (now.opens_at, now.closes_at) == (made.opens_at + 2 * HOUR, made.closes_at + 2 * HOUR)
    assert (now.local_from, now.local_by, now.sequence) == (time(10), time(12), 1)
    assert now.opens_at <= _starts(scene, visit) <= now.closes_at
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        (window,) = session.scalars(select(VisitWindow)).all()
        assert (window.opens_at, window.closes_at) == (now.opens_at, now.closes_at)
        first, second = session.scalars(select(Promise).order_by(Promise.id)).all()
        assert second.supersedes_id == first.id
        assert (first.local_from, first.local_by) == (second.local_from, second.local_by)
        assert second.by_at - first.by_at == 2 * HOUR
        assert ledger.open_promises(session, [visit.work_order_id]) == [second]
        (message,) = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "appointment.changed")).all()
        assert message.payload == {"appointment_id": made.id, "sequence": 1}
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "rezone")).first() is not None
    assert scene.violations() == []
    assert rezone(scene.uow, scene.clock, ROADS) == ()


@sqlite_only
def test_a_stop_that_cannot_follow_is_told(scene: Scene, rules: Rules) -> None:
    company = scene.company
    (shift,) = company.crew(1)
    visit = company.visit(1)
    scene.move(visit, shift.id)
    made = scene.act(
        lambda s: _appointment(s, s.get_one(Visit, visit.id), company.territory.id, (time(14), time(15)), "a")
    )
    scene.move(visit, shift.id)
    before = _starts(scene, visit)
    rules.become("Pacific/Honolulu")  # seven hours: long after the shift
    (moved,) = rezone(scene.uow, scene.clock, ROADS)
    assert not moved.is_planned
    assert scene.row(Appointment, made.id).opens_at == made.opens_at + 7 * HOUR
    assert _starts(scene, visit) == before


@sqlite_only
def test_a_time_that_the_new_rules_skip_becomes_the_next_one(scene: Scene, rules: Rules) -> None:
    company = scene.company
    visit = company.visit(1)
    made = scene.act(
        lambda s: _appointment(s, s.get_one(Visit, visit.id), company.territory.id, (time(10), time(12)), "a")
    )
    # The clocks go from 10:00 to 11:00 on this very day.
    rules.file.write_bytes(_by_posix(b"EST5EDT,M3.1.2/10,M11.1.0"))
    (moved,) = rezone(scene.uow, scene.clock, ROADS)
    now = scene.row(Appointment, made.id)
    assert now.opens_at == datetime(2026, 3, 3, 15, tzinfo=UTC)
    assert now.closes_at == datetime(2026, 3, 3, 16, tzinfo=UTC)
    assert moved.by == now.opens_at - made.opens_at
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        (promise,) = ledger.open_promises(session, [visit.work_order_id])
    assert (promise.local_from, promise.local_by, promise.from_at) == (time(11), time(12), now.opens_at)
    assert rezone(scene.uow, scene.clock, ROADS) == ()


@sqlite_only
def test_the_second_reading_of_an_hour_stays_the_second(scene: Scene) -> None:
    visit, territory = scene.company.visit(1), scene.company.territory.id
    made = scene.act(lambda s: _appointment(s, s.get_one(Visit, visit.id), territory, (time(10), time(12)), "a"))
    with scene.uow(viewer=SYSTEM) as session:
        row = session.get_one(Appointment, made.id)
        row.local_date, row.local_from, row.local_by = date(2026, 4, 4), time(23), time(23, 30)
        row.opens_at = datetime(2026, 4, 5, 3, tzinfo=UTC)
        row.closes_at = datetime(2026, 4, 5, 3, 30, tzinfo=UTC)
        session.commit()
    assert rezone(scene.uow, scene.clock, ROADS) == ()


@sqlite_only
def test_what_is_over_stays(scene: Scene, rules: Rules) -> None:
    visit = scene.company.visit(1)
    territory = scene.company.territory.id
    made = scene.act(lambda s: _appointment(s, s.get_one(Visit, visit.id), territory, (time(10), time(12)), "a"))
    rules.become("America/Lima")
    scene.clock.instant = made.closes_at + timedelta(days=2)
    assert rezone(scene.uow, scene.clock, ROADS) == ()
    assert scene.row(Appointment, made.id).opens_at == made.opens_at


@sqlite_only
def test_the_worker_looks_twice_a_day(scene: Scene, rules: Rules) -> None:
    visit = scene.company.visit(1)
    territory = scene.company.territory.id
    scene.act(lambda s: _appointment(s, s.get_one(Visit, visit.id), territory, (time(10), time(12)), "a"))
    chore = EachHalfDay(scene.uow, scene.clock, ROADS)
    assert chore() is False
    rules.become("America/Lima")
    scene.clock.instant += timedelta(hours=11)
    assert chore() is False
    scene.clock.instant += timedelta(hours=1)
    assert chore() is True


def _by_posix(rule: bytes) -> bytes:
    """A time zone file (RFC 8536) without transitions, whose rule is that of its footer."""

    def block(version: bytes) -> bytes:
        counts = (0, 0, 0, 0, 1, 4)
        head = b"TZif" + version + bytes(15) + b"".join(count.to_bytes(4, "big") for count in counts)
        return head + (-18000).to_bytes(4, "big", signed=True) + bytes(2) + b"EST\0"

    return block(b"2") + block(b"2") + b"\n" + rule + b"\n"
