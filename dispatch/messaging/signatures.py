"""Signed HTTP messages, in and out, by Standard Webhooks (https://www.standardwebhooks.com).

Headers `webhook-id`, `webhook-timestamp` (seconds since 1970) and `webhook-signature` ("v1,…", several separated by
spaces): the Base64 of HMAC-SHA256 over "id.timestamp.body", under a secret that both sides hold ("whsec_" and Base64).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from dispatch.access.errors import NotSignedIn
from dispatch.errors import Fault, Invalid

TOLERANCE: Final = timedelta(minutes=5)
PREFIX: Final = "whsec_"
LEAST_KEY: Final = 16
NEW_KEY: Final = 32


def key_of(secret: str) -> bytes:
    """The key in a secret.

    Raises Invalid when it is not Base64 or has fewer than 16 bytes.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        msg = "The secret of a webhook is not Base64; make one with: openssl rand -base64 32"
        raise Invalid(msg, (Fault("/secret", msg),)) from error
    if len(key) < LEAST_KEY:
        msg = f"The secret of a webhook has {len(key)} bytes; take 32, with: openssl rand -base64 32"
        raise Invalid(msg, (Fault("/secret", msg),))
    return key


def new_secret() -> str:
    """A secret with 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_KEY)).decode()


def sign(secret: str, message_id: str, at: datetime, body: bytes, *others: str) -> dict[str, str]:
    """The headers that a signed message carries. others: secrets under which it is signed too."""
    stamp = str(int(at.timestamp()))
    keys = [key_of(each) for each in (secret, *others)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{_signature(key, message_id, stamp, body)}" for key in keys),
    }


def require_signed(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a message that is signed under the secret, within five minutes of now.

    Raises NotSignedIn when it is not signed, wrongly, or at another time, and when no secret is set. Invalid for a
    secret that is none.
    """
    secret, message_id, stamp, said = require_claims(secret, headers)
    right = _signature(key_of(secret), message_id, stamp, body)
    if not any(hmac.compare_digest(f"v1,{right}".encode(), each.encode()) for each in said):
        msg = "The signature is not right; sign the body as it is sent, with the secret of this channel."
        raise NotSignedIn(msg)
    if abs(now.timestamp() - int(stamp[:12])) > TOLERANCE.total_seconds():
        at = datetime.fromtimestamp(min(int(stamp[:12]), 253_402_300_799), UTC).isoformat()
        msg = f"The message was signed at {at}, more than 5 minutes from now; sign each attempt anew."
        raise NotSignedIn(msg)
    return message_id


def require_claims(secret: str | None, headers: Mapping[str, str]) -> tuple[str, str, str, list[str]]:
    """Secret, id, time and signatures of a message that says it is signed; to be asked before its body is read.

    Raises NotSignedIn when it does not, and when no secret is set.
    """
    if not secret:
        msg = "This channel takes nothing in: its secret is not set; see the settings."
        raise NotSignedIn(msg)
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    said = headers.get("webhook-signature", "").split()
    if not message_id or not stamp.isascii() or not stamp.isdecimal() or not said:
        msg = "The message is not signed; send webhook-id, webhook-timestamp and webhook-signature."
        raise NotSignedIn(msg)
    return secret, message_id, stamp, said


def _signature(key: bytes, message_id: str, stamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
