"""What parties said of a ticket, and what it leads to."""

from typing import Any

from fastapi import APIRouter

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.routers.intake.shapes import acts, adds, reads
from api.schemas.intake.articles import SolvedOut, SolveIn
from api.schemas.intake.facts import FactIn, FactOut, FactsOut, HandOverOut, ReplyIn, TriageOut
from api.schemas.intake.matches import MatchesOut, MatchOut
from api.schemas.tickets import MessageOut, ToldIn, ToldOut
from api.transaction import Transaction
from db.models import Fact
from dispatch.intake.articles import solving
from dispatch.intake.channels import replying
from dispatch.intake.facts.said import SECRET
from dispatch.intake.handover import desk, stating
from dispatch.intake.telephone import telling

router = APIRouter(prefix="/tickets", tags=["tickets"], route_class=Transaction)
talk_router = APIRouter(prefix="/conversations", tags=["conversations"], route_class=Transaction)


@reads(router, "/{key}/facts", FactsOut, "list_facts", "List what was said of a ticket")
def list_facts(ask: AskDep, key: RowId) -> Any:
    """Every fact with its source, the earliest first; of secrets only that they were said."""
    return FactsOut(items=[_fact(each) for each in stating.facts(ask.session, ask.viewer, key)])


@adds(router, "/{key}/facts", FactOut, "add_fact", "Write down what a party said")
def add_fact(ask: AskDep, key: RowId, body: FactIn, _key: IdempotencyKey) -> Any:
    """Facts are added, never edited; the latest of a field counts. The ticket is matched anew."""
    rules = ask.services.intake
    return _fact(stating.add(ask.session, ask.viewer, rules, key, body.field, body.value, body.said_by_id))


@reads(router, "/{key}/matches", MatchesOut, "list_matches", "List the tickets that may be about the same")
def list_matches(ask: AskDep, key: RowId) -> Any:
    """With the evidence for and against, in words."""
    pairs = stating.matches(ask.session, ask.viewer, key)
    return MatchesOut(items=[MatchOut.model_validate(each, from_attributes=True) for each in pairs])


@reads(router, "/{key}/triage", TriageOut, "get_triage", "Get what work a ticket probably leads to")
def get_triage(ask: AskDep, key: RowId) -> Any:
    """Learned from past work orders; nobody has to follow it."""
    return TriageOut.model_validate(stating.triage(ask.session, ask.viewer, key), from_attributes=True)


@reads(router, "/{key}/hand-over", HandOverOut, "get_hand_over", "Get what is known of a ticket, and what to ask")
def get_hand_over(ask: AskDep, key: RowId) -> Any:
    """What all parties of its work order said, with who said so, and only the questions that nobody has answered."""
    known = desk.of_ticket(ask.session, ask.viewer, key)
    ids = {
        "ticket_id": key,
        "work_order_id": known.order.id if known.order else None,
        "contact_id": known.contact.id if known.contact else None,
        "site_id": known.site.id if known.site else None,
        "equipment_id": known.unit.id if known.unit else None,
    }
    shared = {name: getattr(known, name) for name in ("emergency", "said", "missing", "open_tickets")}
    return HandOverOut.model_validate(ids | shared, from_attributes=True)


@acts(router, "/{key}/solve", SolvedOut, "solve_ticket", "Solve a ticket by an article")
def solve_ticket(ask: AskDep, key: RowId, body: SolveIn, _key: IdempotencyKey) -> Any:
    """No visit is needed: a work order that is only for this ticket and not planned yet is cancelled."""
    solved = solving.solve(ask.session, ask.viewer, key, body.article_id, danger_is_over=body.danger_is_over)
    cancelled = solved.cancelled.id if solved.cancelled is not None else None
    return SolvedOut(ticket_id=key, cancelled_work_order_id=cancelled, said=solved.said)


@adds(talk_router, "/{key}/reply", MessageOut, "reply", "Answer a party in their thread")
def reply(ask: AskDep, key: RowId, body: ReplyIn, _key: IdempotencyKey) -> Any:
    """Over the channel they last used, unless said otherwise."""
    message = replying.reply(ask.session, ask.viewer, key, body.body, channel=body.channel)
    return MessageOut.model_validate(message, from_attributes=True)


@acts(talk_router, "/{key}/told", ToldOut, "tell_by_telephone", "Note that a party was told on the telephone")
def tell_by_telephone(ask: AskDep, key: RowId, body: ToldIn) -> Any:
    """Of what was `to_call`; by the viewer, now."""
    found = telling.told(ask.session, ask.viewer, key, body.up_to)
    return ToldOut(items=[MessageOut.model_validate(each, from_attributes=True) for each in found])


def _fact(fact: Fact) -> FactOut:
    shown = FactOut.model_validate(fact, from_attributes=True)
    return shown.model_copy(update={"value": None}) if fact.field in SECRET else shown
