"""Who sees which page, and how one signs in."""

import re
from datetime import timedelta

import pytest

from api.pages.render import priced
from db.models import Technician
from dispatch.access import Viewer
from dispatch.access.sign_ins import SIGN_IN_LINK
from dispatch.access.users import issue_token
from tests.api.served import PASSWORD, Served, give_password
from tests.builders.world import TODAY

# What differs between databases is tested where it is used, in dispatch/.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

PLAN = f"/plans/north/{TODAY}"


def _codes(served: Served) -> dict[str, str]:
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        return {
            "me": session.get_one(Technician, served.world.north[Technician]).code,
            "mate": session.get_one(Technician, served.world.mate[Technician]).code,
        }


def _link(served: Served, who: str, name: str = SIGN_IN_LINK) -> str:
    with served.uow(viewer=Viewer.system()) as session:
        user = served.world.users[who]
        _, secret = issue_token(
            session, Viewer.system(), user, name=name, now=served.clock.now(), lasts=timedelta(days=1)
        )
        session.commit()
        return secret


@pytest.mark.parametrize("path", ["/", PLAN, f"{PLAN}/technicians/T-1"])
def test_strangers_are_asked_to_sign_in(served: Served, path: str) -> None:
    answer = served.client().get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}"


def test_a_scheduler_sees_the_whole_day_of_the_own_territory(served: Served) -> None:
    client = served.client("scheduler")
    page = client.get(PLAN)
    assert page.status_code == 200
    assert "Tom north" in page.text
    assert "Tom mate" in page.text
    assert "Tom south" not in page.text
    assert client.get("/", follow_redirects=False).headers["location"] == PLAN
    assert client.get(f"/plans/south/{TODAY}").status_code == 404


def test_a_technician_sees_the_own_route_alone(served: Served) -> None:
    client, codes = served.client("technician"), _codes(served)
    own = f"{PLAN}/technicians/{codes['me']}"
    assert client.get(PLAN, follow_redirects=False).headers["location"] == own
    page = client.get(own)
    assert page.status_code == 200
    assert "Tom north" in page.text
    assert "Tom mate" not in page.text
    assert client.get(f"{PLAN}/technicians/{codes['mate']}").status_code == 404


def test_only_todays_technician_sees_the_way_in(served: Served) -> None:
    codes = _codes(served)
    own = f"{PLAN}/technicians/{codes['me']}"
    assert "code north" in served.client("technician").get(own).text
    for who in ("scheduler", "administrator", "call_taker"):
        page = served.client(who).get(own)
        assert page.status_code == 200
        assert "code north" not in page.text


def test_an_integrator_sees_no_plan(served: Served) -> None:
    page = served.client("integrator").get(PLAN)
    assert page.status_code == 403
    assert "may not read plan" in page.text


def test_a_call_taker_sees_no_cost(served: Served) -> None:
    assert "<dt>Cost</dt>" not in served.client("call_taker").get(PLAN).text


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "9999-12-31", "0001-01-01", "20260302x"])
def test_what_is_no_day_is_not_found(served: Served, day: str) -> None:
    answer = served.client("scheduler").get(f"/plans/north/{day}")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_day_out_of_range_is_told_the_range(served: Served) -> None:
    page = served.client("scheduler").get("/plans/north/1900-01-01")
    assert page.status_code == 404
    assert "there are plans from 1970-01-01 to 9000-12-31" in page.text


@pytest.mark.parametrize("path", ["/nonsense", "/plans", "/plans/north/2026-03-02/nonsense"])
def test_browsers_are_told_on_a_page_that_there_is_none(served: Served, path: str) -> None:
    page = served.client("scheduler").get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Page not found" in page.text
    assert 'class="brand"' in page.text
    program = served.client().get(path, headers={"Accept": "application/json"})
    for told in (program, served.client().get("/v1/nonsense", headers={"Accept": "text/html"})):
        assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json")


def test_a_territory_leads_to_its_plan_of_today(served: Served) -> None:
    client = served.client("scheduler")
    assert client.get("/plans/north", follow_redirects=False).headers["location"] == PLAN
    assert client.get("/plans/south", follow_redirects=False).status_code == 404


def test_reasons_tell_costs_as_money(database_kind: str) -> None:
    said = "Serving it costs 8977 more at the least (with 'T 5'); leaving it out costs 123456."
    told = "Serving it costs $89.77 more at the least (with 'T 5'); leaving it out costs $1,234.56."
    assert priced(said, "USD") == told


def test_every_link_of_a_page_leads_somewhere(served: Served) -> None:
    client = served.client("scheduler")
    links = set(re.findall(r'href="(/[^"]*)"', client.get(PLAN).text))
    assert len(links) >= 8
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_link_signs_in_only_when_its_button_is_pressed(served: Served) -> None:
    secret, client = _link(served, "scheduler"), served.client()
    form = client.get(f"/sign-in?token={secret}&next={PLAN}")
    assert not client.cookies
    assert f'value="{secret}"' in form.text
    assert form.headers["referrer-policy"] == "strict-origin"
    answer = client.post("/sign-in", data={"token": secret, "next": PLAN}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, PLAN)
    assert client.get(PLAN).status_code == 200


def test_a_clients_token_is_no_sign_in(served: Served) -> None:
    client = served.client()
    answer = client.post("/sign-in", data={"token": _link(served, "scheduler", "billing")})
    assert answer.status_code == 401
    assert "is for a client" in answer.text
    assert not client.cookies


def test_a_password_signs_in_and_out(served: Served) -> None:
    email, client = give_password(served, "scheduler"), served.client()
    wrong = client.post("/sign-in", data={"email": email, "password": "not this one"})
    assert wrong.status_code == 401
    assert "do not belong together" in wrong.text
    answer = client.post("/sign-in", data={"email": email, "password": PASSWORD}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    page = client.get(PLAN).text
    assert client.post("/sign-out", data={"csrf_token": "wrong"}).status_code == 403
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/sign-out", data={"csrf_token": token}, follow_redirects=False).status_code == 303
    assert client.get(PLAN, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", ""])
def test_nobody_is_sent_elsewhere(served: Served, elsewhere: str) -> None:
    data = {"token": _link(served, "scheduler"), "next": elsewhere}
    answer = served.client().post("/sign-in", data=data, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_another_site_cannot_sign_a_browser_in(served: Served) -> None:
    client = served.client()
    data = {"token": _link(served, "scheduler")}
    answer = client.post("/sign-in", data=data, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not client.cookies


def test_pages_are_not_kept_by_browsers_and_load_nothing_from_elsewhere(served: Served) -> None:
    page = served.client("scheduler").get(PLAN)
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
