"""What goes wrong on a page is told on a page, in words; programs are told as everywhere."""

from typing import Final

import pytest

from db import models as m
from tests.api.served import Served

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


WRONG: Final = {
    "/intake?ticket=abc": "ticket: &#39;abc&#39; is no whole number; write it like 42.",
    "/intake?ticket=": "ticket: &#39;&#39; is no whole number",
    "/intake?call=0": "call: Input should be greater than or equal to 1",
    f"/intake?q={'x' * 201}": "q: ",
    "/intake/review?done=x": "done: &#39;x&#39; is no whole number",
    "/intake/articles?equipment=lift": "equipment: &#39;lift&#39; is no whole number",
}


def test_a_wrong_address_is_told_on_a_page(served: Served) -> None:
    with served.client("call_taker") as client:
        pages = {path: client.get(path) for path in WRONG}
    for path, page in pages.items():
        assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8"), path
        assert "Something in the address or the form is wrong" in page.text
        assert WRONG[path] in page.text
        assert 'href="/intake' in page.text
        assert "{" not in page.text.partition("<main")[2]


def test_a_wrong_form_and_a_wrong_act_are_told_on_a_page(served: Served) -> None:
    call = served.world.north[m.Call]
    with served.client("call_taker") as client:
        form = client.post(f"/intake/calls/{call}/hold", data={"note": "x" * 301})
        act = client.post("/intake/calls/abc/hold")
        method = client.get("/intake/solve")
        none = client.get("/intake?ticket=99999")
    assert (form.status_code, act.status_code, method.status_code, none.status_code) == (422, 422, 405, 404)
    assert "note: " in form.text
    assert "key: &#39;abc&#39; is no whole number" in act.text
    assert "takes only what a form sends" in method.text
    assert method.headers["allow"] == "POST"
    for page in (form, act, method, none):
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "To the call taker&#39;s page" in page.text


def test_strangers_are_asked_to_sign_in_first(served: Served) -> None:
    with served.client() as client:
        answer = client.get("/intake?ticket=abc", follow_redirects=False)
    assert answer.status_code == 303


def test_programs_and_browsers_are_told_as_before(served: Served) -> None:
    with served.client("call_taker") as client:
        program = client.get("/v1/tickets/abc/facts", headers={"Accept": "text/html"})
        nowhere = client.get("/nowhere", headers={"Accept": "text/html"})
        plain = client.get("/nowhere")
    assert program.headers["content-type"] == plain.headers["content-type"] == "application/problem+json"
    assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address" in nowhere.text


@pytest.mark.parametrize("path", ["/intake/nope", "/intake/review/1/nope/nope", "/q/code/nope", "/sign-in/nope"])
def test_what_is_nowhere_among_pages_is_told_on_a_page_unless_a_program_asks(served: Served, path: str) -> None:
    with served.client("call_taker") as client:
        pages = [client.get(path, headers={"Accept": accept}) for accept in ("Text/HTML", "*/*", "")]
        program = client.get(path, headers={"Accept": "application/json"})
    for page in pages:
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "Page not found" in page.text
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
