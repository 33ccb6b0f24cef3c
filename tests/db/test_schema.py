"""What holds for every table."""

import re

import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, ForeignKeyConstraint, Table, UniqueConstraint, inspect, text
from sqlalchemy.orm import RelationshipProperty

from db.base import Base, Versioned
from db.errors import IntegrityError
from tests.db.rows import fill

TABLES = Base.metadata.sorted_tables
BOTH = pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))


@BOTH
def test_every_foreign_key_is_indexed(table: Table) -> None:
    leading = {next(iter(index.columns)).name for index in table.indexes}
    leading |= {
        next(iter(constraint.columns)).name
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint) and constraint.columns
    }
    keys = {column.name for column in table.columns if column.foreign_keys}
    assert keys - leading == set()


@BOTH
def test_constraints_and_indexes_follow_the_naming_convention(table: Table) -> None:
    prefixes = {ForeignKeyConstraint: "fk", UniqueConstraint: "uq", CheckConstraint: "ck"}
    named = [(str(index.name), "uq" if str(index.name).startswith("uq") else "ix") for index in table.indexes]
    named += [(str(rule.name), prefixes.get(type(rule), "pk")) for rule in table.constraints]
    stray = [name for name, prefix in named if not re.fullmatch(rf"{prefix}_{table.name}(_[a-z0-9_]+)?", name)]
    assert stray == []
    assert [name for name, _ in named if len(name) > 63] == [], "PostgreSQL cuts names at 63 letters"


def test_the_database_uses_the_same_names(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in TABLES:
        ours = {str(rule.name) for rule in table.constraints if isinstance(rule, ForeignKeyConstraint)}
        keys = inspector.get_foreign_keys(table.name)
        # SQLite does not tell the name of a key that came with a column added later.
        assert {str(key["name"]) for key in keys if key["name"]} <= ours
        assert len(keys) == len(ours)
        primary = inspector.get_pk_constraint(table.name)["name"]
        assert primary == f"pk_{table.name}"


def test_a_relationship_raises_instead_of_loading_later() -> None:
    later = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if isinstance(relation, RelationshipProperty) and relation.lazy not in ("raise", "raise_on_sql", "noload")
    ]
    assert later == []


def test_every_versioned_class_has_a_version_column() -> None:
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Versioned):
            assert mapper.version_id_col is mapper.local_table.c.version


REFUSED = [
    ("visit", "status", "'lost'"),
    ("work_order", "priority", "'HIGH'"),
    ("user", "role", "'root'"),
    ("stop", "kind", "'lunch'"),
    ("job", "status", "''"),
    ("technician_skill", "level", "6"),
    ("shift", "ends_at", "starts_at"),
    ("van_stock", "quantity", "-1"),
    ("stop", "visit_id", "NULL"),
    ("attachment", "sha256", "'abc'"),
]


def test_the_database_itself_refuses_what_a_check_forbids(engine: Engine, subtests: pytest.Subtests) -> None:
    with engine.begin() as connection:
        fill(connection, Base.metadata)
    for table, column, value in REFUSED:
        statement = text(f'UPDATE "{table}" SET {column} = {value} WHERE id = 1')
        refusal = pytest.raises(IntegrityError, match=r"(?i)check")
        with subtests.test(table=table, column=column, value=value), refusal, engine.begin() as connection:
            connection.execute(statement)


def test_the_database_refuses_a_dangling_reference(engine: Engine) -> None:
    with engine.begin() as connection:
        fill(connection, Base.metadata)
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(text("UPDATE visit SET work_order_id = 99 WHERE id = 1"))


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
class TestNobodyIsAtTwoStopsAtOnce:
    """The exclusion constraint that only PostgreSQL has."""

    def test_overlapping_stops_of_a_route_are_refused_at_commit(self, engine: Engine) -> None:
        with engine.begin() as connection:
            fill(connection, Base.metadata)
        with pytest.raises(IntegrityError, match="ex_stop_overlap"), engine.begin() as connection:
            self._put_both_on_one_route(connection, minutes=-1)

    def test_stops_may_touch_and_may_overlap_meanwhile(self, engine: Engine) -> None:
        with engine.begin() as connection:
            fill(connection, Base.metadata)
        with engine.begin() as connection:
            self._put_both_on_one_route(connection, minutes=-1)
            self._put_both_on_one_route(connection, minutes=0)

    def test_routes_do_not_mind_each_other(self, engine: Engine) -> None:
        with engine.begin() as connection:
            fill(connection, Base.metadata)
            connection.execute(
                text(
                    "UPDATE stop SET arrives_at = one.arrives_at, starts_at = one.starts_at,"
                    " departs_at = one.departs_at"
                    " FROM stop AS one WHERE one.id = 1 AND stop.id = 2"
                )
            )

    @staticmethod
    def _put_both_on_one_route(connection: Connection, *, minutes: int) -> None:
        connection.execute(
            text(
                "UPDATE stop SET route_id = 1, starts_at = at, arrives_at = at, departs_at = at + interval '1 hour'"
                " FROM (SELECT departs_at + make_interval(mins => :minutes) AS at FROM stop WHERE id = 1) AS one"
                " WHERE stop.id = 2"
            ),
            {"minutes": minutes},
        )
