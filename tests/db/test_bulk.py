"""Rows in bulk: defaults filled in, own numbering moved past what is there, keys going on after them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from db.bulk import insert_numbered, insert_rows
from db.models import Organisation, OrganisationKind, Part, Skill
from db.session import UnitOfWork

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def part(key: int, **values: Any) -> dict[str, Any]:
    stamps = {"version": 1, "created_at": NOW, "updated_at": NOW}
    return {"id": key, "number": f"P-{key}", "name": "Part", **stamps, **values}


def test_columns_that_a_row_does_not_name_get_their_default(uow: UnitOfWork) -> None:
    with uow() as session:
        insert_rows(session, Part, [part(7, unit_cost=300), part(8)])
        found = {row.id: row.unit_cost for row in session.connection().execute(select(Part.id, Part.unit_cost))}
    assert found == {7: 300, 8: 0}


def test_a_column_that_does_not_exist_is_refused(uow: UnitOfWork) -> None:
    with uow() as session, pytest.raises(KeyError, match="part has no column colour, weight"):
        insert_rows(session, Part, [part(1, weight=3, colour="red")])


def test_rows_are_renumbered_past_what_is_there(uow: UnitOfWork) -> None:
    maker = {"id": 1, "number": "ORG-1", "name": "Maker", "kind": OrganisationKind.MANUFACTURER}
    stamps = {"version": 1, "created_at": NOW, "updated_at": NOW}
    with uow() as session:
        insert_rows(session, Part, [part(40)])
        moved = insert_numbered(
            session,
            {
                Part: [part(1, number="NEW", manufacturer_id=1), part(2, number="OLD", superseded_by_id=1)],
                Organisation: [maker | stamps],
                Skill: [],
            },
        )
        rows = (
            session.connection()
            .execute(select(Part.number, Part.id, Part.superseded_by_id, Part.manufacturer_id))
            .all()
        )
    assert moved == {"part": 40, "organisation": 0}
    assert sorted(map(tuple, rows)) == [("NEW", 41, None, 1), ("OLD", 42, 41, None), ("P-40", 40, None, None)]


def test_keys_go_on_after_numbered_rows(uow: UnitOfWork) -> None:
    with uow() as session:
        insert_numbered(session, {Part: [part(1), part(2)]})
        following = Part(number="P-3", name="Part")
        session.add(following)
        session.flush()
        assert following.id == 3
