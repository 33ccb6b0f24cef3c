"""Random secrets that clients hold, of which only the SHA-256 is kept."""

import hashlib
import hmac
import secrets
from typing import Final

TOKEN_PREFIX: Final = "dispatch_"  # noqa: S105  (makes a token recognisable, for people and for secret scanners)
_BYTES: Final = 32


def new_token() -> str:
    """A bearer token with 256 random bits, recognisable by its prefix."""
    return TOKEN_PREFIX + secrets.token_urlsafe(_BYTES)


def new_cookie_secret() -> str:
    """The secret of a browser's sign-in, 256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256, in hex. It needs no salt: nobody can guess 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(cookie_secret: str) -> str:
    """What a form must carry to act in the name of a sign-in: an HMAC that only who holds the cookie can make."""
    return hmac.new(cookie_secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_csrf_token(cookie_secret: str, said: str) -> bool:
    """Whether a form carries the token of this sign-in; compared in constant time."""
    return hmac.compare_digest(csrf_token(cookie_secret).encode(), said.encode())
