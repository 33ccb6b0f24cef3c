"""Whatever is where: no list shows a row of a territory that is not looked after."""

from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from db import models as m
from db.models import Role
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.records.catalogue.parties import CONTACTS, EQUIPMENT, ORGANISATIONS, SITES
from dispatch.records.catalogue.tickets import TICKETS
from dispatch.records.catalogue.work import VISITS, WORK_ORDERS
from dispatch.records.nouns import Noun
from dispatch.records.pages import page
from tests.builders.world import NOW, ZONE

TERRITORIES = 3
BY_TERRITORY: Final[list[tuple[Noun[Any], str]]] = [
    (SITES, "sites"),
    (EQUIPMENT, "equipment"),
    (WORK_ORDERS, "work_orders"),
    (VISITS, "visits"),
    (TICKETS, "tickets"),
]
BY_TIES: Final[list[tuple[Noun[Any], str]]] = [(ORGANISATIONS, "organisations"), (CONTACTS, "contacts")]
PLACES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, TERRITORIES - 1), st.booleans()), min_size=1, max_size=6)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=PLACES,
    looked_after=st.frozensets(st.integers(0, TERRITORIES - 1)),
    role=st.sampled_from([Role.SCHEDULER, Role.CALL_TAKER]),
)
def test_lists_never_leak(
    uow: UnitOfWork, places: list[tuple[int, int, bool]], looked_after: frozenset[int], role: Role
) -> None:
    with uow(viewer=Viewer.system()) as session:
        where = _build(session, places)
        viewer = Viewer(
            name="v", role=role, user_id=1, territory_ids=frozenset(where["territories"][each] for each in looked_after)
        )
        session.info["viewer"] = viewer
        session.expunge_all()
        for noun, kind in BY_TERRITORY:
            seen = {row.id for row in page(session, viewer, noun, limit=200).rows}
            assert seen == {key for key, territory in where[kind].items() if territory in looked_after}, kind
        for noun, kind in BY_TIES:
            seen = {row.id for row in page(session, viewer, noun, limit=200).rows}
            assert seen == {key for key, ties in where[kind].items() if not ties or ties & looked_after}, kind


def _build(session: Session, places: list[tuple[int, int, bool]]) -> dict[str, Any]:
    """Sites of three organisations in three territories; answers for each row the territory, or ties, it has."""

    def add(row: Any) -> int:
        session.add(row)
        session.flush()
        key: int = row.id
        return key

    territories = [
        add(m.Territory(code=f"t{each}", name="x", time_zone=ZONE, country="CL", currency="CLP"))
        for each in range(TERRITORIES)
    ]
    work_type = add(m.WorkType(code="w", name="w", duration_seconds=60))
    owners = [add(m.Organisation(number=f"o{each}", name="x", kind=m.OrganisationKind.OWNER)) for each in range(3)]
    found: dict[str, Any] = {
        kind: {} for kind in ("sites", "equipment", "work_orders", "visits", "tickets", "contacts")
    } | {"territories": territories, "organisations": {owner: set() for owner in owners}}
    for number, (owner, territory, has_contact) in enumerate(places):
        address = {"name": "x", "street": "x", "house_number": "1", "city": "x", "country": "CL"}
        site = add(m.Site(organisation_id=owners[owner], territory_id=territories[territory], **address))
        unit = add(m.Equipment(site_id=site, kind="lift", model="x", serial=f"s{number}", label_code=f"l{number}"))
        order = add(
            m.WorkOrder(
                number=f"WO-{number}",
                work_type_id=work_type,
                territory_id=territories[territory],
                site_id=site,
                summary="x",
                reported_at=NOW,
            )
        )
        visit = add(m.Visit(work_order_id=order, duration_seconds=60))
        about = {"site_id": site} if number % 2 else {"equipment_id": unit}
        ticket = add(m.Ticket(number=f"T-{number}", channel=m.Channel.PHONE, subject="x", received_at=NOW, **about))
        for kind, key in (
            ("sites", site),
            ("equipment", unit),
            ("work_orders", order),
            ("visits", visit),
            ("tickets", ticket),
        ):
            found[kind][key] = territory
        found["organisations"][owners[owner]].add(territory)
        if has_contact:
            contact = add(m.Contact(organisation_id=owners[owner], name="x", function="x"))
            add(m.SiteContact(site_id=site, contact_id=contact, role=m.PartyRole.OWNER))
            found["contacts"][contact] = {territory}
    return found
