"""Backing up a database with its attachments, and getting it back."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, literal, select, table

from db.engine import make_migration_engine, parse_url
from db.errors import BackupProblem
from db.operations import postgres, sqlite
from db.operations.archive import ATTACHMENTS, DATABASE, Manifest, describe, pack, unpack
from db.operations.compare import metadata
from db.operations.migrate import current, head, is_known, sqlite_file


def backup(url: str, target: Path, *, made_at: datetime, attachments: Path | None = None) -> Manifest:
    """Saves the database, as it is at one moment, and the attachments folder into the new file `target`.

    The system may go on working meanwhile. The file holds secrets (password hashes, door codes).

    Raises BackupProblem when there is nothing to save, the file is there already, or pg_dump is missing or fails.
    """
    revision = current(url)
    if revision is None:
        msg = f"There are no tables to save at {_shown(url)}; is the URL right?"
        raise BackupProblem(msg)
    if target.exists():
        msg = f"{target} is there already; name a new file"
        raise BackupProblem(msg)
    kind = parse_url(url).get_backend_name()
    with _workspace(target.parent) as folder:
        dump = folder / DATABASE
        # The database first: an attachment's file is there before the row that names it.
        (sqlite if kind == "sqlite" else postgres).dump(url, dump)
        sources = {DATABASE: dump} | _files(attachments)
        members = tuple(describe(path, file) for path, file in sources.items())
        manifest = Manifest(made_at=made_at, kind=kind, revision=revision, members=members)
        pack(target, manifest, sources)
    return manifest


def restore(source: Path, url: str, *, attachments: Path | None = None, overwrite: bool = False) -> Manifest:
    """Brings back what a backup holds, at this version's revision.

    Nothing is changed unless the whole backup is sound. The database then changes as a whole or not at all.
    Attachments are added to their folder; none is removed. Stop the server and the worker first.

    Raises BackupProblem when the backup is damaged, of the other kind of database or newer than this version; when it
    has attachments and no folder is given for them; when the database is not empty and `overwrite` is not given.
    """
    parsed = parse_url(url)
    file = sqlite_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)  # the workspace lies beside the database
    with _workspace(file.parent if file is not None else None) as folder:
        manifest = unpack(source, folder)
        _refuse_unfit(manifest, source, parsed.get_backend_name(), attachments)
        if not overwrite and not _is_empty(url):
            msg = f"The database at {_shown(url)} is not empty; to replace all that is in it, say --overwrite"
            raise BackupProblem(msg)
        if attachments is not None:
            _put_attachments(manifest, folder, attachments)
        (sqlite if manifest.kind == "sqlite" else postgres).load(folder / DATABASE, url)
    return manifest


def _refuse_unfit(manifest: Manifest, source: Path, kind: str, attachments: Path | None) -> None:
    if manifest.kind != kind:
        msg = f"{source} was saved from {manifest.kind}, and the database is {kind}; restore it into {manifest.kind}"
        raise BackupProblem(msg)
    if not is_known(manifest.revision):
        msg = f"{source} is at revision {manifest.revision}, this version knows up to {head()}; use a newer version"
        raise BackupProblem(msg)
    held = len(manifest.attachments())
    if held and attachments is None:
        msg = f"{source} holds {held} attachments; say which folder they go to"
        raise BackupProblem(msg)


def _is_empty(url: str) -> bool:
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return True
    engine = make_migration_engine(url)
    try:
        with engine.connect() as connection:
            return _has_no_rows(connection)
    finally:
        engine.dispose()


def _has_no_rows(connection: Connection) -> bool:
    there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    ours = set(metadata().tables)
    return there <= ours and not any(_has_row(connection, name) for name in there)


def _has_row(connection: Connection, name: str) -> bool:
    return connection.scalar(select(literal(1)).select_from(table(name)).limit(1)) is not None


def _files(attachments: Path | None) -> dict[str, Path]:
    if attachments is None or not attachments.is_dir():
        return {}
    files = sorted(path for path in attachments.rglob("*") if path.is_file() and not path.is_symlink())
    return {f"{ATTACHMENTS}/{file.relative_to(attachments).as_posix()}": file for file in files}


def _put_attachments(manifest: Manifest, folder: Path, attachments: Path) -> None:
    for member in manifest.attachments():
        place = attachments / Path(member.path).relative_to(ATTACHMENTS)
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f".{place.name}.half")
        shutil.copyfile(folder / member.path, half)
        half.replace(place)


@contextmanager
def _workspace(beside: Path | None) -> Iterator[Path]:
    """A folder of our own that goes afterwards; where there is room for what is saved or restored."""
    try:
        with tempfile.TemporaryDirectory(prefix=".dispatch-", dir=beside) as name:
            yield Path(name)
    except FileNotFoundError as error:
        msg = f"There is no folder {beside}; make it first"
        raise BackupProblem(msg) from error


def _shown(url: str) -> str:
    return parse_url(url).render_as_string(hide_password=True)
