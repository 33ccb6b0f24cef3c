"""The form that anybody may fill in: it reveals nothing, is sent once, and cannot be flooded."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.pages.drawing import Drawing
from api.pages.install import install
from api.pages.report_words import WORDS, language_for
from db import models as m
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.intake.form.report_limits import LIMITS, SPAN
from dispatch.travel.straight import StraightLine
from tests.api.served import Served, serve

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ONCE = "abcdefghijklmnop"


@pytest.fixture
def served(uow: UnitOfWork, clock: FixedClock, tmp_path: Path) -> Served:
    """The application with its pages."""
    made = serve(uow, clock, {"data_dir": tmp_path})
    install(made.app, Drawing(StraightLine(), None))
    return made


def _code(served: Served) -> str:
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        return str(session.get_one(m.Equipment, served.world.north[m.Equipment]).report_code)


def _tickets(served: Served) -> list[m.Ticket]:
    with served.uow(viewer=Viewer.system(), read_only=True) as session:
        return list(session.scalars(select(m.Ticket).where(m.Ticket.channel == m.Channel.WEB_FORM)))


def _number(text: str) -> str:
    found = re.search(r"T-\d+", text)
    assert found is not None
    return found[0]


def test_the_page_is_the_same_for_any_code_and_names_nothing(served: Served) -> None:
    code = _code(served)
    with served.client() as client:
        known, unknown = (client.get(f"/q/{each}") for each in (code, "nonsense"))
    assert known.status_code == unknown.status_code == 200
    plain = [re.sub(r'value="[\w-]{24}"', "", page.text) for page in (known, unknown)]
    assert plain[0].replace(code, "CODE") == plain[1].replace("nonsense", "CODE")
    for secret in ("Tower", "Balmaceda", "north", "lift", "Ana"):
        assert secret not in known.text


def test_a_report_is_about_the_unit_and_sent_twice_it_is_one(served: Served) -> None:
    form = {"words": "Sale humo del motor", "name": "Vecina", "phone": "+56 9 1111 2222", "once": ONCE}
    with served.client() as client:
        first, again = (client.post(f"/q/{_code(served)}", data=form) for _ in range(2))
    assert first.status_code == again.status_code == 200
    (ticket,) = _tickets(served)
    assert _number(first.text) == _number(again.text) == ticket.number
    assert (ticket.equipment_id, ticket.emergency) == (served.world.north[m.Equipment], True)
    assert "We treat it as an emergency" in first.text


def test_a_code_that_is_none_is_answered_alike_and_heard_all_the_same(served: Served) -> None:
    with served.client() as client:
        known = client.post(f"/q/{_code(served)}", data={"words": "It rattles", "once": ONCE})
        unknown = client.post("/q/nonsense", data={"words": "It rattles", "once": ONCE})
    assert known.status_code == unknown.status_code == 200
    pages = [re.sub(r"T-\d+", "T", page.text) for page in (known, unknown)]
    assert pages[0].replace(_code(served), "") == pages[1].replace("nonsense", "")
    assert [ticket.site_id for ticket in _tickets(served)] == [served.world.north[m.Site], None]


def test_machines_that_fill_in_everything_are_thanked_and_forgotten(served: Served) -> None:
    with served.client() as client:
        page = client.post(f"/q/{_code(served)}", data={"words": "Buy", "website": "http://x", "once": ONCE})
    assert page.status_code == 200
    assert "Thank you" in page.text
    assert _tickets(served) == []


def test_nothing_said_and_too_much_said_are_told(served: Served) -> None:
    with served.client() as client:
        empty = client.post("/q/x", data={"words": " ", "name": "Ana <b>"})
        long = client.post("/q/x", data={"words": "x" * 4001})
        wrong = client.post("/q/x", data={"words": "x", "phone": "1" * 33})
    assert {empty.status_code, long.status_code, wrong.status_code} == {422}
    assert WORDS["en"]["missing"] in empty.text
    assert "Ana &lt;b&gt;" in empty.text
    assert WORDS["en"]["too_long"] in long.text


def test_another_site_cannot_fill_it_in(served: Served) -> None:
    with served.client() as client:
        page = client.post("/q/x", data={"words": "x"}, headers={"Origin": "https://evil.example"})
    assert page.status_code == 403
    assert _tickets(served) == []


def test_so_many_from_one_place_and_no_more_until_later(served: Served) -> None:
    with served.client() as client:
        for number in range(LIMITS["place"]):
            assert client.post("/q/x", data={"words": "It rattles", "once": f"{ONCE}{number}"}).status_code == 200
        full = client.post("/q/y", data={"words": "It rattles", "once": f"{ONCE}y"})
        again = client.post("/q/x", data={"words": "It rattles", "once": f"{ONCE}0"})
        assert full.status_code == 429
        assert 0 < int(full.headers["Retry-After"]) <= SPAN.total_seconds() + 1
        assert WORDS["en"]["too_many"] in full.text
        assert again.status_code == 200
        served.clock.instant += SPAN + timedelta(seconds=1)
        assert client.post("/q/y", data={"words": "It rattles", "once": f"{ONCE}y"}).status_code == 200


def test_it_speaks_the_browsers_language(served: Served) -> None:
    with served.client() as client:
        page = client.get("/q/x", headers={"Accept-Language": "es-CL,es;q=0.9,en;q=0.8"})
    assert '<html lang="es">' in page.text
    assert WORDS["es"]["what"] in page.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "en"), ("fr, es;q=0.2", "es"), ("en;q=0.3,es;q=0.7", "es"), ("de", "en"), ("es;q=x", "en"), ("EN-us", "en")],
)
def test_the_best_liked_language_of_ours(accepted: str, language: str, database_kind: str) -> None:
    assert language_for(accepted) == language


def test_both_languages_say_the_same_things(database_kind: str) -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()


def test_a_code_is_made_once_and_drawn(served: Served) -> None:
    key = served.world.mate[m.Equipment]
    with served.client("call_taker") as client:
        made = [client.post(f"/v1/equipment/{key}/report-code").json() for _ in range(2)]
        assert made[0] == made[1]
        picture = client.get(made[0]["svg"])
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "<svg" in picture.text
    assert made[0]["path"] == f"/q/{made[0]['code']}"
