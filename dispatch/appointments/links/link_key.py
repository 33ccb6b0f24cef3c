"""The secret under which links and forms of customers are signed, so that garbage is refused without a look at the
database."""

import hashlib
import hmac
import logging
import os
import secrets
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from db.models import LinkPurpose
from dispatch.errors import Unavailable

log = logging.getLogger(__name__)

RANDOM_BYTES: Final = 18
"""144 random bits in each token."""

MAC_BYTES: Final = 16
FILE: Final = "link-secret"


@dataclass(eq=False)
class LinkKey:
    """Signs and checks tokens of links, and what forms carry.

    given: the secret of the settings. Without one it is read from the file `link-secret` in `folder`, which is made,
    for its owner alone, when it is first needed; every process must then see the same folder.
    """

    given: str | None
    folder: Path
    _file: Path = field(init=False)

    def __post_init__(self) -> None:
        self._file = self.folder / FILE

    @cached_property
    def _secret(self) -> bytes:
        return (self.given or _kept(self._file)).encode()

    def new_token(self, purpose: LinkPurpose) -> str:
        """A token that is good for one purpose: random bits, and a signature over them and the purpose."""
        return self._token(purpose, secrets.token_bytes(RANDOM_BYTES))

    def token_of(self, purpose: LinkPurpose, seed: str) -> str:
        """The token that a seed stands for, always the same: for messages, whose words are kept and the token is not.

        Neither the seed nor the secret alone gives it away; take `new_seed`.
        """
        body = hmac.new(self._secret, f"seed:{purpose.value}:{seed}".encode(), hashlib.sha256).digest()
        return self._token(purpose, body[:RANDOM_BYTES])

    def _token(self, purpose: LinkPurpose, body: bytes) -> str:
        return urlsafe_b64encode(body + self._mac(b"link", purpose.value.encode(), body)).decode().rstrip("=")

    def is_token(self, purpose: LinkPurpose, token: str) -> bool:
        """Whether a token was signed by us for this purpose; says nothing about what it opens."""
        raw = _decoded(token)
        if raw is None:
            return False
        body, mac = raw[:RANDOM_BYTES], raw[RANDOM_BYTES:]
        return hmac.compare_digest(mac, self._mac(b"link", purpose.value.encode(), body))

    def sign(self, *parts: object) -> str:
        """What only we can write about these parts, 32 characters."""
        return self._mac(b"form", *(str(part).encode() for part in parts)).hex()

    def is_signed(self, signature: str, *parts: object) -> bool:
        """Whether `sign` wrote this about these parts; compared in constant time."""
        return hmac.compare_digest(signature.encode(), self.sign(*parts).encode())

    def _mac(self, *parts: bytes) -> bytes:
        # Each part with its length, so that no two lists of parts are written alike.
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:MAC_BYTES]


def new_seed() -> str:
    """What a token can be worked out of: 192 random bits."""
    return secrets.token_urlsafe(24)


def _decoded(token: str) -> bytes | None:
    """The bytes of a token; None: it is none of ours, whatever the signature, or not written as we write it."""
    length = RANDOM_BYTES + MAC_BYTES
    if len(token) != -(-length * 8 // 6) or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (NotBase64, ValueError):
        return None
    return raw if len(raw) == length and urlsafe_b64encode(raw).decode().rstrip("=") == token else None


def _kept(file: Path) -> str:
    """The secret in the file, which is made if there is none: whole or not at all, and never over another.

    Raises Unavailable when the folder cannot be read or written.
    """
    try:
        if not file.exists():
            _make(file)
        return file.read_text("ascii").strip()
    except OSError as error:
        message = f"{file} cannot be kept ({error.strerror}); let the server write there, or set DISPATCH_LINK_SECRET"
        raise Unavailable(message) from error


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{FILE}-")
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
        # A link fails where a file is: of two processes that begin at once both use the first one's secret.
        os.link(made, file)
        log.warning("made %s, the secret of the customers' links; back it up, or set DISPATCH_LINK_SECRET", file)
    except FileExistsError:
        log.info("%s was made by another process", file)
    finally:
        made.unlink()
