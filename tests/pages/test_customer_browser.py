"""Customers' pages in a real browser: phone and desk, light and dark, with scripts and without; and a scanner."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from db.models import AppointmentStatus
from tests.pages.customer_site import ANSWER, CustomerSite, serving_customers
from tests.parts.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Scheme = Literal["light", "dark"]
LOOKING: Final = Path(__file__).with_name("looking.js").read_text("utf-8")
SIZES: Final = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, .window label")]
  .filter((each) => !each.closest(".trap") && !each.matches(".skip, .window input"))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.width < 24 || box.height < (each.matches("button, label, input, textarea") ? 44 : 24))
  .map(([each, box]) => `${each.outerHTML.slice(0, 60)} is ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
PHONE: Final = {"width": 360, "height": 740}
DESK: Final = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CustomerSite]:
    with serving_customers(tmp_path_factory.mktemp("customers")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _fresh(site: CustomerSite) -> None:
    site.app.state.customer_limits._seen.clear()


@pytest.mark.parametrize(
    ("size", "scheme", "scripts"), [(PHONE, "light", False), (DESK, "dark", True), (PHONE, "dark", True)]
)
def test_booking_changing_and_cancelling(
    browser: Browser, site: CustomerSite, tmp_path: Path, size: dict[str, int], scheme: Scheme, scripts: bool
) -> None:
    viewport = {"width": size["width"], "height": size["height"]}
    with browser.new_context(viewport=viewport, color_scheme=scheme, java_script_enabled=scripts) as context:  # type: ignore[arg-type]  # a size
        page, faults = context.new_page(), list[str]()
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        path = site.path(language="es" if scheme == "dark" else "en")

        def look(name: str) -> None:
            if not scripts:
                return  # it looks the same
            faults.extend(f"{name}: {fault}" for fault in (*page.evaluate(LOOKING), *page.evaluate(SIZES)))
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

        page.goto(site.address + path)
        expect(page.locator("input[name=slot]:checked")).to_have_count(0)
        look("choose")
        page.locator(".window label").nth(1).click()
        page.locator("#answer").fill("0000")
        page.locator("button").click()
        expect(page.locator("input[name=slot]:checked")).to_have_count(1)
        expect(page.locator("#answer")).to_have_attribute("aria-invalid", "true")
        look("wrong")
        page.locator("#attending").fill("Luz")
        _send(page)
        expect(page.locator(".done")).to_be_visible()
        look("confirmed")
        assert site.statuses() == [AppointmentStatus.CONFIRMED]

        page.locator(".acts a").nth(2).click()
        look("change")
        page.locator(".window label").nth(3).click()
        _send(page)
        expect(page.locator(".done")).to_be_visible()
        assert site.statuses() == [AppointmentStatus.SUPERSEDED, AppointmentStatus.CONFIRMED]

        page.locator(".acts a").nth(1).click()
        look("details")
        page.locator("#notes").fill("Code 4711")
        _send(page)
        page.locator(".acts a").nth(3).click()
        look("cancel")
        _send(page)
        expect(page.locator("input[name=slot]").first).to_be_visible()
        assert site.statuses()[-1] is AppointmentStatus.CANCELLED
        page.goto(f"{site.address}/a/nothing")
        look("gone")
    # What the page says of itself where something is wrong with a form is no fault of the page.
    assert [fault for fault in faults if "status of 4" not in fault] == []


def _send(page: Page) -> None:
    page.locator("#answer").fill(ANSWER)
    page.locator("main button").click()


def test_by_keyboard_alone(browser: Browser, site: CustomerSite) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(site.address + site.path())
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("input[name=slot]").first).to_be_focused()
        page.keyboard.press("Space")
        for _ in range(10):
            page.keyboard.press("Tab")
            if page.locator("#answer").evaluate("each => each === document.activeElement"):
                break
        expect(page.locator("#answer")).to_have_css("outline-style", "solid")
        page.keyboard.type(ANSWER)
        page.keyboard.press("Enter")
        expect(page.locator(".done")).to_be_visible()
        assert site.statuses() == [AppointmentStatus.CONFIRMED]


GUESSES: Final = ("", "test", "1234", "0000", "12345678", "12")


def test_a_scanner_that_submits_every_form_confirms_nothing(browser: Browser, site: CustomerSite) -> None:
    order = site.order()
    booked = site.path()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site.address + booked)
        page.locator(".window label").first.click()
        _send(page)
        expect(page.locator(".done")).to_be_visible()
    before = site.rows(), site.statuses()
    start = [f"{site.address}{booked}", f"{site.address}{site.path(order)}"]
    with browser.new_context() as context:
        seen, forms = _scan(context, site, start)
    assert forms >= 9
    assert {"change", "cancel", "details"} <= {part for path in seen for part in path.split("/")}
    assert (site.rows(), site.statuses(site.orders[-2])) == before
    assert site.statuses(order) == []


def _scan(context: BrowserContext, site: CustomerSite, start: list[str]) -> tuple[set[str], int]:
    """Loads every link that it meets, runs scripts, fills in and submits every form; pages and forms seen."""
    page, seen, forms = context.new_page(), set[str](), 0
    ahead = list(start)
    while ahead and len(seen) < 11:
        url = ahead.pop(0).partition("#")[0]
        if url in seen or not url.startswith(site.address) or url.endswith(".ics") or ".ics?" in url:
            continue
        seen.add(url)
        site.app.state.customer_limits._seen.clear()
        page.goto(url)
        ahead += page.eval_on_selector_all("a[href]", "all => all.map((each) => each.href)")
        for visible in (True, False) if page.locator("main form").count() else ():
            guess = GUESSES[forms % len(GUESSES)]
            page.goto(url)
            if page.locator("main form").count():
                with page.expect_navigation():
                    page.evaluate(FILL, [guess, visible])
                forms += 1
    return seen, forms


FILL: Final = """([guess, visible]) => {
  const form = document.querySelector("main form");
  for (const radio of form.querySelectorAll("input[type=radio]")) radio.checked = true;
  for (const field of form.querySelectorAll("input[type=text], textarea"))
    if (!visible || !field.closest(".trap")) field.value = guess;
  form.submit();
}"""
