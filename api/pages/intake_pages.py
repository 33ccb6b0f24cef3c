"""The call taker's page: who calls, what is known of it and from whom, and only the questions nobody has answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from api.dependencies import AskDep
from api.pages.page_route import PageRoute, visitor
from api.pages.render import render
from api.transaction import Ask
from db.models import Call, Territory, Ticket
from dispatch.access import Action, require
from dispatch.intake.articles import knowledge
from dispatch.intake.facts.said import Field
from dispatch.intake.handover import desk, searching
from dispatch.intake.handover.desk import HandOver
from dispatch.intake.handover.waiting import without_order
from dispatch.intake.telephone import callbacks, calls, listing, telling
from dispatch.intake.telephone.callers import Caller, who_calls
from dispatch.intake.triage import is_emergency

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Key = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Text = Annotated[str, Query(max_length=10_000)]
_ARTICLES: Final = 5
_WAITING: Final = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """What the page is about, as its address says."""

    contact: int | None = None
    site: int | None = None
    equipment: int | None = None
    ticket: int | None = None
    call: int | None = None
    caller: Caller | None = None

    def href(self, **others: Any) -> str:
        """The address of the page about this, with some of it changed."""
        said = {
            name: getattr(self, name) for name in ("contact", "site", "equipment", "ticket", "call", "caller")
        } | others
        query = urlencode({name: value for name, value in said.items() if value not in (None, "")})
        return f"/intake?{query}" if query else "/intake"


@router.get("/intake")
def show_intake(
    ask: AskDep,
    q: Annotated[str, Query(max_length=200)] = "",
    contact: Key = None,
    site: Key = None,
    equipment: Key = None,
    ticket: Key = None,
    call: Key = None,
    caller: Caller | None = None,
    words: Text = "",
    saved: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One page for one call. Everything on it comes from its address, so that it works without scripts."""
    require(ask.viewer, Action.READ, Call)
    return HTMLResponse(
        intake_html(ask, Subject(contact, site, equipment, ticket, call, caller), q=q, words=words, saved=saved)
    )


@router.get("/intake/articles")
def show_articles(ask: AskDep, words: Text = "", equipment: Key = None) -> Response:
    """Only the articles and the warning, for the script that asks while somebody types."""
    require(ask.viewer, Action.READ, Call)
    found = knowledge.found(ask.session, ask.viewer, words, equipment_id=equipment, limit=_ARTICLES)
    return HTMLResponse(
        render("intake_articles.html", articles=found, danger=is_emergency(words), ticket=None, csrf_token=None)
    )


def intake_html(
    ask: Ask,
    about: Subject,
    *,
    q: str = "",
    words: str = "",
    facts: Mapping[Field, str] | None = None,
    saved: str = "",
    problem: str = "",
) -> str:
    """The page. words, facts: what was noted so far; problem: what was wrong with it; saved: how that went."""
    taken = calls.get(ask.session, ask.viewer, about.call) if about.call is not None else None
    if taken is not None and about == Subject(call=about.call):
        about = replace(about, ticket=taken.ticket_id)
    other = _is_somebody_else(ask, about, taken)
    known = _known(ask, about, words, of_somebody_else=other and about.contact is None)
    hint = words or (f"{known.ticket.subject} {known.ticket.symptom}" if known.ticket is not None else "")
    unit = known.unit.id if known.unit is not None else None
    return render(
        "intake.html",
        about=about,
        other=other,
        q=q,
        **_to_do(ask, _WAITING if about == Subject() and not q else 0),
        finds=searching.find(ask.session, ask.viewer, q),
        sites=searching.sites_of(ask.session, about.contact) if about.contact and known.site is None else [],
        known=known,
        words=words,
        danger=known.emergency,
        articles=knowledge.found(ask.session, ask.viewer, hint, equipment_id=unit, limit=_ARTICLES),
        call=taken,
        call_state=calls.state(ask.session, taken) if taken is not None else None,
        callback=callbacks.open_callback(calls.events(ask.session, taken)) if taken is not None else None,
        colleagues=calls.colleagues(ask.session, ask.viewer) if taken is not None else [],
        ticket=known.ticket,
        saved=saved,
        problem=problem,
        local=local_time(ask),
        facts=facts or {},
        **visitor(ask),
    )


def _to_do(ask: Ask, most: int) -> dict[str, Any]:
    """What waits for the viewer while nobody is on the line; nothing, where `most` is 0."""
    in_hand = listing.open_calls(ask.session, ask.viewer, most)
    return {
        "handed": [each for each in in_hand if each.handed_by is not None],
        "mine": [each for each in in_hand if each.handed_by is None],
        "due": listing.open_callbacks(ask.session, ask.viewer, most),
        "untold": telling.to_call(ask.session, ask.viewer, most) if most else [],
        "waiting": without_order(ask.session, ask.viewer, most) if most else [],
    }


def _is_somebody_else(ask: Ask, about: Subject, call: Call | None) -> bool:
    """Whether who is on the line did not report the ticket that the page is about."""
    ticket = ask.session.query(Ticket).filter_by(id=about.ticket).one_or_none() if about.ticket is not None else None
    if ticket is None or call is None or about.caller is not None:
        return about.caller is Caller.SOMEBODY_ELSE
    country = ask.services.intake.country
    return who_calls(ask.session, call, ticket, country, contact_id=about.contact) is Caller.SOMEBODY_ELSE


def _known(ask: Ask, about: Subject, words: str, *, of_somebody_else: bool) -> HandOver:
    if about.ticket is not None:
        return desk.of_ticket(ask.session, ask.viewer, about.ticket, of_somebody_else=of_somebody_else)
    return desk.of_caller(
        ask.session,
        ask.viewer,
        contact_id=about.contact,
        site_id=about.site,
        equipment_id=about.equipment,
        words=words,
    )


def local_time(ask: Ask) -> Any:
    """Writes instants as the clock on the wall of the viewer's territory shows them; in UTC where there are several."""
    zones = {zone for (zone,) in ask.session.query(Territory.time_zone).distinct()}
    zone = ZoneInfo(zones.pop()) if len(zones) == 1 else UTC
    suffix = "" if zone is not UTC else " UTC"

    def local(instant: datetime | None) -> str:
        return "" if instant is None else f"{instant.astimezone(zone):%d.%m. %H:%M}{suffix}"

    return local
