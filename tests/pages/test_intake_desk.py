"""What the call taker's page shows of calls, and what calls do over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from db import models as m
from dispatch.access import Viewer
from tests.api.served import Served

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def _call(served: Served, who: str, phone: str) -> int:
    with served.client(who) as client:
        made: dict[str, Any] = client.post("/v1/calls", json={"phone": phone}).json()
        return int(made["id"])


def _page(served: Served, who: str, address: str = "/intake") -> str:
    with served.client(who) as client:
        answer = client.get(address)
    assert answer.status_code == 200, answer.text
    text: str = answer.text
    return text


def test_facts_of_a_call_are_given_over_http(served: Served) -> None:
    key = _call(served, "call_taker", "+56 9 1111 2222")
    facts = {"reporter_name": "Rosa Pinto", "equipment_kind": "boiler"}
    with served.client("call_taker") as client:
        made = client.post(f"/v1/calls/{key}/ticket", json={"words": "It leaks", "facts": facts})
        assert made.status_code == 200, made.text
        said = client.get(f"/v1/tickets/{made.json()['ticket_id']}/facts").json()["items"]
        wrong = client.post(f"/v1/calls/{key}/ticket", json={"words": "It leaks", "facts": {"shoe_size": "42"}})
    assert facts.items() <= {each["field"]: each["value"] for each in said}.items()
    assert wrong.status_code == 422


def test_calls_in_hand_and_handed_over_are_listed(served: Served) -> None:
    key = _call(served, "scheduler", "+56 9 5555 0001")
    assert "+56 9 5555 0001" in _page(served, "scheduler").partition("My calls")[2]
    assert "+56 9 5555 0001" not in _page(served, "call_taker")
    with served.client("scheduler") as client:
        body = {"to_user_id": served.world.users["call_taker"], "note": "speaks only <French>"}
        assert client.post(f"/v1/calls/{key}/transfer", json=body).status_code == 200
    page = _page(served, "call_taker").partition("Handed to me")[2]
    assert "+56 9 5555 0001" in page
    assert "speaks only &lt;French&gt;" in page
    assert f'href="/intake?call={key}"' in page
    assert "+56 9 5555 0001" not in _page(served, "scheduler")
    with served.client("call_taker") as client:
        client.post(f"/v1/calls/{key}/end")
    assert "Handed to me" not in _page(served, "call_taker")


def test_promised_callbacks_are_listed_the_overdue_first(served: Served) -> None:
    first, second = (_call(served, "call_taker", f"+56 9 7777 000{each}") for each in (1, 2))
    now = served.clock.now()
    with served.client("call_taker") as client:
        for key, minutes in ((first, 90), (second, 20)):
            body = {"due_at": (now + timedelta(minutes=minutes)).isoformat(), "note": f"about {key}"}
            assert client.post(f"/v1/calls/{key}/callback", json=body).status_code == 200
        served.clock.instant = now + timedelta(minutes=30)
        page = client.get("/intake").text.partition("To call back")[2]
        assert page.index("+56 9 7777 0002") < page.index("overdue") < page.index("+56 9 7777 0001")
        assert "mine: about" in page
        assert f'href="/intake?call={first}"' in page
        client.post(f"/v1/calls/{second}/called-back", json={})
        page = client.get("/intake").text.partition("To call back")[2]
    assert "+56 9 7777 0002" not in page.partition("</section>")[0]
    with served.client("other_scheduler") as client:
        assert "+56 9 7777 0001" not in client.get("/intake").text


def test_who_may_see_callbacks_sees_whose_they_are(served: Served) -> None:
    key = _call(served, "call_taker", "+56 9 8888 0001")
    north = served.world.north
    with served.client("call_taker") as client:
        made = client.post(f"/v1/calls/{key}/ticket", json={"words": "It rattles", "site_id": north[m.Site]})
        assert made.status_code == 200, made.text
        due = (served.clock.now() + timedelta(hours=1)).isoformat()
        assert client.post(f"/v1/calls/{key}/callback", json={"due_at": due}).status_code == 200
    page = _page(served, "scheduler").partition("To call back")[2]
    assert "+56 9 8888 0001" in page
    assert "mine" not in page.partition("</section>")[0]


def test_who_calls_about_anothers_ticket_is_asked_who_they_are(served: Served) -> None:
    north = served.world.north
    with served.uow(viewer=Viewer.system()) as session:
        contact = session.get_one(m.Contact, north[m.Contact])
        contact.phone = "+56 51 255 0100"
        number, name = session.get_one(m.Ticket, north[m.Ticket]).number, contact.name
        session.commit()
    key = _call(served, "call_taker", "+56 9 3333 2222")
    page = _page(served, "call_taker", f"/intake?ticket={north[m.Ticket]}&call={key}")
    assert f"Somebody else calls, not {name}" in page
    assert "Who is calling?" in page
    theirs = _page(served, "call_taker", f"/intake?ticket={north[m.Ticket]}&call={key}&caller=reporter")
    assert "Who is calling?" not in theirs
    said = {"ticket": north[m.Ticket], "call": key, "caller": "somebody_else", "words": "It bangs"}
    with served.client("call_taker") as client:
        saved = client.post("/intake/tickets", data=said)
    assert "Tell the caller the ticket's number" in saved.text
    assert f'<strong class="number">{number}</strong>' not in saved.text


def test_who_is_reached_by_telephone_only_is_to_be_called_and_somebody_says_that_they_did(served: Served) -> None:
    with served.client("call_taker") as client:
        call = client.post("/v1/calls", json={}).json()["id"]
        words = {"words": "The boiler rattles", "facts": {"reporter_name": "Rosa <Pinto>"}}
        ticket = client.post(f"/v1/calls/{call}/ticket", json=words).json()
        talk = client.get("/v1/conversations", params={"ticket_id": ticket["ticket_id"]}).json()["items"][0]["id"]
        first = client.post(f"/v1/conversations/{talk}/reply", json={"body": "We come on Monday"}).json()
        assert (first["channel"], first["delivery"]) == ("phone", "to_call")
        assert "somebody is to call them" in first["why"]
        due = client.get("/intake").text.partition("To call back")[2]
        for part in ("Rosa &lt;Pinto&gt;", "no number known", ticket["number"], "We come on Monday"):
            assert part in due

        later = client.post(f"/v1/conversations/{talk}/reply", json={"body": "No, on Tuesday"}).json()
        client.post(f"/intake/told/{talk}", data={"up_to": str(first["id"])})
        waiting = client.get("/v1/messages", params={"delivery": "to_call"}).json()["items"]
        assert [each["id"] for each in waiting] == [later["id"]]
        done = client.get(f"/v1/messages/{first['id']}").json()
        assert (done["delivery"], done["why"], done["told_by_id"]) == ("sent", None, served.world.users["call_taker"])
        assert done["told_at"] is not None

        over_http = [client.post(f"/v1/conversations/{talk}/told", json={}).json()["items"] for _ in range(2)]
        assert [[each["id"] for each in items] for items in over_http] == [[later["id"]], []]
        assert "We come on Monday" not in client.get("/intake").text
    with served.client("integrator") as client:
        assert client.post(f"/v1/conversations/{talk}/told", json={}).status_code == 403
