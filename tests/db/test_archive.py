"""The backup file: whatever happens to it, nothing damaged is accepted."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.errors import BackupProblem
from db.operations.archive import DATABASE, Manifest, describe, pack, unpack

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A sound backup."""
    (tmp_path / "db").write_bytes(b"rows " * 1000)
    (tmp_path / "photo").write_bytes(bytes(range(256)))
    sources = {DATABASE: tmp_path / "db", "attachments/ab/photo": tmp_path / "photo"}
    members = tuple(describe(path, file) for path, file in sources.items())
    pack(tmp_path / "backup", Manifest(NOW, "sqlite", "0001", members), sources)
    return tmp_path / "backup"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where to unpack."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def rewrite(source: Path, change: dict[str, bytes | None], *, extra: dict[str, bytes] | None = None) -> Path:
    """The same archive with members changed, dropped (None) or added."""
    target = source.with_name("rewritten")
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        contents = {info.name: old.extractfile(info).read() for info in old}  # type: ignore[union-attr]
        for name, content in (contents | change | (extra or {})).items():
            if content is not None:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return target


def manifest_with(source: Path, **changes: Any) -> bytes:
    with tarfile.open(source) as tar:
        fields = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    return json.dumps(fields | changes).encode()


def test_a_sound_backup_is_unpacked(source: Path, folder: Path) -> None:
    manifest = unpack(source, folder)
    assert (manifest.made_at, manifest.kind, manifest.revision) == (NOW, "sqlite", "0001")
    assert (folder / "database").read_bytes() == b"rows " * 1000
    assert (folder / "attachments" / "ab" / "photo").read_bytes() == bytes(range(256))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_bit_goes_unnoticed(
    source: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(source.read_bytes())
    # The ten bytes of gzip's header hold a time and a name that say nothing of the content; the file ends with padding.
    place = data.draw(st.integers(10, len(content) - 9))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    damaged = source.with_name("damaged")
    damaged.write_bytes(content)
    out = tmp_path_factory.mktemp("out")
    try:
        unpack(damaged, out)
    except BackupProblem:
        return
    assert (out / "database").read_bytes() == b"rows " * 1000
    assert (out / "attachments" / "ab" / "photo").read_bytes() == bytes(range(256))


@pytest.mark.parametrize("kept", [0, 1, 20, 100, -200, -50])
def test_a_cut_off_file_is_refused(source: Path, folder: Path, kept: int) -> None:
    cut = source.with_name("cut")
    cut.write_bytes(source.read_bytes()[:kept])
    with pytest.raises(BackupProblem, match=r"is damaged, or not a backup|is cut off"):
        unpack(cut, folder)


def test_what_is_no_backup_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(BackupProblem, match="There is no backup at"):
        unpack(tmp_path / "none", folder)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(BackupProblem, match="is damaged, or not a backup"):
        unpack(tmp_path / "text", folder)
    with pytest.raises(BackupProblem, match="is damaged, or not a backup"):
        unpack(tmp_path, folder)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"database": b"rows " * 999 + b"r0ws "}, "database is not what was saved"),
        ({"database": b"rows"}, "database is not what was saved"),
        ({"attachments/ab/photo": None}, "lacks attachments/ab/photo"),
        ({"manifest.json": None}, "does not begin with a manifest"),
        ({"manifest.json": b"{}"}, "'format'"),
        ({"manifest.json": b"[]"}, "is damaged, or not a backup"),
        ({"manifest.json": b"\xff"}, "is damaged, or not a backup"),
        ({"attachments/ab/more": b"x"}, "holds attachments/ab/more, which its manifest does not list"),
    ],
)
def test_members_must_be_what_the_manifest_says(
    source: Path, folder: Path, change: dict[str, bytes | None], says: str
) -> None:
    with pytest.raises(BackupProblem) as caught:
        unpack(rewrite(source, change), folder)
    assert says in str(caught.value)


def test_another_format_is_refused(source: Path, folder: Path) -> None:
    changed = rewrite(source, {"manifest.json": manifest_with(source, format=2)})
    with pytest.raises(BackupProblem, match="has format 2, this version reads 1"):
        unpack(changed, folder)


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", "attachments/../../x", "attachments", "x", "attachments\\..\\x", ""]
)
def test_a_path_that_leads_elsewhere_is_refused(source: Path, folder: Path, path: str) -> None:
    members = [{"path": path, "size": 1, "sha256": "0" * 64}]
    changed = rewrite(source, {"manifest.json": manifest_with(source, members=members)})
    with pytest.raises(BackupProblem, match="leads elsewhere"):
        unpack(changed, folder)
    assert list(folder.iterdir()) == []


def test_a_backup_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"rows")
    member = describe(DATABASE, tmp_path / "db")
    with pytest.raises(FileNotFoundError):
        pack(tmp_path / "backup", Manifest(NOW, "sqlite", "0001", (member,)), {DATABASE: tmp_path / "gone"})
    assert [path.name for path in tmp_path.iterdir()] == ["db"]
