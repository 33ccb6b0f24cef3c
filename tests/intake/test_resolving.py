"""Who wrote, and about what: found where it is clear, left open where it is not, and never silently merged."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from db import models as m
from db.session import Session, UnitOfWork
from dispatch.access import Viewer
from dispatch.intake.resolving import Whereabouts, known_contacts, normal_phone, resolve_place, resolve_sender, role_of
from dispatch.intake.resolving.words import kinds_in, positions_in, street

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def session(uow: UnitOfWork) -> Iterator[Session]:
    """A company with two towers in one street, three lifts, a boiler, and a few people."""
    with uow(viewer=Viewer.system()) as made:
        made.add(m.Territory(id=1, code="S", name="S", time_zone="UTC", country="CL", currency="CLP"))
        made.add(m.Organisation(id=1, number="ORG-1", name="Torres", kind=m.OrganisationKind.OWNER))
        made.add(m.Organisation(id=2, number="ORG-2", name="Hogar", kind=m.OrganisationKind.OWNER))
        made.flush()
        people = [
            (1, 1, "Ana Rojas", "ana@torres.example", "+56 51 255 0100"),
            (2, 1, "Luis Pérez", "office@torres.example", "+56 9 8765 4321"),
            (3, 1, "Eva Soto", "office@torres.example", None),
            (4, 2, "Marta Díaz", "marta@hogar.example", "+56 9 1111 1111"),
            (5, 2, "Pedro Díaz", None, "+56 9 1111 1111"),
        ]
        for key, owner, name, email, phone in people:
            made.add(m.Contact(id=key, organisation_id=owner, name=name, function="x", email=email, phone=phone))
        sites = [
            (1, 1, "Torre Norte", "Avenida Francisco de Aguirre", "120", "La Serena"),
            (2, 1, "Torre Sur", "Avenida Francisco de Aguirre", "122", "La Serena"),
            (3, 2, "Casa Marta", "Balmaceda", "1450", "La Serena"),
            (4, 2, "Casa Dos", "Balmaceda", "1450", "Coquimbo"),
        ]
        for key, owner, name, road, number, city in sites:
            made.add(m.Site(id=key, organisation_id=owner, territory_id=1, name=name, street=road, house_number=number,
                            city=city, country="CL"))  # fmt: skip
        made.flush()
        made.add(m.SiteContact(site_id=1, contact_id=1, role=m.PartyRole.ACCESS_HOLDER))
        units = [
            (1, 1, "lift", "Left, shaft 1", "SN-100", "L-0001"),
            (2, 1, "lift", "Right, shaft 2", "SN-101", "L-0002"),
            (3, 1, "boiler", "Boiler room", "SN-102", "L-0003"),
            (4, 2, "lift", "", "SN-103", "L-0004"),
        ]
        for key, site, kind, position, serial, label in units:
            made.add(m.Equipment(id=key, site_id=site, kind=kind, model="X", serial=serial, label_code=label,
                                 position=position))  # fmt: skip
        made.flush()
        yield made


@pytest.mark.parametrize(
    ("said", "normal"),
    [
        ("+56 51 255 0100", "+56512550100"),
        ("51 255 0100", "+56512550100"),
        ("0056 51 2550100", "+56512550100"),
        ("(51) 255-0100", "+56512550100"),
        ("+49 30 901820", "+4930901820"),
        ("call me", None),
        ("12", None),
        ("", None),
    ],
)
def test_numbers_are_normalised(said: str, normal: str | None, session: Session) -> None:
    assert normal_phone(said, "CL") == normal


@pytest.mark.parametrize(
    ("name", "email", "phone", "contact"),
    [
        ("Ana Rojas", "ANA@Torres.example", "", 1),
        ("", "ana@torres.example", "", 1),
        ("Rojas, Ana", "ana@torres.example", "", 1),
        ("Ana", "", "51 255 0100", 1),
        ("Anna Rojas", "", "+56512550100", 1),
        ("Eva Soto", "office@torres.example", "", 3),
        ("Marta Diaz", "", "911111111", 4),
        ("Pedro", "", "9 1111 1111", 5),
        ("Ana Rojas", "ana@gmail.example", "+56 51 255 0100", 1),
    ],
)
def test_who_is_known_is_found(session: Session, name: str, email: str, phone: str, contact: int) -> None:
    found = resolve_sender(session, name=name, email=email, phone=phone, country="CL")
    assert found is not None
    assert found.id == contact
    assert session.scalar(select(func.count()).select_from(m.Contact)) == 5


@pytest.mark.parametrize(
    ("name", "email", "phone", "organisation"),
    [
        ("Nobody Known", "new@else.example", "", None),
        ("Ana Rojas", "ana@else.example", "", None),
        ("Ana Rojas", "", "+56 9 2222 2222", None),
        ("Carla Vega", "ana@torres.example", "", 1),
        ("Carla Vega", "office@torres.example", "", 1),
        ("", "office@torres.example", "", 1),
        ("Carla Vega", "", "911111111", None),
        ("", "", "911111111", None),
        ("", "", "12", None),
        ("", "", "NETWORK", None),
    ],
)
def test_who_is_not_clear_is_entered_as_unverified(
    session: Session, name: str, email: str, phone: str, organisation: int | None
) -> None:
    made = resolve_sender(session, name=name, email=email, phone=phone, organisation="Torres", country="CL")
    assert made is not None
    assert (made.id, made.verified) == (6, False)
    owner = session.get_one(m.Organisation, made.organisation_id)
    assert (owner.id == organisation, owner.verified) == ((True, True) if organisation else (False, False))
    again = resolve_sender(session, name=name, email=email, phone=phone, organisation="Torres", country="CL")
    assert again is not None
    assert again.id == made.id


def test_who_says_nothing_is_nobody_and_who_was_erased_is_not_found(session: Session) -> None:
    assert resolve_sender(session, organisation="Torres", country="CL") is None
    session.get_one(m.Contact, 1).erased_at = session.info["now"]()
    session.flush()
    assert known_contacts(session, "ana@torres.example", "", "CL") == []


@pytest.mark.parametrize(
    ("function", "role"),
    [
        ("Tenant, 3rd floor", m.PartyRole.OCCUPANT),
        ("Inquilina", m.PartyRole.OCCUPANT),
        ("Hausmeister", m.PartyRole.ACCESS_HOLDER),
        ("conserje", m.PartyRole.ACCESS_HOLDER),
        ("Eigentümerin", m.PartyRole.OWNER),
        ("claims department", m.PartyRole.INSURER),
        ("astronaut", None),
    ],
)
def test_functions_say_roles(function: str, role: m.PartyRole | None, session: Session) -> None:
    assert role_of(function) is role


@pytest.mark.parametrize(
    ("said", "contact", "site", "unit"),
    [
        (Whereabouts(label_code="l-0002"), None, 1, 2),
        (Whereabouts(serial="SN-103"), None, 2, 4),
        (Whereabouts(words="the sticker says L-0003, please come"), None, 1, 3),
        (Whereabouts(words="L-0001 or L-0002, I cannot tell"), None, None, None),
        (Whereabouts(street="Av. Francisco de Aguire", house_number="122"), None, 2, 4),
        (Whereabouts(street="Francisco de Aguirre 120", words="the left lift"), None, 1, 1),
        (Whereabouts(words="Estoy en Francisco de Aguirre 120, el ascensor derecho no abre"), None, 1, 2),
        (
            Whereabouts(
                street="Francisco de Aguirre", house_number="120", unit="the left lift", words="right, call back"
            ),
            None,
            1,
            1,
        ),
        (Whereabouts(street="Francisco de Aguirre", house_number="124"), None, None, None),
        (Whereabouts(street="Francisco de Aguirre"), None, None, None),
        (Whereabouts(street="Balmaceda", house_number="1450"), None, None, None),
        (Whereabouts(street="Balmaceda", house_number="1450", city="coquimbo"), None, 4, None),
        (Whereabouts(words="the left lift is stuck"), 1, 1, 1),
        (Whereabouts(words="der rechte Aufzug steckt"), 1, 1, 2),
        (Whereabouts(words="Aufzug 2 steckt"), 1, 1, 2),
        (Whereabouts(words="el segundo ascensor"), 1, 1, 2),
        (Whereabouts(words="la caldera está fría"), 1, 1, 3),
        (Whereabouts(words="the lift is stuck"), 1, 1, None),
        (Whereabouts(words="the escalator is stuck"), 1, 1, None),
        (Whereabouts(words="somebody left the lift open"), 1, 1, None),
        (Whereabouts(words="it is stuck"), 2, None, None),
        (Whereabouts(words="in Torre Sur it is stuck"), 2, 2, 4),
        (Whereabouts(street="Elsewhere", house_number="7", words="the left lift"), 1, None, None),
    ],
)
def test_places_are_found_where_they_are_clear(
    session: Session, said: Whereabouts, contact: int | None, site: int | None, unit: int | None
) -> None:
    assert resolve_place(session, said, contact_id=contact) == (site, unit)


def test_words_of_places(session: Session) -> None:
    assert (
        positions_in("ascensor izquierdo") == positions_in("linker Aufzug") == positions_in("the left lift") == {"left"}
    )
    assert kinds_in("Der Fahrstuhl und die Heizung") == {"lift", "boiler"}
    assert street("Av. Balmaceda") == street("avenida  BALMACEDA") == "balmaceda"
    assert street("Hauptstraße") == street("Hauptstr.") == street("Haupt Strasse")
