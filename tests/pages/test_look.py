"""The pages in a real browser: wide and narrow, light and dark, on paper, and without scripts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.serving import HERE, serving
from tests.parts.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Scheme = Literal["light", "dark"]
LOOKING: Final = Path(__file__).with_name("looking.js").read_text("utf-8")
ADDRESSES: Final = (HERE, f"{HERE}/technicians/T-03", "/sign-in", "/message")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving() as address:
        yield address


def _faults(page: Page, address: str) -> list[str]:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.goto(address)
    found: list[str] = page.evaluate(LOOKING)
    return faults + found


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_clear_and_fits(browser: Browser, site: str, tmp_path: Path, width: int, scheme: Scheme) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    with context:
        for address in ADDRESSES:
            page = context.new_page()
            assert _faults(page, site + address) == []
            name = address.strip("/").replace("/", "-")
            page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
            page.close()


def test_pictures_are_there(browser: Browser, site: str) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(site + HERE)
        for picture in (".chart", ".map > svg"):
            box = page.locator(picture).bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) > 200
        colours = page.eval_on_selector_all(".route .way", "ways => ways.map(way => getComputedStyle(way).stroke)")
        assert len(set(colours)) == len(colours) == 7
        assert page.locator(".mark.visit").count() == 7 * 8
        assert "OpenStreetMap contributors" in page.locator(".attribution").inner_text()


def test_dark_is_dark_and_light_is_light(browser: Browser, site: str) -> None:
    shades = {}
    schemes: tuple[Scheme, Scheme] = ("light", "dark")
    for scheme in schemes:
        with browser.new_context(color_scheme=scheme) as context:
            page = context.new_page()
            page.goto(site + HERE)
            colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            shades[scheme] = sum(int(part) for part in colour.strip("rgb()").split(","))
    assert shades["dark"] < 150 < 650 < shades["light"]


def test_without_scripts_nothing_is_missing(browser: Browser, site: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site + HERE)
        assert page.locator("table.stops").count() == 7
        page.get_by_role("link", name="Skip to the content").focus()
        page.locator("h3 a").nth(2).click()
        assert page.url.endswith("/technicians/T-03")


def test_on_paper_each_technician_has_a_page(browser: Browser, site: str) -> None:
    with browser.new_context(color_scheme="dark") as context:
        page = context.new_page()
        page.goto(site + HERE)
        page.emulate_media(media="print")
        breaks = page.eval_on_selector_all(".sheet", "all => all.map(each => getComputedStyle(each).breakBefore)")
        assert breaks == ["page"] * 7
        assert not page.locator(".top").is_visible()
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        page.goto(f"{site}{HERE}/technicians/T-03")
        assert not page.get_by_text("Code 4711").is_visible()


def test_the_focus_shows(browser: Browser, site: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site}/sign-in")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert page.evaluate("document.activeElement.className") == "brand"
        assert style == "solid"
