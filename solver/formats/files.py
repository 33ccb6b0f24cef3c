"""Files in and out: "-" is standard input or output, and a file is replaced whole or not at all."""

import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STANDARD = "-"


def read_bytes(path: str | Path) -> bytes:
    """All that the file or standard input holds; raises OSError as Python does."""
    return sys.stdin.buffer.read() if str(path) == STANDARD else Path(path).read_bytes()


def write_bytes(path: str | Path, content: bytes) -> None:
    """Put the content where a reader finds either the old file or the whole new one; raises OSError.

    A pipe or a device, such as /dev/stdout, is written to as it is.
    """
    if str(path) == STANDARD:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    with _named(path):
        target = Path(path).resolve()
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            target.write_bytes(content)
            return
        beside = _beside(target)
        try:
            with beside.open("xb") as file:
                if target.exists():
                    os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """Raise the OSError that writing there would, before hours of work are spent; leaves nothing behind."""
    if str(path) == STANDARD:
        return
    with _named(path):
        target = Path(path).resolve()
        if target.is_dir():
            raise IsADirectoryError(21, "is a directory", str(path))
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            return
        probe = _beside(target)
        try:
            probe.touch(exist_ok=False)
        finally:
            probe.unlink(missing_ok=True)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.part")


@contextmanager
def _named(path: str | Path) -> Iterator[None]:
    """An OSError in here is about the file as it was named, not about a helper beside it."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise
