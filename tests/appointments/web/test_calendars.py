"""Calendar files, read back by a reader of its own: zones, sequences, cancellations, feeds; and no secret in them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from db.engine import make_engine
from db.models import (
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    Contact,
    Plan,
    Route,
    Site,
    Stop,
    StopKind,
    Technician,
    WorkOrder,
)
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.appointments.calendars.feeds import feed
from dispatch.appointments.calendars.files import Between, Entry, Method, calendar_file
from dispatch.appointments.calendars.invitations import invitation
from dispatch.appointments.calendars.zones import vtimezone
from dispatch.appointments.links import links
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.links.links import LinkGone
from dispatch.appointments.local_time import span_of
from dispatch.clock import FixedClock
from dispatch.errors import Invalid, NotFound
from tests.appointments.time.changes import ZONES, changes
from tests.builders.planning import DAY, Company, at

SYSTEM = Viewer.system("test")
NOW = at(6)
BETWEEN = Between("service@example.com", "Faro Servicios", "luz@example.com")


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_in_the_file_has_the_rules_of_the_zone(zone: str) -> None:
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)
    read, true = vtimezone(zone, first, last).to_tz(lookup_tzid=False), ZoneInfo(zone)
    near = [change.at + timedelta(minutes=m) for change in changes(zone, 2026, 2027) for m in (-90, -1, 1, 45, 90)]
    for instant in (*near, first, datetime(2026, 7, 1, tzinfo=UTC), last):
        local = instant.astimezone(true).replace(tzinfo=None)
        if local.replace(tzinfo=true, fold=0).utcoffset() == local.replace(tzinfo=true, fold=1).utcoffset():
            assert local.replace(tzinfo=read).utcoffset() == local.replace(tzinfo=true).utcoffset(), (zone, instant)


def _entry(**fields: Any) -> Entry:
    opens, closes = span_of(date(2026, 9, 7), time(8), time(10), "America/Santiago")
    given: dict[str, Any] = {
        "uid": "a@appointments.dispatch",
        "sequence": 3,
        "starts_at": opens,
        "ends_at": closes,
        "time_zone": "America/Santiago",
        "summary": "Caldera; revisión, anual",
        "location": "Av. del Mar, La Serena",
        "description": "Línea una\nLínea dos " + "larga " * 30,
        "stamp": NOW,
        **fields,
    }
    return Entry(**given)


def _only(content: bytes) -> Any:
    (event,) = _read(content).walk("VEVENT")
    return event


def _read(content: bytes) -> Any:
    return Calendar.from_ical(content)


def test_a_file_is_read_back_as_it_was_meant() -> None:
    entry = _entry()
    content = calendar_file([entry], language="es")
    assert content == calendar_file([entry], language="es")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"\n") == content.count(b"\r\n")
    calendar, event = _read(content), _only(content)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (entry.uid, 3, "CONFIRMED")
    assert event.decoded("DTSTART") == entry.starts_at
    assert event["DTSTART"].params["TZID"] == "America/Santiago"
    assert event.decoded("DTSTART").replace(tzinfo=None) == datetime.combine(date(2026, 9, 7), time(8))
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (entry.summary, entry.description)
    assert event["SUMMARY"].params["LANGUAGE"] == "es"
    assert "ORGANIZER" not in event


@pytest.mark.parametrize(("method", "status"), [(Method.REQUEST, "CONFIRMED"), (Method.CANCEL, "CANCELLED")])
def test_an_invitation_and_its_end(method: Method, status: str) -> None:
    content = calendar_file([_entry()], method, between=BETWEEN)
    event = _only(content)
    assert (_read(content)["METHOD"], event["STATUS"]) == (method.value, status)
    assert event["ORGANIZER"] == "mailto:service@example.com"
    assert event["ATTENDEE"] == "mailto:luz@example.com"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"


class Scene:
    """An appointment of a contact, and the key of links."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.key, self.company = session, LinkKey(None, folder), Company(session)
        company = self.company
        self.contact = company.add(
            Contact(organisation_id=company.owner.id, name="Luz Vera", function="tenant", phone="+56987654321")
        )
        self.shift = company.shift(company.technician(0, name="Paz Olivares"))
        site = company.site(1, access_notes="Door 4711")
        site.house_number = "1207"
        self.order = company.order(site)
        self.visit = company.visit(1, order=self.order)
        self.row = self.appointment()

    def appointment(self, **fields: Any) -> Appointment:
        opens, closes = span_of(DAY, time(10), time(12), self.company.zone)
        given = {
            "work_order_id": self.order.id,
            "territory_id": self.company.territory.id,
            "status": AppointmentStatus.CONFIRMED,
            "opens_at": opens,
            "closes_at": closes,
            "local_date": DAY,
            "local_from": time(10),
            "local_by": time(12),
            "time_zone": self.company.zone,
            "confirmed_at": NOW,
            "confirmed_by_id": self.contact.id,
            "uid": f"uid{self.session.query(Appointment).count()}",
            "attending": "Eva",
            "access_notes": "Key 0815",
            **fields,
        }
        row = self.company.add(Appointment(**given))
        self.company.add(AppointmentVisit(appointment_id=row.id, visit_id=self.visit.id, active=False))
        return row

    def follow(self, **whose: Any) -> str:
        return links.issue_feed(self.session, self.key, language="es", **whose)[1]

    def events(self, token: str, now: datetime = NOW) -> list[Any]:
        content = feed(self.session, self.key, token, now, company="Faro")
        return list(_read(content).walk("VEVENT"))

    def stop(self, starts: datetime, *, published: bool) -> None:
        """Puts the visit into a plan of that day."""
        company, day = self.company, starts.astimezone(ZoneInfo(self.company.zone)).date()
        plan = company.add(
            Plan(territory_id=company.territory.id, local_date=day, published_at=NOW if published else None)
        )
        route = company.add(Route(plan_id=plan.id, shift_id=self.shift.id, revision=4))
        times = {
            "arrives_at": starts - timedelta(minutes=5),
            "starts_at": starts,
            "departs_at": starts + timedelta(hours=1),
        }
        company.add(Stop(route_id=route.id, position=0, kind=StopKind.VISIT, visit_id=self.visit.id, **times))


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[Scene]:
    file = tmp_path / "calendars.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    engine = make_engine(f"sqlite:///{file}")
    with UnitOfWork(engine, now=FixedClock(NOW).now)(viewer=SYSTEM) as session:
        yield Scene(session, tmp_path)
    engine.dispose()


