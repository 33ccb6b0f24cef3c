"""What the call taker's page does: calls, tickets, and tickets that an article solves."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencies import AskDep
from api.pages.intake_pages import Subject, intake_html
from api.pages.page_route import PageRoute
from api.transaction import Ask
from dispatch.errors import Invalid, NotFound
from dispatch.intake.articles import solving
from dispatch.intake.facts.said import Field
from dispatch.intake.handover import searching
from dispatch.intake.telephone import calls, telling
from dispatch.intake.telephone.callers import Caller
from dispatch.intake.telephone.noting import Noted, note_down

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Key = Annotated[int, Path(ge=1, le=2**63 - 1)]
Ref = Annotated[str, Form(max_length=20)]
Note = Annotated[str, Form(max_length=300)]
FACT: Final = "fact_"
CALLBACKS: Final = {"15": "15 minutes", "30": "half an hour", "60": "an hour", "240": "4 hours", "1440": "a day"}


@router.post("/intake/calls")
def start_call(
    ask: AskDep,
    phone: Annotated[str, Form(max_length=32)] = "",
    contact: Ref = "",
    site: Ref = "",
    equipment: Ref = "",
    ticket: Ref = "",
    caller: Ref = "",
) -> Response:
    """A call begins; the number shown leads to whom it belongs, where that is one contact."""
    call = calls.start(ask.session, ask.viewer, phone.strip() or None)
    about = _subject(contact, site, equipment, ticket, str(call.id), caller)
    if contact or site or ticket or not phone.strip():
        return RedirectResponse(about.href(), 303)
    found = searching.find(ask.session, ask.viewer, phone)
    only = found[0].contact_id if len(found) == 1 else None
    return RedirectResponse(about.href(contact=only, q="" if only else phone.strip()), 303)


@router.post("/intake/calls/{key}/{act}")
def act_on_call(
    ask: AskDep,
    key: Key,
    act: Annotated[str, Path(max_length=20)],
    note: Note = "",
    to_user: Ref = "",
    minutes: Ref = "",
    contact: Ref = "",
    site: Ref = "",
    equipment: Ref = "",
    ticket: Ref = "",
    caller: Ref = "",
) -> Response:
    """Hold, resume, transfer, callback, called-back, end."""
    _do(ask, key, act, note, to_user, minutes)
    about = _subject(contact, site, equipment, ticket, str(key), caller)
    return RedirectResponse(Subject().href() if act == "transfer" else about.href(), 303)


@router.post("/intake/told/{key}")
def tell(ask: AskDep, key: Key, up_to: Ref = "") -> Response:
    """The party of a thread was told on the telephone what it was to be told, as far as the page showed it."""
    telling.told(ask.session, ask.viewer, key, _ref(up_to) or 0)
    return RedirectResponse("/intake", 303)


@router.post("/intake/tickets")
async def save_ticket(ask: AskDep, request: Request) -> Response:
    """The ticket of a call, or of what was told otherwise; its number is on the page that follows."""
    return await run_in_threadpool(_save, ask, await _said(request))


@router.post("/intake/articles")
async def find_articles(ask: AskDep, request: Request) -> Response:
    """The page as it is, with the articles for what is noted so far; nothing is kept."""
    said = await _said(request)
    page = await run_in_threadpool(intake_html, ask, _about(said), words=said.get("words", ""), facts=_facts(said))
    return HTMLResponse(page)


@router.post("/intake/solve")
def solve_ticket(ask: AskDep, ticket: Ref, article: Ref, call: Ref = "", danger_is_over: Ref = "") -> Response:
    """A ticket that an article solves needs no visit."""
    number, helps = _ref(ticket), _ref(article)
    if number is None or helps is None:
        raise NotFound("There is no such ticket or article.")
    solving.solve(ask.session, ask.viewer, number, helps, danger_is_over=danger_is_over == "yes")
    return RedirectResponse(Subject(ticket=number, call=_ref(call)).href(saved="solved"), 303)


async def _said(request: Request) -> dict[str, str]:
    # A handler without await cannot read a form whose fields are not known beforehand.
    form = await request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def _about(said: dict[str, str]) -> Subject:
    return _subject(*(said.get(name, "") for name in ("contact", "site", "equipment", "ticket", "call", "caller")))


def _facts(said: dict[str, str]) -> dict[Field, str]:
    return {field: value for field in Field if (value := said.get(f"{FACT}{field}", "").strip())}


def _save(ask: Ask, said: dict[str, str]) -> Response:
    about, words, facts = _about(said), said.get("words", ""), _facts(said)
    call = about.call
    try:
        if call is None:
            call = calls.start(ask.session, ask.viewer, said.get(f"{FACT}{Field.REPORTER_PHONE}", "")[:32] or None).id
        noted = Noted(words, facts, about.contact, about.site, about.equipment, about.ticket, caller=about.caller)
        ticket = note_down(ask.session, ask.viewer, ask.services.intake, call, noted)
    except Invalid as error:
        page = intake_html(ask, about, words=words, facts=facts, problem=str(error))
        return HTMLResponse(page, 422)
    return RedirectResponse(Subject(ticket=ticket.id, call=call).href(saved="yes"), 303)


def _do(ask: Ask, key: int, act: str, note: str, to_user: str, minutes: str) -> None:
    session, viewer = ask.session, ask.viewer
    if act == "hold":
        calls.hold(session, viewer, key, note)
    elif act == "resume":
        calls.resume(session, viewer, key)
    elif act == "transfer":
        calls.transfer(session, viewer, key, _ref(to_user) or 0, note)
    elif act == "callback":
        ahead = timedelta(minutes=int(minutes) if minutes in CALLBACKS else 60)
        calls.promise_callback(session, viewer, key, ask.clock.now() + ahead, note)
    elif act == "called-back":
        calls.called_back(session, viewer, key, note)
    elif act == "end":
        calls.end(session, viewer, key)
    else:
        raise NotFound(f"A call knows no {act!r}; it knows hold, resume, transfer, callback, called-back and end.")


def _subject(contact: str, site: str, equipment: str, ticket: str, call: str, caller: str = "") -> Subject:
    who = Caller(caller) if caller in set(Caller) else None
    return Subject(_ref(contact), _ref(site), _ref(equipment), _ref(ticket), _ref(call), who)


def _ref(said: str) -> int | None:
    return int(said) if said.isdecimal() and 0 < len(said) < 19 and said.isascii() else None
