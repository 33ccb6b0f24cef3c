"""How tables and migrations are compared; the same for checking and for writing a migration."""

import re
from collections.abc import Iterable
from typing import Any, Final, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import CheckConstraint, Enum, Inspector, MetaData, inspect, text
from sqlalchemy.engine import Connection

import db.models  # noqa: F401  (fills the metadata)
from db.base import AppendOnly, Base
from db.types import Json, Key, UtcDateTime

POSTGRES_ONLY: Final = frozenset({"ex_stop_overlap"})
"""Constraints that only PostgreSQL has, and that migrations make by hand."""


def metadata() -> MetaData:
    """All tables of this version."""
    return Base.metadata


def options(dialect: str) -> dict[str, Any]:
    """What Alembic's context is configured with."""
    return {
        "target_metadata": metadata(),
        "compare_type": True,
        "compare_server_default": True,
        "render_as_batch": dialect == "sqlite",
        "transactional_ddl": True,
        "include_object": _is_compared,
        "render_item": _render,
    }


def differing_checks(connection: Connection) -> list[str]:
    """Where CHECK and exclusion constraints differ from the models; Alembic does not look at them.

    Compared are names and the words a CHECK allows: databases keep the expression in a wording of their own.
    """
    inspector = inspect(connection)
    findings: list[str] = []
    there = set(inspector.get_table_names())
    for table in (table for table in metadata().sorted_tables if table.name in there):
        wanted = _checks(
            (str(check.name), str(check.sqltext.compile(compile_kwargs={"literal_binds": True})))
            for check in table.constraints
            if isinstance(check, CheckConstraint)
        )
        found = _checks((str(check["name"]), check["sqltext"]) for check in inspector.get_check_constraints(table.name))
        findings += [f"{table.name}: the constraint {name} is missing" for name in sorted(wanted.keys() - found)]
        findings += [
            f"{table.name}: the constraint {name} is not in the models" for name in sorted(found.keys() - wanted)
        ]
        findings += [
            f"{table.name}: the constraint {name} allows {found[name]}, the models {wanted[name]}"
            for name in sorted(found.keys() & wanted)
            if found[name] != wanted[name]
        ]
    return findings + _missing_exclusions(inspector) + _missing_triggers(connection)


def _checks(checks: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    return {name: sorted(set(re.findall(r"'([a-z_]+)'", text))) for name, text in checks}


def _missing_exclusions(inspector: Inspector) -> list[str]:
    if inspector.dialect.name != "postgresql":
        return []
    made = {index["name"] for index in inspector.get_indexes("stop")}
    return [f"stop: the constraint {name} is missing" for name in sorted(POSTGRES_ONLY - made)]


def _missing_triggers(connection: Connection) -> list[str]:
    """What keeps rows that are written once from being edited; a table that SQLite copies loses its triggers."""
    if connection.dialect.name == "sqlite":
        names, wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'", ("no_update", "no_delete")
    else:
        names, wanted = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal", ("written_once", "not_emptied")
    made = set(connection.execute(text(names)).scalars())
    tables = sorted(
        mapper.local_table.description for mapper in Base.registry.mappers if issubclass(mapper.class_, AppendOnly)
    )
    return [
        f"{table}: the trigger {table}_{name} is missing"
        for table in tables
        for name in wanted
        if f"{table}_{name}" not in made
    ]


def _is_compared(_object: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    return name not in POSTGRES_ONLY


def _render(kind: str, thing: object, _context: AutogenContext) -> str | Literal[False]:
    # A migration must not change when a column type of ours does; these names stand at the head of each migration.
    if kind != "type":
        return False
    if isinstance(thing, UtcDateTime):
        return "INSTANT"
    if isinstance(thing, Enum):
        values = ", ".join(f'"{value}"' for value in thing.enums)
        return f'states("{thing.name}", {values})'
    return {id(Key): "KEY", id(Json): "JSON"}.get(id(thing), False)
