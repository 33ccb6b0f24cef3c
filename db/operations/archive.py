"""The file a backup is: a gzipped tar with a manifest first, then what the manifest lists.

manifest.json        what is in it, made when, from which database at which revision, with sizes and digests
database             a SQLite file, or what pg_dump wrote
attachments/...      the folder of attachments as it was
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final, Self

from db.errors import BackupProblem

FORMAT: Final = 1
DATABASE: Final = "database"
ATTACHMENTS: Final = "attachments"
_MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a backup: its path there, size in bytes and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. made_at: when; kind: "sqlite" or "postgresql"; revision: of the tables."""

    made_at: datetime
    kind: str
    revision: str
    members: tuple[Member, ...]

    def attachments(self) -> tuple[Member, ...]:
        """The attachments among the members."""
        return tuple(member for member in self.members if member.path != DATABASE)

    def to_json(self) -> str:
        """As it stands in the backup."""
        fields = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(fields, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """As it stands in the backup.

        Raises BackupProblem for another format, ValueError, KeyError or TypeError for anything that is none.
        """
        fields = json.loads(text)
        if fields["format"] != FORMAT:
            msg = f"The backup has format {fields['format']}, this version reads {FORMAT}; use a newer Dispatch"
            raise BackupProblem(msg)
        members = tuple(Member(**member) for member in fields["members"])
        for member in members:
            _refuse_stray(member.path)
        made_at = datetime.fromisoformat(fields["made_at"])
        return cls(made_at=made_at, kind=fields["kind"], revision=fields["revision"], members=members)


def describe(path: str, file: Path) -> Member:
    """The member that a file will be."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Member(path=path, size=file.stat().st_size, sha256=digest)


def pack(target: Path, manifest: Manifest, sources: dict[str, Path]) -> None:
    """Writes the backup; `target` appears whole, readable by its owner only, or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz") as tar:
                _add_bytes(tar, _MANIFEST, manifest.to_json().encode())
                for member in manifest.members:
                    _add_file(tar, member, sources[member.path])
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpacks the backup into an empty folder, and compares all of it with the manifest.

    Raises BackupProblem when it is no backup, is damaged, or holds something other than the manifest says.
    """
    try:
        with tarfile.open(source, mode="r:gz") as tar:
            manifest = _read_manifest(tar)
            expected = {member.path: member for member in manifest.members}
            for info in tar:
                _unpack_one(tar, info, expected.pop(info.name, None), folder)
    except FileNotFoundError as error:
        msg = f"There is no backup at {source}"
        raise BackupProblem(msg) from error
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{source} is damaged, or not a backup of Dispatch ({error}); use another backup"
        raise BackupProblem(msg) from error
    if expected:
        msg = f"{source} lacks {', '.join(sorted(expected)[:5])}; it is cut off, use another backup"
        raise BackupProblem(msg)
    return manifest


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    stream = tar.extractfile(first) if first is not None and first.name == _MANIFEST else None
    if stream is None:
        msg = "it does not begin with a manifest"
        raise ValueError(msg)
    return Manifest.from_json(stream.read().decode())


def _unpack_one(tar: tarfile.TarFile, info: tarfile.TarInfo, member: Member | None, folder: Path) -> None:
    if info.name == _MANIFEST:
        return
    stream = tar.extractfile(info) if member is not None and info.isreg() else None
    if member is None or stream is None:
        msg = f"it holds {info.name}, which its manifest does not list"
        raise ValueError(msg)
    file = folder / member.path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as sink:
        shutil.copyfileobj(stream, sink, _CHUNK)
    if describe(member.path, file) != member:
        msg = f"{member.path} is not what was saved"
        raise ValueError(msg)


def _refuse_stray(path: str) -> None:
    parts = PurePosixPath(path).parts
    inside = path == DATABASE or (len(parts) > 1 and parts[0] == ATTACHMENTS)
    if not inside or ".." in parts or "\\" in path:
        msg = f"the path {path!r} leads elsewhere"
        raise ValueError(msg)


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _add_file(tar: tarfile.TarFile, member: Member, file: Path) -> None:
    info = tarfile.TarInfo(member.path)
    info.size = member.size
    with file.open("rb") as stream:
        tar.addfile(info, stream)
