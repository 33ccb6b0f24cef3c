"""In which language people are answered: short reports too, and what is known where words say nothing."""

import pytest
from sqlalchemy import select

from db import models as m
from dispatch.intake.channels.languages import language_of
from tests.builders.world import build_world
from tests.intake.channels.reception import SYSTEM, Reception
from tests.intake.surface.phrases import DANGEROUS, HARMLESS

SHORT = {
    "es": (
        "no funciona el ascensor|la puerta no abre|ascensor malo|sin agua caliente|hace ruido|ayuda|hola|"
        "El ascensor izquierdo no sube|caldera apagada|No anda el ascensor|se quedo pegado|buenas tardes|"
        "Puerta trabada piso 3|no prende la calefaccion|gotea la caldera|Ascensor detenido|necesito un tecnico"
    ),
    "en": (
        "the lift does not work|lift stuck|door won't open|no hot water|help|hello|boiler leaking|"
        "Elevator out of order|noisy|please call me|doors open and close|Heating is cold|lift 2 stopped|it's broken"
    ),
    "de": "Aufzug kaputt|kein warmes Wasser|Tür klemmt immer|Heizung kalt|hallo|bitte um Rückruf|Lift steht",
}
PHRASES = [(line, language) for language, lines in SHORT.items() for line in lines.split("|")]


@pytest.mark.parametrize(("line", "language"), PHRASES)
def test_short_reports_show_their_language(line: str, language: str) -> None:
    assert language_of(line) == language


@pytest.mark.parametrize("line", ["", "T-1042", "ok 3", "+56 9 8765 4321", "Torre Norte", "Puntal"])
def test_what_shows_none_is_left_open(line: str) -> None:
    assert language_of(line) is None


def test_of_what_people_report_little_is_left_open() -> None:
    lines = [*DANGEROUS, *HARMLESS]
    unclear = [line for line in lines if language_of(line) is None]
    assert len(unclear) <= 0.06 * len(lines), unclear


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_they_are_answered_as_they_write_as_we_know_them_and_as_we_spoke(reception: Reception) -> None:
    first = reception.text("+56987654321", "no funciona el ascensor")
    words = reception.messages(first.ticket_id)[-1].body or ""
    assert words.startswith("Gracias por su mensaje")
    with reception.uow(viewer=SYSTEM) as session:
        session.get_one(m.Ticket, first.ticket_id).status = m.TicketStatus.CLOSED
        session.commit()
    unclear = reception.text("+56987654321", "T 400!")
    assert unclear.ticket_id != first.ticket_id
    assert reception.conversation(unclear.ticket_id).language == "es"
    with reception.uow(viewer=SYSTEM) as session:
        kept = session.scalars(select(m.Contact)).one()
        kept.language, kept.verified = "de-CH", True
        session.get_one(m.Ticket, unclear.ticket_id).status = m.TicketStatus.CLOSED
        session.commit()
    known = reception.text("+56987654321", "la puerta no abre")
    assert reception.conversation(known.ticket_id).language == "de-CH"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_where_nothing_else_is_known_the_owner_of_the_site_counts(reception: Reception) -> None:
    with reception.uow(viewer=SYSTEM) as session:
        world = build_world(session)
        session.get_one(m.Organisation, world.north[m.Organisation]).language = "es"
        session.commit()
    taken = reception.text("+56911112222", "T 400!", site_id=world.north[m.Site])
    assert reception.conversation(taken.ticket_id).language == "es"
