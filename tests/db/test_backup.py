"""Backup and restore, of both databases, with attachments."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.base import Base
from db.engine import make_engine, make_migration_engine
from db.errors import BackupProblem
from db.operations import backup, check, current, head, migrate, restore, upgrade
from db.operations import postgres as postgres_copy
from tests.db.rows import contents, fill
from tests.parts.postgres import binaries

REVISION = head()
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture(autouse=True)
def postgres_programs(database_kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore, where the tests' own server has them."""
    if database_kind == "postgresql":
        monkeypatch.setenv("PATH", str(binaries()) + os.pathsep + os.environ["PATH"])


@pytest.fixture
def filled_url(database_url: str) -> str:
    """A database with rows in every table."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        fill(connection, Base.metadata)
    engine.dispose()
    return database_url


@pytest.fixture
def attachments(tmp_path: Path) -> Path:
    """A folder with two attachments."""
    folder = tmp_path / "attachments"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "abcd").write_bytes(b"a photo of a lift")
    (folder / "ef").write_bytes(b"")
    return folder


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = contents(connection, Base.metadata)
    engine.dispose()
    return found


def execute(url: str, *statements: str) -> None:
    engine = make_migration_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_all_rows_and_attachments_come_back(filled_url: str, bare_url: str, attachments: Path, tmp_path: Path) -> None:
    target = tmp_path / "monday.backup"
    manifest = backup(filled_url, target, made_at=NOW, attachments=attachments)
    assert (manifest.made_at, manifest.revision, len(manifest.attachments())) == (NOW, head(), 2)
    assert target.stat().st_mode & 0o077 == 0, "others must not read it"

    assert restore(target, bare_url, attachments=tmp_path / "new") == manifest
    assert rows(bare_url) == rows(filled_url)
    assert check(bare_url) == []
    assert (tmp_path / "new" / "ab" / "abcd").read_bytes() == b"a photo of a lift"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@ON_SQLITE
def test_others_cannot_read_a_restored_file(filled_url: str, tmp_path: Path) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    restore(tmp_path / "b", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert (tmp_path / "new.sqlite3").stat().st_mode & 0o077 == 0


def test_numbering_goes_on_after_a_restore(filled_url: str, bare_url: str, tmp_path: Path) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    restore(tmp_path / "b", bare_url)
    execute(bare_url, "INSERT INTO failed_sign_in (subject, at) VALUES ('x', '2026-03-02 08:00:00')")
    assert [row[0] for row in rows(bare_url)["failed_sign_in"]] == [1, 2, 3]


def test_a_backup_sees_one_state_while_others_write(filled_url: str, bare_url: str, tmp_path: Path) -> None:
    engine = make_engine(filled_url)
    with engine.connect() as writer:
        writer.execute(text("DELETE FROM failed_sign_in"))
        backup(filled_url, tmp_path / "b", made_at=NOW)
        writer.commit()
    engine.dispose()
    restore(tmp_path / "b", bare_url)
    assert len(rows(bare_url)["failed_sign_in"]) == 2
    assert rows(filled_url)["failed_sign_in"] == []


def test_a_filled_database_is_kept_unless_told(filled_url: str, tmp_path: Path) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    before = rows(filled_url)
    execute(filled_url, "UPDATE organisation SET name = 'changed'")
    changed = rows(filled_url)
    with pytest.raises(BackupProblem, match="is not empty"):
        restore(tmp_path / "b", filled_url)
    assert rows(filled_url) == changed
    restore(tmp_path / "b", filled_url, overwrite=True)
    assert rows(filled_url) == before
    assert check(filled_url) == []


def test_a_database_with_empty_tables_is_filled(filled_url: str, bare_url: str, tmp_path: Path) -> None:
    upgrade(bare_url)
    backup(filled_url, tmp_path / "b", made_at=NOW)
    restore(tmp_path / "b", bare_url)
    assert rows(bare_url) == rows(filled_url)


def test_somebody_elses_table_counts_as_content(filled_url: str, bare_url: str, tmp_path: Path) -> None:
    execute(bare_url, "CREATE TABLE somebody_elses (id integer)")
    backup(filled_url, tmp_path / "b", made_at=NOW)
    with pytest.raises(BackupProblem, match="is not empty"):
        restore(tmp_path / "b", bare_url)


@pytest.fixture
def newer_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes this version one that has another revision, whose upgrade does this."""

    def install(act: str) -> None:
        folder = tmp_path / "versions"
        folder.mkdir()
        script = f"""
from alembic import op
revision = "9999"
down_revision = "{head()}"
branch_labels = depends_on = None
def upgrade():
    op.execute("{act}")
def downgrade():
    pass
"""
        (folder / "9999_next.py").write_text(script)
        plain = migrate.config

        def config(connection: Connection | None = None) -> Config:
            settings = plain(connection)
            places = os.pathsep.join([ScriptDirectory.from_config(settings).versions, str(folder)])
            settings.set_main_option("version_locations", places)
            return settings

        monkeypatch.setattr(migrate, "config", config)

    return install


def test_an_older_revision_is_upgraded(
    filled_url: str, bare_url: str, tmp_path: Path, newer_version: Callable[[str], None]
) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    newer_version("UPDATE organisation SET name = 'upgraded'")
    manifest = restore(tmp_path / "b", bare_url)
    assert (manifest.revision, current(bare_url)) == (REVISION, "9999")
    assert {row[2] for row in rows(bare_url)["organisation"]} == {"upgraded"}