def test_an_appointment_has_no_secret_in_its_file(scene: Scene) -> None:
    content = invitation(scene.session, scene.row.id, "es", Method.REQUEST, company="Faro", between=BETWEEN)
    text = content.decode()
    for secret in ("0815", "4711", "Eva", "1207", "7654321", "Luz Vera", "Paz"):
        assert secret not in text
    event = _only(content)
    assert event["UID"] == "uid0@appointments.dispatch"
    assert str(event["SUMMARY"]) == "Faro: Repair"
    assert "10:00–" in str(event["DESCRIPTION"])
    assert event.decoded("DTSTART") == scene.row.opens_at


def test_the_sequence_rises_and_the_name_stays(scene: Scene) -> None:
    scene.row.sequence = 5
    scene.row.status = AppointmentStatus.CANCELLED
    event = _only(invitation(scene.session, scene.row.id, "en", Method.CANCEL, between=BETWEEN))
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("uid0@appointments.dispatch", 5, "CANCELLED")
    scene.row.status = AppointmentStatus.SUPERSEDED
    with pytest.raises(NotFound):
        invitation(scene.session, scene.row.id, "en")


def test_a_customers_feed_holds_theirs_alone(scene: Scene) -> None:
    token = scene.follow(contact_id=scene.contact.id)
    scene.appointment(status=AppointmentStatus.HELD, confirmed_at=None, held_until=NOW)
    cancelled = scene.appointment(status=AppointmentStatus.CANCELLED)
    scene.appointment(confirmed_by_id=None)
    found = scene.events(token)
    assert [each["UID"].partition("@")[0] for each in found] == [scene.row.uid, cancelled.uid]
    assert [each["STATUS"] for each in found] == ["CONFIRMED", "CANCELLED"]
    links.issue(scene.session, scene.key, scene.order.id, contact_id=scene.contact.id)
    assert len(scene.events(token)) == 3
    assert scene.events(token, NOW + timedelta(days=70)) == []
    scene.contact.erased_at = NOW
    with pytest.raises(LinkGone):
        scene.events(token)


@pytest.mark.parametrize(("days", "published", "count"), [(0, True, 1), (0, False, 0), (-1, True, 0), (3, True, 1)])
def test_a_technicians_feed_holds_published_stops_from_today_on(
    scene: Scene, days: int, published: bool, count: int
) -> None:
    token = scene.follow(technician_id=scene.shift.technician_id)
    starts = at(10) + timedelta(days=days)
    scene.stop(starts, published=published)
    found = scene.events(token)
    assert len(found) == count
    for event in found:
        assert (event.decoded("DTSTART"), event["SEQUENCE"]) == (starts, 4)
        assert "Calle 1207" in str(event["LOCATION"])
        assert "4711" not in event.to_ical().decode()
        assert "0815" not in event.to_ical().decode()


def test_a_feed_ends_with_who_leaves_and_when_it_is_revoked(scene: Scene) -> None:
    row, token = links.issue_feed(scene.session, scene.key, technician_id=scene.shift.technician_id)
    assert scene.events(token) == []
    scene.session.get_one(Technician, scene.shift.technician_id).active = False
    with pytest.raises(LinkGone):
        scene.events(token)
    scene.session.get_one(Technician, scene.shift.technician_id).active = True
    links.revoke(scene.session, row.id, NOW)
    with pytest.raises(LinkGone):
        scene.events(token)
    with pytest.raises(LinkGone):
        links.open_link(scene.session, scene.key, token, NOW)
    _, appointment = links.issue(scene.session, scene.key, scene.order.id)
    with pytest.raises(LinkGone):
        scene.events(appointment)
    with pytest.raises(Invalid):
        links.issue_feed(scene.session, scene.key)


def test_nothing_of_the_site_but_its_street(scene: Scene) -> None:
    site = scene.session.get_one(Site, scene.session.get_one(WorkOrder, scene.order.id).site_id)
    event = _only(invitation(scene.session, scene.row.id, "en"))
    assert str(event["LOCATION"]) == f"{site.street}, {site.city}"
