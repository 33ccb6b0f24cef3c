"""Files that came with messages: kept outside the database by their SHA-256, of known types, without places.

    <data_dir>/attachments/ab/abcdef…      the files; a backup saves this folder
    <data_dir>/incoming/                   what is being written; moved over whole, or not at all

A file lies there before the row that names it, so that a backup of both never lacks one.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dispatch.errors import Fault, Invalid, NotFound
from dispatch.records.file_types import type_of
from dispatch.records.photographs import without_place

LONGEST_NAME: Final = 120
MOST_FILES: Final = 50
_MB: Final = 1_000_000
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u2028\u2029]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large files may be, in bytes: one, and all of one message together."""

    file_bytes: int = 15 * _MB
    message_bytes: int = 25 * _MB


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the store: its digest, a harmless name, the type of its content, its size in bytes."""

    sha256: str
    filename: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it came: the name it was given, and its content."""

    filename: str
    content: bytes


class Files:
    """The store under a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "attachments"
        self._incoming = data_dir / "incoming"

    def path(self, sha256: str) -> Path:
        """Where the file with this digest lies, or would."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            msg = f"{sha256[:80]!r} is no SHA-256; it has 64 of the digits 0-9 and a-f."
            raise Invalid(msg, (Fault("/sha256", msg),))
        return self._folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keeps the content, on the disk when this returns; its digest. What is there already is left as it is."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._incoming.mkdir(parents=True, exist_ok=True)
            _write(self._incoming, target, content)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The content.

        Raises NotFound when it is not in the store.
        """
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            msg = f"The file {sha256} is not in the store; restore the attachments from a backup."
            raise NotFound(msg) from error

    def remove(self, sha256: str) -> None:
        """Removes the file, if it is there; the caller knows that no row names it."""
        self.path(sha256).unlink(missing_ok=True)


def _write(incoming: Path, target: Path, content: bytes) -> None:
    handle, half = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(half).replace(target)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
    _sync(target.parent)
    _sync(target.parent.parent)


def _sync(folder: Path) -> None:
    """Makes the folder's entries last, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def keep(files: Files, limits: Limits, given: Given) -> Kept:
    """Puts one file into the store: its type by its content, photographs without the place they were taken at.

    Raises Invalid, saying why, for an empty or too large file, and one of a type that is not kept.
    """
    name = harmless(given.filename)
    if not given.content:
        raise _refusal(name, "is empty; send it again")
    if len(given.content) > limits.file_bytes:
        raise _refusal(name, f"has {_mb(len(given.content))}; the limit is {_mb(limits.file_bytes)}")
    media_type = type_of(given.content)
    if media_type is None:
        raise _refusal(name, "is of a type that is not kept; send it as a photograph, PDF, text, sound or film")
    try:
        content = without_place(given.content, media_type)
    except ValueError as error:
        raise _refusal(name, f"cannot be read as {media_type} ({error}); send it again") from error
    return Kept(files.put(content), with_suffix(name, media_type), media_type, len(content))


def keep_all(files: Files, limits: Limits, given: Iterable[Given]) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The files of one message that could be kept, and of each other one why not, in words."""
    kept: list[Kept] = []
    left_out: list[str] = []
    taken = 0
    for each in given:
        name = harmless(each.filename)
        if len(kept) >= MOST_FILES:
            left_out.append(f"{name} was left out: a message may have {MOST_FILES} files")
        elif taken + len(each.content) > limits.message_bytes:
            left_out.append(f"{name} was left out: the files of a message may have {_mb(limits.message_bytes)} in all")
        else:
            try:
                kept.append(keep(files, limits, each))
                taken += len(each.content)
            except Invalid as error:
                left_out.append(error.message.rstrip("."))
    return tuple(kept), tuple(left_out)


def _refusal(name: str, why: str) -> Invalid:
    msg = f"The file {name} {why}."
    return Invalid(msg, (Fault("/files", msg),))


def _mb(size: int) -> str:
    return f"{size / _MB:.1f} MB"


def harmless(filename: str) -> str:
    """A name that leads nowhere and hides nothing: no path, control signs, direction marks or names of devices."""
    name = unicodedata.normalize("NFC", filename.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cf", "Cs", "Co", "Cn"))
    name = re.sub(r"\s+", " ", _UNSAFE.sub("_", name)).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    if len(name) > LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        suffix = f"{dot}{suffix}" if dot and len(suffix) <= 10 else ""
        name = (stem if suffix else name)[: LONGEST_NAME - len(suffix)] + suffix
    return name or "file"


_SUFFIXES: Final = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "video/mp4": (".mp4", ".m4v"),
    "message/rfc822": (".eml",),
}


def with_suffix(name: str, media_type: str) -> str:
    """The name with an ending that fits the content, where one is known: "photo.exe" that is a picture becomes
    "photo.exe.jpg"."""
    known = _SUFFIXES.get(media_type)
    return name if known is None or name.lower().endswith(known) else f"{name}{known[0]}"
