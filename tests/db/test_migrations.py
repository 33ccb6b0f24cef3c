"""Migrations: up, down and up again, with rows; drift; several at once."""

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, inspect, text

import migrations
from db.base import Base
from db.engine import make_engine, make_migration_engine, reading
from db.errors import MigrationProblem
from db.operations import check, current, downgrade, head, new_revision, upgrade
from db.operations.compare import metadata
from db.operations.migrate import config
from tests.db.rows import ROWS, contents, fill

REVISIONS = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]

ON_POSTGRES = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def execute(url: str, *statements: str) -> None:
    engine = make_migration_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_up_down_and_up_again_with_rows_in_every_table(bare_url: str) -> None:
    upgrade(bare_url)
    engine = make_migration_engine(bare_url)
    with engine.begin() as connection:
        fill(connection, Base.metadata)
    for revision in [*REVISIONS[-2::-1], "base"]:
        downgrade(bare_url, revision)
        assert current(bare_url) == (None if revision == "base" else revision)
    assert tables(bare_url) == {"alembic_version"}
    for revision in REVISIONS:
        upgrade(bare_url, revision)
    assert check(bare_url) == []
    with engine.begin() as connection:
        fill(connection, Base.metadata)
        assert {len(rows) for rows in contents(connection, Base.metadata).values()} == {len(ROWS)}
    engine.dispose()


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    assert current(database_url) == head() == REVISIONS[-1]
    assert check(database_url) == []


def test_alembics_own_check_is_clean(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        command.check(config(connection))
    engine.dispose()


def test_several_upgrades_at_once_do_not_collide(bare_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade, [bare_url] * 3))
    assert check(bare_url) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_several_upgrades_at_once_do_not_collide_in_wal_mode(bare_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.engine.wal_is_safe", lambda _version: True)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade, [bare_url] * 3))
    assert check(bare_url) == []


def test_a_failed_upgrade_changes_nothing(bare_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(bare_url, "CREATE TABLE visit (id integer)")
    with pytest.raises(Exception, match=r"(?i)visit.* already exists"):
        upgrade(bare_url)
    assert tables(bare_url) == {"visit"}


def test_the_folder_of_a_new_sqlite_database_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a' / 'b' / 'new.sqlite3'}"
    assert current(url) is None
    assert list(tmp_path.iterdir()) == []
    upgrade(url)
    assert current(url) == head()
    file = tmp_path / "a" / "b" / "new.sqlite3"
    assert file.stat().st_mode & 0o077 == 0, "others must not read it"


def test_a_database_from_a_newer_version_is_refused(database_url: str) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationProblem, match=r"at revision 9999, this version knows up to \d{4}"):
        upgrade(database_url)
    assert check(database_url) == [
        f"The database is at revision 9999, this version needs {head()}; run: dispatch db upgrade"
    ]


def test_check_of_a_database_without_tables(bare_url: str) -> None:
    assert check(bare_url) == [
        f"The database is at revision None, this version needs {head()}; run: dispatch db upgrade"
    ]


def test_check_sees_drift(database_url: str) -> None:
    drift = {
        "ix_visit_status": "DROP INDEX ix_visit_status",
        "ix_visit_odd": "CREATE INDEX ix_visit_odd ON visit (sequence)",
        "odd_column": "ALTER TABLE visit ADD COLUMN odd_column integer",
        "findings": "ALTER TABLE visit RENAME COLUMN findings TO found",
        "failed_sign_in": "DROP TABLE failed_sign_in",
    }
    execute(database_url, *drift.values())
    findings = check(database_url)
    assert {name for name in drift if not any(name in finding for finding in findings)} == set()


@ON_POSTGRES
def test_check_sees_drift_of_constraints_and_types(database_url: str) -> None:
    execute(
        database_url,
        "ALTER TABLE visit DROP CONSTRAINT ck_visit_pinned",
        "ALTER TABLE visit ADD CONSTRAINT odd CHECK (sequence > 0)",
        "ALTER TABLE stop DROP CONSTRAINT ex_stop_overlap, DROP CONSTRAINT ck_stop_stop_kind,"
        " ADD CONSTRAINT ck_stop_stop_kind CHECK (kind IN ('visit', 'break'))",
        "ALTER TABLE visit ALTER COLUMN sequence TYPE bigint",
    )
    retyped, *findings = check(database_url)
    assert "modify_type" in retyped
    assert sorted(findings) == [
        "stop: the constraint ck_stop_stop_kind allows ['break', 'visit'], the models ['break', 'visit', 'warehouse']",
        "stop: the constraint ex_stop_overlap is missing",
        "visit: the constraint ck_visit_pinned is missing",
        "visit: the constraint odd is not in the models",
    ]


@ON_POSTGRES
def test_check_sees_invalid_indexes_and_unchecked_constraints(database_url: str) -> None:
    execute(
        database_url,
        "ALTER TABLE visit ADD CONSTRAINT ck_visit_late CHECK (sequence > 0) NOT VALID",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_visit_status'::regclass",
    )
    assert check(database_url) == [
        "The index ix_visit_status is invalid; run: REINDEX INDEX ix_visit_status",
        "The constraint visit.ck_visit_late was never checked against the rows that were there before it",
    ]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_check_sees_dangling_references_and_the_next_upgrade_refuses_them(database_url: str) -> None:
    engine = make_migration_engine(database_url)
    with engine.begin() as connection:
        fill(connection, Base.metadata)
    engine.dispose()
    execute(database_url, "DELETE FROM technician_skill", "DELETE FROM skill WHERE id = 1")
    dangling = [finding for finding in check(database_url) if "a row of skill that is not there" in finding]
    assert len(dangling) == 2


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_check_sees_a_damaged_file(database_url: str) -> None:
    file = Path(database_url.removeprefix("sqlite:///"))
    engine = make_migration_engine(database_url)
    with engine.connect() as connection:
        page = connection.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_visit_status'"))
    engine.dispose()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : (page - 1) * 4096 + 8] = b"\xff" * 8
    file.write_bytes(content)
    assert "malformed" in " ".join(check(database_url))


def test_a_new_migration_is_written_and_runs(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = metadata().__class__(naming_convention=metadata().naming_convention)
    for table in metadata().sorted_tables:
        table.to_metadata(changed)
    changed.tables["visit"].append_column(Column("odd_count", Integer))
    monkeypatch.setattr("db.operations.compare.metadata", lambda: changed)
    script = new_revision(database_url, "Count odd visits", folder=tmp_path)
    written = script.read_text()
    assert script.name == f"{int(head()) + 1:04}_count_odd_visits.py"
    assert "sa.Column('odd_count', sa.Integer(), nullable=True)" in written
    assert "SET LOCAL lock_timeout" in written
    ast.parse(written)


def test_migrations_do_not_depend_on_code_that_changes() -> None:
    folder = Path(migrations.__path__[0]) / "versions"
    scripts = sorted(folder.glob("*.py"))
    assert [script.name[:4] for script in scripts] == REVISIONS
    for script in scripts:
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(script.read_text()))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert imported <= {"sqlalchemy", "alembic"}
        assert "SET LOCAL lock_timeout" in script.read_text()


def test_reading_the_revision_does_not_write(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as writer, reading(engine).connect():
        writer.execute(text("DELETE FROM visit"))
        assert current(database_url) == head()
    engine.dispose()
