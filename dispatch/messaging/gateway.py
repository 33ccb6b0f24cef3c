"""Letters as text message or chat, over the HTTP gateway of whoever carries them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from dispatch.compute.outbox import Undeliverable
from dispatch.errors import Unavailable
from dispatch.messaging.letters import Letter
from dispatch.messaging.signatures import sign

_LATER: Final = frozenset({408, 409, 423, 425, 429})


@dataclass(frozen=True, slots=True)
class GatewayWay:
    """A gateway that takes `{"id", "to", "body", "language", "ticket"}` as a signed POST.

    What is signed is described in `signatures`; the same message always has the same `id`, which is its
    Idempotency-Key too. An answer with an "id" names the message there.
    """

    url: str
    secret: str
    timeout: float = 10.0

    def send(self, letter: Letter, now: datetime) -> str | None:
        """Hands the letter over; what the gateway calls it.

        Raises Undeliverable when the gateway refuses it for good, Unavailable when it may take it later.
        """
        said = {
            "id": letter.key,
            "to": letter.to,
            "body": letter.body,
            "language": letter.language,
            "ticket": letter.number or None,
        }
        body = json.dumps(said, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": letter.key}
        headers |= sign(self.secret, letter.key, now, body)
        try:
            answer = httpx.post(self.url, content=body, headers=headers, timeout=self.timeout)
        except httpx.HTTPError as error:
            msg = f"The gateway {self.url} is away ({type(error).__name__}); the message is tried again."
            raise Unavailable(msg) from error
        if answer.is_success:
            return _named(answer)
        msg = f"The gateway {self.url} answered {answer.status_code}: {answer.text[:200]}"
        if answer.status_code in _LATER or answer.is_server_error:
            raise Unavailable(msg)
        raise Undeliverable(msg)


def _named(answer: httpx.Response) -> str | None:
    try:
        said = answer.json()
    except ValueError:
        return None
    name = said.get("id") if isinstance(said, dict) else None
    return name[:255] if isinstance(name, str) and name else None
