"""What a customer's link opens, without a browser: looking does nothing, forms only with what the customer knows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.engine import make_engine
from db.models import (
    Appointment,
    AppointmentStatus,
    AuditEntry,
    Contact,
    CustomerLink,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
)
from db.session import UnitOfWork
from dispatch.appointments.holding.holding import hold
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.clock import FixedClock
from tests.api.served import TestClient
from tests.builders.planning import at
from tests.pages.customer_site import ANSWER, HOUSE, MONDAY, PHONE, SYSTEM, CustomerSite, make_site


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CustomerSite]:
    folder = tmp_path_factory.mktemp("customers")
    file = folder / "customers.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    clock = FixedClock(at(7, 0, MONDAY))
    engine = make_engine(f"sqlite:///{file}")
    yield make_site(UnitOfWork(engine, now=clock.now), clock, folder)
    engine.dispose()


@pytest.fixture
def client(site: CustomerSite) -> Iterator[TestClient]:
    site.clock.instant = at(7, 0, MONDAY)
    site.app.state.customer_limits._seen.clear()
    with TestClient(site.app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


class Page:
    """A page as text, and its form."""

    def __init__(self, client: TestClient, path: str) -> None:
        self.client, self.path = client, path
        self.answer = client.get(path)
        self.text = self.answer.text

    @property
    def form(self) -> str:
        return self._values("form")[0]

    @property
    def slots(self) -> list[str]:
        return self._values("slot")

    def send(self, path: str | None = None, **fields: str) -> "Page":
        """Sends the form; what is not named is as the page had it."""
        given = {"form": self.form, "lang": "en", "answer": ANSWER, **fields}
        page = Page.__new__(Page)
        page.client, page.path = self.client, self.path
        page.answer = self.client.post(path or self.path, data=given)
        page.text = page.answer.text
        return page

    def _values(self, name: str) -> list[str]:
        return re.findall(rf'name="{name}"[^>]*value="([^"]*)"', self.text)


def _booked(client: TestClient, site: CustomerSite, which: int = 0) -> tuple[str, Appointment]:
    """A link's address, and the appointment that was confirmed by it."""
    path = site.path()
    page = Page(client, path)
    assert page.send(slot=page.slots[which]).answer.status_code == 303
    return path, site.appointments()[-1]


def test_looking_changes_nothing_and_chooses_nothing(client: TestClient, site: CustomerSite) -> None:
    path, before = site.path(), site.rows()
    page = Page(client, path)
    assert page.answer.status_code == 200
    assert len(page.slots) == 9
    assert " checked" not in page.text
    assert client.head(path).status_code == client.get(path, headers={"Sec-Purpose": "prefetch"}).status_code == 204
    assert site.rows() == before
    headers = page.answer.headers
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
    assert "noindex" in headers["x-robots-tag"]
    assert "script-src 'self'" in headers["content-security-policy"]
    for secret in (PHONE, ANSWER, HOUSE, "Somebody else", "Luz", "Olivares"):
        assert secret not in page.text
    assert "<script" not in page.text


