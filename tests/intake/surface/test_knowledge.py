"""Articles are found while typing, and solve tickets without a visit."""

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.access import elevated
from dispatch.errors import NotFound, RuleBroken
from dispatch.intake.articles import knowledge
from dispatch.intake.articles.solving import solve
from dispatch.intake.telephone.calls import start
from dispatch.intake.telephone.noting import Noted, note_down
from tests.intake.surface.conftest import Desk

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def _titles(desk: Desk, text: str, **about: object) -> list[str]:
    return [each.article.title for each in knowledge.found(desk.session, desk.viewer, text, **about)]  # type: ignore[arg-type]


@SQLITE
def test_articles_are_found_by_what_is_typed_so_far(desk: Desk) -> None:
    desk.article()
    desk.article(title="Cold water", symptom="No hot water. No hay agua caliente", equipment_kind="boiler")
    assert _titles(desk, "dor reopn")[0] == "Doors reopen"
    assert _titles(desk, "agua cal")[0] == "Cold water"
    assert _titles(desk, "") == _titles(desk, "   ") == _titles(desk, "zzzz") == []


@SQLITE
def test_articles_of_other_units_are_left_out_and_the_very_model_comes_first(desk: Desk) -> None:
    desk.article(title="any lift", equipment_kind="lift")
    desk.article(title="this model", equipment_kind="lift", model="X")
    desk.article(title="other model", equipment_kind="lift", model="Y")
    desk.article(title="boiler", equipment_kind="boiler")
    desk.article(title="old", equipment_kind="lift", retired=True)
    on = desk.world.north[m.Equipment]
    assert _titles(desk, "doors reopen again and again", equipment_id=on)[:2] == ["this model", "any lift"]
    assert set(_titles(desk, "doors reopen again and again", equipment_id=on)) <= {"this model", "any lift", "Doors"}
    assert "boiler" in _titles(desk, "doors reopen again and again", kind="boiler")


@SQLITE
def test_a_new_article_is_found_at_once(desk: Desk) -> None:
    assert _titles(desk, "zumbido nocturno") == []
    desk.article(title="Zumbido", symptom="Zumbido nocturno")
    assert _titles(desk, "zumbido nocturno") == ["Zumbido"]


def _new_ticket(desk: Desk) -> m.Ticket:
    site = desk.world.north[m.Site]
    with elevated(desk.session, "test"):
        desk.session.add(m.Equipment(site_id=site, kind="boiler", model="B", serial="B-9", label_code="B-9"))
        desk.session.flush()
    call = start(desk.session, desk.viewer, "+56 9 8888 7777")
    noted = Noted("The boiler shows a spanner", {}, site_id=site)
    return note_down(desk.session, desk.viewer, desk.rules, call.id, noted)


def test_a_ticket_solved_by_an_article_needs_no_visit_and_is_told_once(desk: Desk) -> None:
    ticket, article = _new_ticket(desk), desk.article()
    solved = solve(desk.session, desk.viewer, ticket.id, article.id)
    assert (ticket.status, ticket.solved_by_id) == (m.TicketStatus.RESOLVED, article.id)
    assert solved.cancelled is not None
    assert solved.cancelled.status is m.WorkOrderStatus.CANCELLED
    again = solve(desk.session, desk.viewer, ticket.id, article.id)
    assert "already" in again.said
    with elevated(desk.session, "test"):
        told = select(m.Message).where(m.Message.cause == f"ticket:{ticket.id}:solved:{article.id}")
        assert len(desk.session.scalars(told).all()) == 1
        reasons = [
            entry.changes["reason"][1]
            for entry in desk.session.scalars(select(m.AuditEntry).where(m.AuditEntry.entity == "work_order"))
            if "reason" in entry.changes
        ]
        assert reasons == [f"{ticket.number} is solved by {article.number}, without a visit"]
        visits = desk.session.scalars(select(m.Visit).where(m.Visit.work_order_id == solved.cancelled.id)).all()
        assert {visit.status for visit in visits} <= {m.VisitStatus.CANCELLED}


@SQLITE
def test_a_work_order_that_is_planned_or_others_need_stays(desk: Desk) -> None:
    solved = solve(desk.session, desk.viewer, desk.world.north[m.Ticket], desk.article().id)
    assert solved.cancelled is None
    assert "planned" in solved.said


@SQLITE
def test_only_what_a_customer_may_do_solves(desk: Desk) -> None:
    ticket = desk.world.north[m.Ticket]
    with pytest.raises(RuleBroken, match="for technicians"):
        solve(desk.session, desk.viewer, ticket, desk.article(without_visit=False).id)
    with pytest.raises(NotFound):
        solve(desk.session, desk.viewer, desk.world.south[m.Ticket], desk.article().id)
    with pytest.raises(NotFound):
        solve(desk.session, desk.viewer, ticket, 999)


@SQLITE
def test_danger_is_not_solved_by_an_article_unless_it_is_over(desk: Desk) -> None:
    ticket, article = _new_ticket(desk), desk.article()
    ticket.emergency = True
    with pytest.raises(RuleBroken, match="danger_is_over"):
        solve(desk.session, desk.viewer, ticket.id, article.id)
    solved = solve(desk.session, desk.viewer, ticket.id, article.id, danger_is_over=True)
    assert (solved.ticket.status, solved.ticket.solved_by_id) == (m.TicketStatus.RESOLVED, article.id)
