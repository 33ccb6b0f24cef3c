"""What a file is, by its content; its name and what the sender says of it do not count."""

import io
import zipfile
from typing import Final

import puremagic

ALLOWED: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "application/pdf",
        "text/plain",
        "message/rfc822",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/amr",
        "audio/mp4",
        "video/mp4",
        "video/quicktime",
        "video/3gpp",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.text",
    }
)
"""What is kept. Nothing that a program runs, no archives, and no HTML: it would run in the browser of who opens it."""

_ALIASES: Final = {
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "video/x-m4v": "video/mp4",
    "application/ogg": "audio/ogg",
    "image/jpg": "image/jpeg",
}
_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
)
_BRANDS: Final = {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime", b"3gp": "video/3gpp"}
_IMAGE_BRANDS: Final = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"heim", b"hevc")
_OFFICE: Final = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MACROS: Final = "vbaProject.bin"
_MAIL_HEADERS: Final = (
    b"from:",
    b"received:",
    b"date:",
    b"return-path:",
    b"message-id:",
    b"delivered-to:",
    b"subject:",
)
_MARKUP: Final = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<?php", b"#!")


def type_of(content: bytes) -> str | None:
    """The media type of a file that is kept; None for one that is not."""
    found = _by_beginning(content) or _office(content) or _text(content) or _guess(content)
    return found if found in ALLOWED else None


def _by_beginning(content: bytes) -> str | None:
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(content[8:12])
    if content[4:8] == b"ftyp":
        return _by_brand(content[8:12])
    return None


def _by_brand(brand: bytes) -> str | None:
    if brand in _IMAGE_BRANDS:
        # The place cannot be taken out of these without a further library; phones send JPEG when asked to.
        return "image/heic"
    return next((media for start, media in _BRANDS.items() if brand.startswith(start)), "video/mp4")


def _office(content: bytes) -> str | None:
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if any(name.endswith(_MACROS) for name in names):
                return None
            for name, media_type in _OFFICE.items():
                if name in names:
                    return media_type
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < 100:
                return archive.read("mimetype").decode("ascii", "replace")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError):
        return None
    return "application/zip"


def _text(content: bytes) -> str | None:
    if b"\x00" in content:
        return None
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        return "text/html"
    if start.startswith(_MAIL_HEADERS) and b"\nfrom:" in b"\n" + content[:20_000].lower():
        return "message/rfc822"
    controls = sum(byte < 9 or 13 < byte < 32 for byte in content[:20_000])
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "text/plain" if controls == 0 else None


def _guess(content: bytes) -> str | None:
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return None
    named = [_ALIASES.get(match.mime_type, match.mime_type) for match in found if match.mime_type]
    # Of other kinds a few bytes at the beginning prove too little.
    return next((each for each in named if each.startswith(("audio/", "video/"))), None)