def test_a_restore_whose_upgrade_fails_changes_nothing(
    filled_url: str, tmp_path: Path, newer_version: Callable[[str], None]
) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    execute(filled_url, "UPDATE organisation SET name = 'changed'")
    before = rows(filled_url)
    newer_version("UPDATE nothing SET name = 'upgraded'")
    with pytest.raises(Exception, match="nothing"):
        restore(tmp_path / "b", filled_url, overwrite=True)
    assert current(filled_url) == REVISION
    assert rows(filled_url) == before


def test_a_newer_backup_is_refused(
    filled_url: str, bare_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    monkeypatch.setattr("db.operations.backups.is_known", lambda _revision: False)
    with pytest.raises(BackupProblem, match=r"is at revision .*, this version knows up to"):
        restore(tmp_path / "b", bare_url)


def test_the_file_is_not_overwritten_and_its_folder_must_be_there(filled_url: str, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("precious")
    with pytest.raises(BackupProblem, match="is there already"):
        backup(filled_url, tmp_path / "b", made_at=NOW)
    assert (tmp_path / "b").read_text() == "precious"
    with pytest.raises(BackupProblem, match="There is no folder"):
        backup(filled_url, tmp_path / "none" / "b", made_at=NOW)


def test_there_must_be_something_to_save(bare_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupProblem, match="no tables to save"):
        backup(bare_url, tmp_path / "b", made_at=NOW)
    assert not (tmp_path / "b").exists()


def test_attachments_need_a_place(filled_url: str, bare_url: str, attachments: Path, tmp_path: Path) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW, attachments=attachments)
    with pytest.raises(BackupProblem, match="holds 2 attachments; say which folder"):
        restore(tmp_path / "b", bare_url)
    assert current(bare_url) is None


@ON_SQLITE
def test_a_backup_of_the_other_database_is_refused(filled_url: str, tmp_path: Path) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    with pytest.raises(BackupProblem, match="saved from sqlite, and the database is postgresql"):
        restore(tmp_path / "b", "postgresql://u@/d?host=/nowhere")


@ON_SQLITE
def test_a_damaged_database_is_not_saved(filled_url: str, tmp_path: Path) -> None:
    file = Path(filled_url.removeprefix("sqlite:///"))
    engine = make_migration_engine(filled_url)
    with engine.connect() as connection:
        page = connection.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_visit_status'"))
    engine.dispose()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : (page - 1) * 4096 + 8] = b"\xff" * 8
    file.write_bytes(content)
    with pytest.raises(BackupProblem, match=r"cannot be saved .*restore the last good backup"):
        backup(filled_url, tmp_path / "b", made_at=NOW)
    assert not (tmp_path / "b").exists()


@ON_SQLITE
def test_a_database_in_use_is_left_as_it_was(filled_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup(filled_url, tmp_path / "b", made_at=NOW)
    monkeypatch.setattr("db.operations.sqlite._WAIT_SECONDS", 0.01)
    engine = make_engine(filled_url)
    with engine.connect() as writer:
        writer.execute(text("DELETE FROM failed_sign_in"))
        with pytest.raises(BackupProblem, match="stop the server and the worker"):
            restore(tmp_path / "b", filled_url, overwrite=True)
    engine.dispose()
    assert len(rows(filled_url)["failed_sign_in"]) == 2


@ON_POSTGRES
class TestPostgres:
    """What only PostgreSQL needs."""

    def test_missing_programs_are_named(self, filled_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        backup(filled_url, tmp_path / "b", made_at=NOW)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BackupProblem, match="pg_dump is not on the PATH; install"):
            backup(filled_url, tmp_path / "c", made_at=NOW)
        before = rows(filled_url)
        with pytest.raises(BackupProblem, match="pg_restore is not on the PATH; install"):
            restore(tmp_path / "b", filled_url, overwrite=True)
        assert rows(filled_url) == before

    def test_a_dump_that_cannot_be_loaded_changes_nothing(self, filled_url: str, tmp_path: Path) -> None:
        (tmp_path / "dump").write_bytes(b"PGDMP and then nothing")
        before = rows(filled_url)
        with pytest.raises(BackupProblem, match="pg_restore failed, and nothing was changed"):
            postgres_copy.load(tmp_path / "dump", filled_url)
        assert rows(filled_url) == before
        assert check(filled_url) == []

    def test_an_interrupted_restore_is_noticed(self, filled_url: str, tmp_path: Path) -> None:
        backup(filled_url, tmp_path / "b", made_at=NOW)
        execute(filled_url, f"CREATE SCHEMA {postgres_copy.ASIDE}")
        with pytest.raises(BackupProblem, match="An earlier restore was interrupted"):
            restore(tmp_path / "b", filled_url, overwrite=True)

    def test_the_password_is_not_on_the_command_line(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program = tmp_path / "pg_restore"
        program.write_text('#!/bin/sh\necho "$PGPASSWORD|$*" >&2\nexit 3\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BackupProblem) as caught:
            postgres_copy.run("pg_restore", "postgresql://u:se%20cret@db.example:5433/d?sslmode=require", "--list")
        password, _, arguments = str(caught.value).partition("nothing was changed: ")[2].partition("|")
        assert password == "se cret"
        assert set(arguments.replace("--dbname=", "").split()) == {
            "host=db.example",
            "port=5433",
            "user=u",
            "dbname=d",
            "sslmode=require",
            "--no-password",
            "--list",
        }
