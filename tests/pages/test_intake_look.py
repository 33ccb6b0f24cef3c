"""The pages of intake in a real browser: on a desk and a phone, light and dark, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.desk import Desk, desk
from tests.parts.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Scheme = Literal["light", "dark"]
LOOKING: Final = Path(__file__).with_name("looking.js").read_text("utf-8")
DESK: Final = 1280
PHONE: Final = 390


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


def _signed_in(page: Page, site: Desk) -> None:
    page.goto(f"{site.address}/sign-in?token={site.token}&next=/intake")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Intake")


@pytest.mark.parametrize(("width", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_every_page_is_clear_and_fits(browser: Browser, site: Desk, tmp_path: Path, width: int, scheme: Scheme) -> None:
    with browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme) as context:
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        _signed_in(page, site)
        addresses = {
            "start": "/intake",
            "found": f"/intake?q={site.name.split()[0]}",
            "ticket": f"/intake?ticket={site.ticket_id}",
            "review": "/intake/review",
            "form": "/q/no-such-code",
        }
        for name, path in addresses.items():
            page.goto(site.address + path)
            faults += [f"{name}: {fault}" for fault in page.evaluate(LOOKING)]
            page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
    assert faults == []


def test_a_call_from_the_number_to_the_ticket(browser: Browser, site: Desk) -> None:
    with browser.new_context(viewport={"width": DESK, "height": 844}) as context:
        page = context.new_page()
        _signed_in(page, site)
        page.get_by_label("Number shown").fill(site.phone)
        page.get_by_role("button", name="Take the call").click()
        expect(page.locator(".known").first).to_contain_text(site.name)
        expect(page.get_by_label("Who is calling?")).to_have_count(0)
        page.get_by_role("button", name="Hold").click()
        expect(page.locator(".call .badge")).to_have_text("on hold")
        page.get_by_role("button", name="Resume").click()
        page.get_by_label("In their words").fill("The doors reopen again and again, a child is trapped")
        expect(page.locator("#danger")).to_contain_text("a person is trapped")
        expect(page.locator("#articles")).to_contain_text("Doors reopen again and again")
        page.get_by_label("In their words").fill("The doors reopen again and again")
        expect(page.locator("#danger .danger")).to_have_count(0)
        page.get_by_role("button", name="Save the ticket").click()
        expect(page.get_by_role("status")).to_contain_text("Tell the caller the ticket's number: T-")
        page.get_by_text("Promise a callback").click()
        page.get_by_role("button", name="Promise").click()
        expect(page.locator(".call")).to_contain_text("We call back by")
        page.get_by_role("button", name="Called back").click()
        page.get_by_role("button", name="End").click()
        expect(page.locator(".call .badge")).to_have_text("ended")


def test_without_scripts_nothing_is_missing(browser: Browser, site: Desk) -> None:
    with browser.new_context(java_script_enabled=False, viewport={"width": PHONE, "height": 844}) as context:
        page = context.new_page()
        _signed_in(page, site)
        page.get_by_label("In their words").fill("La puerta se abre y se cierra, hay humo")
        page.get_by_label("Who is calling?").fill("Luz Vera")
        page.get_by_role("button", name="Find articles").click()
        expect(page.locator("#articles")).to_contain_text("Doors reopen again and again")
        expect(page.locator("#danger")).to_contain_text("fire or smoke")
        expect(page.get_by_label("Who is calling?")).to_have_value("Luz Vera")
        assert "csrf" not in page.url
        page.get_by_role("button", name="Save the ticket").click()
        expect(page.get_by_role("status")).to_contain_text("Saved")
        expect(page.locator(".known").first).to_contain_text("Luz Vera")
        expect(page.get_by_label("Who is calling?")).to_have_count(0)


def test_a_reviewer_keeps_two_apart_and_undoes_it(browser: Browser, site: Desk) -> None:
    with browser.new_context(viewport={"width": DESK, "height": 844}) as context:
        page = context.new_page()
        _signed_in(page, site)
        page.goto(f"{site.address}/intake/review")
        first = page.locator(".pair").first
        title = first.get_by_role("heading", level=2).inner_text().partition(" % likely")[0].rpartition(" ")[0]
        assert first.locator(".side").count() == 2
        assert first.locator(".evidence .for").count() > 0
        first.get_by_role("button", name="keep apart").click()
        expect(page.locator(".decided .just")).to_contain_text("rejected")
        expect(page.locator(".pair h2").filter(has_text=title)).to_have_count(0)
        page.locator(".decided .just").get_by_role("button", name="Undo").click()
        expect(page.locator(".pair h2").filter(has_text=title)).to_have_count(1)


def test_anybody_reports_from_a_phone(browser: Browser, site: Desk) -> None:
    with browser.new_context(
        viewport={"width": PHONE, "height": 844}, java_script_enabled=False, locale="es-CL"
    ) as context:
        page = context.new_page()
        page.goto(f"{site.address}/q/no-such-code")
        expect(page.locator(".trap input")).not_to_be_in_viewport()
        page.get_by_label("¿Qué ocurre?").fill("El ascensor no sube")
        page.get_by_role("button", name="Enviar el aviso").click()
        expect(page.get_by_role("main")).to_contain_text("Su aviso tiene el número T-")
