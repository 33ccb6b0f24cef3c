"""Files in the store: by their content, without places, with harmless names, whole or not at all."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from db.operations import backup, restore
from dispatch.errors import Invalid, NotFound
from dispatch.records.attachments import Files, Given, Limits, harmless, keep, keep_all
from dispatch.records.file_types import type_of
from dispatch.records.photographs import without_place
from tests.builders.world import NOW

GPS, ORIENTATION, DATE = 0x8825, 0x0112, 0x0132
LIMITS = Limits(file_bytes=100_000, message_bytes=150_000)


def photograph(kind: str = "JPEG", **options: Any) -> bytes:
    """A photograph that tells where it was made, in all the ways that pictures do."""
    image = Image.new("RGB", (40, 20), "navy")
    exif = Image.Exif()
    exif[ORIENTATION], exif[DATE] = 6, "2026:03:02 08:00:00"
    exif[GPS] = {1: "S", 2: (29.0, 54.0, 18.0), 3: "W", 4: (71.0, 15.0, 0.0)}
    out = io.BytesIO()
    xmp = b'<x:xmpmeta><rdf:Description exif:GPSLatitude="29,54.3S"/></x:xmpmeta>'
    image.save(out, kind, exif=exif, **({"xmp": xmp} if kind in ("JPEG", "WEBP") else {}), **options)
    return out.getvalue()


def office(name: str, *more: str) -> bytes:
    """A file of an office program."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for each in (name, *more):
            archive.writestr(each, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_place_is_taken_out_of_photographs_and_the_rest_stays(kind: str, tmp_path: Path) -> None:
    files = Files(tmp_path)
    before = photograph(kind)
    kept = keep(files, LIMITS, Given("p", before))
    content = files.read(kept.sha256)
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(content)) as new:
        assert old.getexif().get_ifd(GPS)
        exif = new.getexif()
        assert GPS not in exif
        assert (exif[ORIENTATION], exif[DATE]) == (6, "2026:03:02 08:00:00")
        assert new.size == old.size
        assert not {"xmp", "XML:com.adobe.xmp", "comment"} & new.info.keys()
    assert b"29,54" not in content
    assert kept.size_bytes == len(content)


def test_pictures_that_tell_nothing_and_other_files_stay_as_they_are() -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    assert without_place(out.getvalue(), "image/png") == out.getvalue()
    assert without_place(b"%PDF-1.7 +29.9-071.2/", "application/pdf") == b"%PDF-1.7 +29.9-071.2/"


def test_the_place_is_taken_out_of_films() -> None:
    film = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00udta\xa9xyz\x00\x12\x15\xc7-29.9027-071.2519+028.123/rest"
    assert type_of(film) == "video/mp4"
    cleaned = without_place(film, "video/mp4")
    assert b"-00.0000-000.0000+000.000/rest" in cleaned
    assert len(cleaned) == len(film)


def test_damaged_and_huge_pictures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match=r"cut.jpg cannot be read as image/jpeg \(it is damaged"):
        keep(Files(tmp_path), LIMITS, Given("cut.jpg", photograph()[:-200]))
    monkeypatch.setattr("dispatch.records.photographs.LARGEST", 100)
    with pytest.raises(Invalid, match="40 × 20 pixels are too many"):
        keep(Files(tmp_path), LIMITS, Given("big.jpg", photograph()))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"name,value\nx,1\n", "text/plain"),
        ("Grüße".encode(), "text/plain"),
        (b"From: a@x.example\nSubject: x\n\nwords", "message/rfc822"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"#!AMR\n\x00", "audio/amr"),
        (office("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (office("word/document.xml", "word/vbaProject.bin"), None),
        (office("setup.exe"), None),
        (b"PK\x03\x04 cut off", None),
        (b"MZ\x90\x00" + bytes(60), None),
        (b"\x7fELF" + bytes(60), None),
        (b"<!DOCTYPE html><script>alert(1)</script>", None),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", None),
        (b"#!/bin/sh\nrm -rf /", None),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), None),
        (bytes(range(256)), None),
    ],
)
def test_types_are_decided_by_content(content: bytes, media_type: str | None) -> None:
    assert type_of(content) == media_type


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\Foto.jpg", "Foto.jpg"),
        ("a\x00b\r\nc.txt", "a_b__c.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        (" .hidden. ", "hidden"),
        ("CON.txt", "_CON.txt"),
        ("", "file"),
        ("...", "file"),
        ("informe técnico.pdf", "informe técnico.pdf"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
    ],
)
def test_names_are_made_harmless(given: str, kept: str) -> None:
    assert harmless(given) == kept


def test_limits_are_kept_and_say_so(tmp_path: Path) -> None:
    files = Files(tmp_path)
    with pytest.raises(Invalid, match=r"The file big.txt has 0.2 MB; the limit is 0.1 MB"):
        keep(files, LIMITS, Given("big.txt", b"x" * 200_000))
    with pytest.raises(Invalid, match=r"The file none\.txt is empty"):
        keep(files, LIMITS, Given("none.txt", b""))
    kept, left_out = keep_all(files, LIMITS, [Given(f"{n}.txt", bytes([65 + n]) * 90_000) for n in range(3)])
    assert [each.filename for each in kept] == ["0.txt"]
    assert left_out[0] == "1.txt was left out: the files of a message may have 0.1 MB in all"


def test_the_same_content_lies_there_once_and_nothing_half_written_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Files(tmp_path)
    sha256 = files.put(b"words")
    assert sha256 == hashlib.sha256(b"words").hexdigest()
    assert files.put(b"words") == sha256
    assert files.path(sha256).relative_to(tmp_path).as_posix() == f"attachments/{sha256[:2]}/{sha256}"

    def die(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", die)
        with pytest.raises(OSError, match="No space"):
            files.put(b"other words")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [sha256]
    files.remove(sha256)
    files.remove(sha256)
    with pytest.raises(NotFound, match="restore the attachments"):
        files.read(sha256)
    with pytest.raises(Invalid, match="no SHA-256"):
        files.path("../../etc/passwd")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_backup_finds_them_and_brings_them_back(database_url: str, bare_url: str, tmp_path: Path) -> None:
    files = Files(tmp_path / "data")
    sha256 = files.put(b"words")
    backup(database_url, tmp_path / "saved", made_at=NOW, attachments=tmp_path / "data" / "attachments")
    restore(tmp_path / "saved", bare_url, attachments=tmp_path / "new" / "attachments")
    assert Files(tmp_path / "new").read(sha256) == b"words"
