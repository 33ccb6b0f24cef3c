"""The form that anybody may fill in by the short link or QR code on a unit. It reveals nothing, whatever the code."""

import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.auth import require_same_origin
from api.dependencies import ServicesDep
from api.pages.page_route import nobody
from api.pages.render import render
from api.pages.report_words import WORDS, language_for
from api.services import Services
from dispatch.access.errors import NotFromHere, TooManyAttempts
from dispatch.intake.form.reporting import Report, Reported, WrongReport, report
from dispatch.records.attachments import Given

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=200)]
_ONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_LENGTH: Final = 20_000
"""Longer fields are refused before they are looked at; what fits is told in the form."""


@router.get("/q/{code}")
def show_form(request: Request, code: Code) -> Response:
    """The form, the same for every code."""
    return _page(request, code, {}, once=secrets.token_urlsafe(18))


@router.post("/q/{code}")
def send_form(
    request: Request,
    services: ServicesDep,
    code: Code,
    words: Annotated[str, Form(max_length=_LENGTH)] = "",
    name: Annotated[str, Form(max_length=_LENGTH)] = "",
    phone: Annotated[str, Form(max_length=_LENGTH)] = "",
    email: Annotated[str, Form(max_length=_LENGTH)] = "",
    once: Annotated[str, Form(max_length=200)] = "",
    website: Annotated[str, Form(max_length=_LENGTH)] = "",
    photos: Annotated[list[UploadFile | str], File()] = [],  # noqa: B006  (FastAPI copies it)
) -> Response:
    """The ticket's number. What fills in the field that people cannot see is thanked, and forgotten."""
    said = {"words": words, "name": name, "phone": phone, "email": email}
    once = once if _ONCE.fullmatch(once) else secrets.token_urlsafe(18)
    language = language_for(request.headers.get("accept-language", ""))
    if website:
        return _page(request, code, {}, done=Reported(f"T-{1000 + secrets.randbelow(9000)}", emergency=False))
    address = request.client.host if request.client is not None else "unknown"
    try:
        require_same_origin(request, services)
        made = Report(code, once, words, name, phone, email, language, _given(photos))
        done = report(services.uow, services.clock, services.intake, made, address)
    except WrongReport as error:
        return _page(request, code, said, once=once, problems=error.wrong, status=422)
    except TooManyAttempts as error:
        page = _page(request, code, said, once=once, problems=("too_many",), status=429)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    except NotFromHere:
        return _page(request, code, said, once=once, problems=("failed",), status=403)
    if done.number is None:
        return _page(request, code, said, once=once, problems=("failed",), status=422)
    return _page(request, code, {}, done=done)


def _given(photos: Iterable[UploadFile | str]) -> tuple[Given, ...]:
    """The files that were chosen; a browser sends an empty one where none was."""
    chosen = (each for each in photos if not isinstance(each, str))
    read = (Given(each.filename or "photo", each.file.read()) for each in chosen)
    return tuple(each for each in read if each.content)


def _page(
    request: Request,
    code: str,
    said: dict[str, str],
    *,
    once: str = "",
    problems: Sequence[str] = (),
    done: Reported | None = None,
    status: int = 200,
) -> HTMLResponse:
    language = language_for(request.headers.get("accept-language", ""))
    words = WORDS[language]
    services: Services = request.app.state.services
    page = render(
        "report.html",
        language=language,
        words=words,
        code=code,
        said=said,
        once=once,
        problems=[words[each] for each in problems],
        wrong=problems,
        done=done,
        emergency_phone=services.settings.emergency_phone,
        dialled=re.sub(r"[^+0-9]", "", services.settings.emergency_phone),
        **nobody(),
    )
    # The address holds the code: no other site learns it.
    headers = {"Vary": "Accept-Language", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}
    return HTMLResponse(page, status, headers=headers)
