"""Customers' pages as HTML, in their language."""

import hashlib
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages.render import STATIC
from api.services import Services
from dispatch.appointments.words import LANGUAGES, best_language, clock, day, spoken, window, words

_TEMPLATES: Final = Path(__file__).with_name("templates")


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it)
    """Marks a text for the catalogues; it is translated where it is shown."""
    return text


MESSAGES: Final = {
    "gone": (
        N_("This link does not work"),
        N_("Perhaps it is too old, or a newer one was sent to you. Please use the newest message, or call us."),
    ),
    "too_many": (N_("Please wait a moment"), N_("This page was asked for very often just now. Try again in a minute.")),
    "unreadable": (N_("That could not be read"), N_("Please go back, load the page again, and repeat what you did.")),
    "busy": (N_("Please try again"), N_("We could not do it this very moment. Nothing was changed.")),
    "impossible": (N_("That cannot be done here"), N_("Nothing was changed. Please call us; we will see to it.")),
}


@cache
def environment(language: str) -> Environment:
    """The templates in one of our languages."""
    return templates(words(language))


def templates(translations: NullTranslations) -> Environment:
    """The templates, with their texts as these translations say them."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The extension brings this method along.
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"day_in": day, "clock_of": clock, "window_to": window}
    made.globals["customer_style"] = _style_version()
    return made


def render_customer(request: Request, template: str, language: str, **values: Any) -> str:
    """A template in this language, with what all customers' pages show."""
    services: Services = request.app.state.services
    settings = services.settings
    phone = settings.company_phone
    given = {
        "language": language,
        "company": settings.company_name,
        "phone": phone,
        "phone_link": "".join(each for each in phone or "" if each.isdigit() or each == "+"),
        "languages": (),
        "problems": (),
    }
    return environment(language).get_template(template).render({**given, **values})


def message_page(request: Request, what: str, status: int) -> HTMLResponse:
    """One of the messages, in the language that the address or the browser asks for."""
    language = language_asked(request) or best_language(request.headers.get("accept-language", ""))
    say = words(language).gettext
    heading, message = MESSAGES[what]
    page = render_customer(request, "customer_message.html", language, heading=say(heading), message=say(message))
    return HTMLResponse(page, status, headers={"Vary": "Accept-Language"})


def language_asked(request: Request) -> str | None:
    """The language of ours that the address asks for; None: none."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else None


def language_of(request: Request, link: str, said: str = "") -> str:
    """The language of a page: as the form or the address says, else the link's."""
    return said if said in LANGUAGES else language_asked(request) or spoken(link)


@cache
def _style_version() -> str:
    return hashlib.sha256((STATIC / "customer.css").read_bytes()).hexdigest()[:12]
