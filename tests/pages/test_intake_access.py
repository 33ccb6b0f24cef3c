"""Who sees the pages of intake, and what they do only for our own forms."""

import pytest

from db import models as m
from dispatch.access import Viewer
from tests.api.served import Served, give_password
from tests.builders.world import NOW

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

PAGES = ("/intake", "/intake?q=Tower", "/intake/articles?words=doors", "/intake/review")


@pytest.mark.parametrize("path", PAGES)
def test_intake_is_for_who_takes_calls(served: Served, path: str) -> None:
    for who in ("administrator", "scheduler", "call_taker", "technician", "integrator"):
        status = 403 if who in ("technician", "integrator") else 200
        with served.client(who) as client:
            assert client.get(path).status_code == status, who
    with served.client() as client:
        answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


@pytest.mark.parametrize("kind", [m.Contact, m.Site, m.Equipment, m.Ticket, m.Call])
def test_what_is_elsewhere_does_not_show(served: Served, kind: type[m.Ticket]) -> None:
    south = served.world.south
    name = kind.__tablename__
    with served.client("call_taker") as client:
        page = client.get(f"/intake?{name}={south[kind]}")
    assert page.status_code in (200, 404)
    assert "south" not in page.text


def test_forms_of_other_sites_do_nothing(served: Served) -> None:
    give_password(served, "call_taker")
    email = "call_taker@example.com"
    with served.client() as client:
        client.post("/sign-in", data={"email": email, "password": "correct horse battery"})
        assert client.get("/intake").status_code == 200
        for path in (
            "/intake/calls",
            "/intake/tickets",
            "/intake/solve",
            "/intake/review/1/accept",
            "/intake/articles",
        ):
            assert client.post(path, data={"phone": "1"}, follow_redirects=False).status_code == 403, path
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        pair = session.get_one(m.MatchPair, served.world.north[m.MatchPair])
        assert pair.status is m.ReviewStatus.WAITING


def test_what_is_no_act_and_no_decision_is_not_found(served: Served) -> None:
    call, pair = served.world.north[m.Call], served.world.north[m.MatchPair]
    with served.client("call_taker") as client:
        assert client.post(f"/intake/calls/{call}/shout").status_code == 404
        assert client.post(f"/intake/review/{pair}/shrug").status_code == 404
        assert client.post("/intake/solve", data={"ticket": "x", "article": "1"}).status_code == 404
        assert client.post(f"/intake/calls/{call}/transfer", data={"to_user": "²"}).status_code == 404


def test_what_was_noted_is_not_lost_when_it_cannot_be_saved(served: Served) -> None:
    site = served.world.south[m.Site]
    with served.client("call_taker") as client:
        page = client.post(
            "/intake/tickets", data={"words": "It <rattles>", "fact_unit": "left one", "site": str(site)}
        )
        empty = client.post("/intake/tickets", data={"words": " "})
    assert (page.status_code, empty.status_code) == (422, 422)
    assert "It &lt;rattles&gt;" in page.text
    assert 'value="left one"' in page.text
    assert "Nothing was noted" in empty.text


def test_a_decision_on_the_page_is_one(served: Served) -> None:
    pair = served.world.north[m.MatchPair]
    with served.client("call_taker") as client:
        for decision, status in (
            ("reject", "rejected"),
            ("undo", "waiting"),
            ("accept", "accepted"),
            ("undo", "waiting"),
        ):
            assert client.post(f"/intake/review/{pair}/{decision}", follow_redirects=False).status_code == 303
            assert client.get(f"/v1/reviews/{pair}").json()["status"] == status


def test_a_danger_of_which_nobody_said_where_stands_at_the_top(served: Served) -> None:
    with served.uow(viewer=Viewer.system()) as session:
        for number, emergency in (("T-CALM", False), ("T-DANGER", True)):
            session.add(
                m.Ticket(number=number, channel=m.Channel.TEXT, subject=number, emergency=emergency, received_at=NOW)
            )
        session.commit()
    with served.client("call_taker") as client:
        page = client.get("/intake").text
        assert page.index("T-DANGER") < page.index("T-CALM")
        assert "nobody said where" in page
        assert "T-CALM" not in client.get("/intake?q=T-NOTHING").text


def test_what_the_work_order_knows_is_shown_with_its_number_and_not_asked(served: Served) -> None:
    order = served.world.north[m.WorkOrder]
    with served.uow(viewer=Viewer.system()) as session:
        ticket = m.Ticket(number="T-CALL", channel=m.Channel.PHONE, subject="Stuck again", received_at=NOW)
        session.add(ticket)
        session.flush()
        session.add(m.TicketMembership(ticket_id=ticket.id, work_order_id=order, joined_at=NOW))
        key, number = ticket.id, session.get_one(m.WorkOrder, order).number
        session.commit()
    with served.client("call_taker") as client:
        page = client.get(f"/intake?ticket={key}").text
    assert f"<small>{number}</small>" in page
    assert 'name="fact_street"' not in page
    assert 'name="fact_reporter_name"' in page