def test_a_window_is_confirmed_with_the_answer(client: TestClient, site: CustomerSite) -> None:
    path = site.path()
    page = Page(client, path)
    sent = page.send(slot=page.slots[2], attending="Luz, second floor", notes="Code 4711")
    assert sent.answer.status_code == 303
    assert sent.answer.headers["location"] == f"{path}?done=confirmed&lang=en"
    (made,) = site.appointments()
    assert made.status is AppointmentStatus.CONFIRMED
    assert f"{int(made.opens_at.timestamp())}.{int(made.closes_at.timestamp())}" in page.slots[2]
    assert (made.attending, made.access_notes, made.confirmed_by_id) == (
        "Luz, second floor",
        "Code 4711",
        site.contact_id,
    )
    shown = Page(client, sent.answer.headers["location"])
    assert "Thank you. Your appointment is confirmed." in shown.text
    assert "You told us how to get in." in shown.text
    assert "4711" not in shown.text
    assert not shown.slots
    # Sent again, such as by the back button, it is the same appointment.
    assert page.send(slot=page.slots[2]).answer.status_code == 303
    assert len(site.appointments()) == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"answer": ""}, "Please answer this question."),
        ({"answer": "0000"}, "You can try 4 more times."),
        ({"slot": ""}, "Please choose a time."),
        ({"slot": "1772535600.1772542800.1.0123456789abcdef0123456789abcdef"}, "Please choose a time."),
        ({"form": ""}, "This page was open for too long."),
        ({"form": "1772445600.e267e18c25d9367a0bd38a3ff364e426"}, "This page was open for too long."),
        ({"website": "https://example.com"}, "This page was open for too long."),
        ({"attending": "x" * 201}, "That is too long"),
        ({"notes": "x" * 2001}, "That is too long"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_confirmed(
    client: TestClient, site: CustomerSite, fields: dict[str, str], told: str
) -> None:
    page = Page(client, site.path())
    before = site.rows()
    sent = page.send(**{"slot": page.slots[0], "attending": "Luz <b>", **fields})
    assert sent.answer.status_code == 422
    assert told in sent.text
    assert "<title>Please correct:" in sent.text
    assert site.rows() == before
    if "attending" not in fields:
        assert "Luz &lt;b&gt;" in sent.text
    if not fields.keys() & {"slot"}:
        assert sent.text.count(" checked") == 1


def test_a_window_of_another_page_is_not_taken(client: TestClient, site: CustomerSite) -> None:
    one, other = Page(client, site.path()), Page(client, site.path())
    assert "Please choose a time." in one.send(slot=other.slots[0]).text
    assert site.statuses() == []


def test_a_page_that_was_open_for_too_long(client: TestClient, site: CustomerSite) -> None:
    page = Page(client, site.path())
    site.clock.instant += timedelta(hours=2, seconds=1)
    assert "open for too long" in page.send(slot=page.slots[-1]).text
    assert site.statuses() == []


def test_a_form_from_elsewhere_is_not_taken(client: TestClient, site: CustomerSite) -> None:
    page = Page(client, site.path())
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert page.send(slot=page.slots[0]).answer.status_code == 422
    del client.headers["Sec-Fetch-Site"]
    assert site.statuses() == []


def test_five_wrong_answers_and_the_page_says_whom_to_call(client: TestClient, site: CustomerSite) -> None:
    page = Page(client, site.path())
    for guess in ("1111", "2222", "3333", "4444"):
        assert "That is not what we have on file." in page.send(slot=page.slots[0], answer=guess).text
    last = page.send(slot=page.slots[0], answer="5555")
    assert "nothing can be changed any more" in last.text
    assert "+56 51 255 0100" in last.text
    assert page.send(slot=page.slots[0]).answer.status_code == 422
    assert site.statuses() == []
    assert 'name="answer"' not in Page(client, page.path).text


def test_who_comes_too_late_gets_fresh_windows_at_once(client: TestClient, site: CustomerSite) -> None:
    pages = [Page(client, site.path()) for _ in range(8)]
    key = ".".join(pages[0].slots[-1].split(".")[:2])
    sent = [page.send(slot=next(each for each in page.slots if each.startswith(key))) for page in pages]
    codes = [each.answer.status_code for each in sent]
    # Two technicians, visits of an hour, starts within two hours: six at most.
    assert codes == [303] * 6 + [422] * 2
    late = sent[-1]
    assert "Somebody else was quicker" in late.text
    assert 'aria-describedby="slot-error"' in late.text
    assert late.slots
    assert not any(each.startswith(key) for each in late.slots)
    assert site.statuses() == []
    assert late.send(late.path, slot=late.slots[0]).answer.status_code == 303
    assert site.statuses() == [AppointmentStatus.CONFIRMED]


def test_a_window_that_is_kept_is_confirmed(client: TestClient, site: CustomerSite) -> None:
    path = site.path()
    offered = Page(client, path).slots[4].split(".")
    opens, closes = (datetime.fromtimestamp(int(each), UTC) for each in offered[:2])
    wanted, the = SlotWanted(site.orders[-1], opens, closes), site.services
    held = site.uow.run(lambda s: hold(s, SYSTEM, the.clock, the.travel, wanted), viewer=SYSTEM)
    page = Page(client, path)
    assert "Kept for you, not yet confirmed" in page.text
    assert "We keep this time for you until 07:10." in page.text
    assert page.send(f"{path}/confirm/{held.id}", answer="1111").answer.status_code == 422
    assert site.statuses() == [AppointmentStatus.HELD]
    assert page.send(f"{path}/confirm/{held.id}").answer.headers["location"] == f"{path}?done=confirmed&lang=en"
    assert site.statuses() == [AppointmentStatus.CONFIRMED]
    assert page.send(f"{path}/confirm/999999").answer.headers["location"] == f"{path}?lang=en"


def test_work_that_waits_for_the_customer_is_chosen_for(client: TestClient, site: CustomerSite) -> None:
    path = site.path(site.order(status=WorkOrderStatus.WAITING_FOR_CUSTOMER))
    page = Page(client, path)
    assert page.send(slot=page.slots[0]).answer.status_code == 303
    assert site.statuses() == [AppointmentStatus.CONFIRMED]


def test_two_people_who_start_together_are_one_appointment(client: TestClient, site: CustomerSite) -> None:
    path = site.path(site.order(together=True))
    page = Page(client, path)
    assert page.send(slot=page.slots[-1]).answer.status_code == 303
    (made,) = site.appointments()
    assert not Page(client, path).slots
    site.clock.instant = at(7, 30, made.local_date)
    site.publish(made.local_date)
    text = Page(client, path).text
    assert "Diego comes to you" in text
    assert "Paz comes to you" in text


def test_changing_keeps_the_old_one_until_the_new_one_holds(client: TestClient, site: CustomerSite) -> None:
    path, made = _booked(client, site)
    page = Page(client, f"{path}/change/{made.id}")
    assert "It stays yours until another time is confirmed." in page.text
    key = f"{int(made.opens_at.timestamp())}."
    assert not any(each.startswith(key) for each in page.slots)
    assert page.send(slot=page.slots[3], answer="1234").answer.status_code == 422
    assert site.statuses() == [AppointmentStatus.CONFIRMED]
    assert page.send(slot=page.slots[3]).answer.headers["location"] == f"{path}?done=changed&lang=en"
    assert site.statuses() == [AppointmentStatus.SUPERSEDED, AppointmentStatus.CONFIRMED]
    new = site.appointments()[-1]
    assert (new.uid, new.sequence) == (made.uid, made.sequence + 1)
    # The old page again does nothing more.
    assert page.send(slot=page.slots[3]).answer.status_code in (303, 422)
    assert len(site.appointments()) == 2


def test_cancelling_frees_the_time(client: TestClient, site: CustomerSite) -> None:
    path, made = _booked(client, site)
    stops = site.stops()
    page = Page(client, f"{path}/cancel/{made.id}")
    assert page.send(answer="").answer.status_code == 422
    assert page.send(why="Repaired by itself").answer.headers["location"] == f"{path}?done=cancelled&lang=en"
    (row,) = site.appointments()
    assert (row.status, row.ended_why) == (AppointmentStatus.CANCELLED, "Repaired by itself")
    assert site.stops() == stops - 1
    assert Page(client, path).slots
    assert page.send().answer.status_code == 303
    assert client.get(f"{path}/cancel/{made.id}").status_code == 404


def test_who_will_be_there_is_written_and_not_shown(client: TestClient, site: CustomerSite) -> None:
    path, made = _booked(client, site)
    page = Page(client, f"{path}/details/{made.id}")
    assert page.send(attending="Ana", notes="Ring twice").answer.status_code == 303
    again = Page(client, f"{path}/details/{made.id}")
    assert "Ring twice" not in again.text
    assert again.send(attending="", notes="Ring thrice").answer.status_code == 303
    row = site.appointments()[-1]
    assert (row.attending, row.access_notes) == ("Ana", "Ring thrice")
    with site.uow(viewer=SYSTEM, read_only=True) as session:
        written = [str(each.changes) for each in session.query(AuditEntry).filter_by(entity="appointment")]
    assert not any("Ring" in each for each in written)


def test_whose_turn_it_is_on_the_day(client: TestClient, site: CustomerSite) -> None:
    path, made = _booked(client, site)
    assert "Paz" not in Page(client, path).text
    site.clock.instant = at(7, 30, made.local_date)
    assert "as it stands now" not in Page(client, path).text
    site.publish(made.local_date)
    text = Page(client, path).text
    assert re.search(r"(Paz|Diego) comes to you, at about \d\d:\d\d as it stands now\.", text)
    assert "Olivares" not in text
    assert "Rojas" not in text
    with site.uow(viewer=SYSTEM) as session:
        visit = session.query(Visit).filter_by(work_order_id=made.work_order_id).one()
        visit.status = VisitStatus.TRAVELLING
        session.commit()
    text = Page(client, path).text
    assert "is on the way and arrives at about" in text
    assert f"{path}/cancel/" not in text
    assert client.get(f"{path}/cancel/{made.id}").status_code == 404


def test_who_may_only_look(client: TestClient, site: CustomerSite) -> None:
    order = site.order()
    path = site.path(order, may_decide=False)
    page = Page(client, path)
    assert "Somebody else decides about the time." in page.text
    assert not page.slots
    decider = site.path(order)
    assert Page(client, decider).slots
    with site.uow(viewer=SYSTEM) as session:
        like = session.get_one(Contact, site.contact_id)
        other = Contact(organisation_id=like.organisation_id, name="Eva", function="owner", phone="+56 2 2345 9999")
        session.add(other)
        session.flush()
        session.get_one(WorkOrder, order).decider_id = other.id
        session.commit()
    assert not Page(client, decider).slots
    assert Page(client, site.path(order, contact_id=other.id)).slots


def test_links_that_lead_nowhere_answer_alike(client: TestClient, site: CustomerSite) -> None:
    path, made = _booked(client, site)
    other, theirs = _booked(client, site, 1)
    token = site.link(lifetime=timedelta(days=1))
    with site.uow(viewer=SYSTEM) as session:
        link = session.query(CustomerLink).order_by(CustomerLink.id.desc()).first()
        assert link is not None
        link.revoked_at = site.clock.now()
        session.commit()
    nowhere = ["/a/x", "/a/" + "A" * 46, f"/a/{token}", f"{path}/cancel/{theirs.id}", f"{path}/elsewhere", "/a/a/b/c"]
    nowhere += [f"{other}/calendar/{made.id}.ics", f"{path}/change/999999"]
    texts = {client.get(each).text for each in nowhere}
    assert {client.get(each).status_code for each in nowhere} == {404}
    assert len(texts) == 1
    text = texts.pop()
    assert "This link does not work" in text
    assert "+56 51 255 0100" in text
    assert client.post("/a/x", data={"form": "x"}).status_code == 404
    spoken = client.get("/a/x", headers={"Accept-Language": "es-CL,es;q=0.9,en;q=0.5"})
    assert "Este enlace no funciona" in spoken.text
    assert '<html lang="es">' in spoken.text


def test_spanish(client: TestClient, site: CustomerSite) -> None:
    path = site.path(language="es-CL")
    text = Page(client, path).text
    assert '<html lang="es">' in text
    assert "Últimas cuatro cifras de su teléfono" in text
    assert "Martes 3 de marzo" in text
    assert '<html lang="en">' in client.get(f"{path}?lang=en").text
    sent = Page(client, path).send(lang="es", answer="0000", slot="")
    assert "Elija un horario, por favor." in sent.text


def test_too_many_looks_are_told_to_wait(client: TestClient, site: CustomerSite) -> None:
    path = f"{site.path()}/cancel/1"
    codes = [client.get(path).status_code for _ in range(61)]
    assert codes == [404] * 60 + [429]
    answer = client.get(path)
    assert int(answer.headers["retry-after"]) <= 301
    assert "Please wait a moment" in answer.text
    site.clock.instant += timedelta(minutes=5)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["?from=x", "?from=9999-12-31", "/cancel/0", "/cancel/x", "/change/99999999999999999999"]
)
def test_addresses_that_cannot_be_read(client: TestClient, site: CustomerSite, path: str) -> None:
    answer = client.get(site.path() + path)
    assert answer.status_code in (404, 422)
    assert "Traceback" not in answer.text
    assert "Faro Servicios" in answer.text


def test_later_days(client: TestClient, site: CustomerSite) -> None:
    path = site.path()
    later = Page(client, f"{path}?from=2026-03-11")
    assert "Wednesday, March 11" in later.text
    assert "Tuesday, March 3" not in later.text
    assert f'action="{path}?from=2026-03-11"' in later.text
    assert "There is no free time in these days." in Page(client, f"{path}?from=2026-05-01").text


def test_no_link_is_in_the_log(client: TestClient, site: CustomerSite, caplog: pytest.LogCaptureFixture) -> None:
    path = site.path()
    with caplog.at_level("INFO"):
        client.head(path)
        client.get(f"{path}/cancel/7")
        client.get(path.replace("/a/", "/calendar/") + ".ics")
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("dispatch")]
    assert not any(path.rpartition("/")[2] in each for each in ours)
    assert any('"route": "/a/{token}/cancel/{id}"' in each for each in ours)
