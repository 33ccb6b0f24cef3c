"""Webhooks out: other systems are told by HTTP what happens, signed by Standard Webhooks.

A happening becomes one message of the outbox for each endpoint that wants it, with its content as it was then. Each is
tried by itself, with growing pauses, for three days, always under the same id. An endpoint that does not answer is
spared for a while, so that what is for others is not held up.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.models import WebhookEndpoint
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.clock import Clock
from dispatch.compute.outbox import Delivery, Receiver, Undeliverable, post_once
from dispatch.errors import Invalid, Unavailable
from dispatch.messaging.happenings import Topic, concerns, describe
from dispatch.messaging.signatures import sign
from dispatch.messaging.targets import Gate

SEND: Final = "webhook.send"
TEST: Final = "webhook.test"
WEBHOOKS: Final = Viewer.system("webhooks")
SPARED: Final = timedelta(seconds=30)
LONGEST_SPARED: Final = timedelta(minutes=5)
GONE: Final = 410


def receivers(uow: UnitOfWork, clock: Clock, gate: Gate) -> dict[str, Receiver]:
    """{topic: what webhooks do about it}, for the worker."""
    return {**dict.fromkeys(map(str, Topic), Spreading(uow)), SEND: Sending(uow, clock, gate)}


def post_test(session: Session, endpoint: WebhookEndpoint, tag: str) -> str:
    """Posts a test with the caller's transaction; the id under which it comes."""
    at: datetime = session.info["now"]()
    return _post(session, endpoint.id, TEST, f"{TEST}:{tag}", {"endpoint_id": endpoint.id}, at)


@dataclass(frozen=True, slots=True)
class Spreading:
    """A receiver: one message for each endpoint that wants it, in one transaction; hearing it again changes nothing."""

    uow: UnitOfWork

    def __call__(self, delivery: Delivery) -> None:
        """Posts what the endpoints are told."""
        self.uow.run(lambda session: self._spread(session, delivery), viewer=WEBHOOKS)

    def _spread(self, session: Session, delivery: Delivery) -> None:
        with elevated(session, WEBHOOKS.name):
            active = session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.active).order_by(WebhookEndpoint.id))
            wanted = [each for each in active if not each.topics or delivery.topic in each.topics]
            data = describe(session, delivery.topic, delivery.payload) if wanted else None
            for endpoint in wanted if data is not None else ():
                owner = endpoint.organisation_id
                if data is not None and (owner is None or concerns(session, owner, data["work_order_id"])):
                    at: datetime = session.info["now"]()
                    _post(session, endpoint.id, delivery.topic, delivery.key, data, at)


def _post(session: Session, endpoint_id: int, topic: str, cause: str, data: Mapping[str, Any], at: datetime) -> str:
    key = f"webhook:{endpoint_id}:{cause}"[:200]
    said = {"type": topic, "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}", "data": dict(data)}
    with elevated(session, WEBHOOKS.name):
        post_once(session, SEND, key, {"endpoint_id": endpoint_id, "said": said})
    return id_of(key)


def id_of(key: str) -> str:
    """The id that an endpoint knows a message by: the same at each attempt."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


@dataclass
class Sending:
    """The receiver that calls the endpoints. spared: {endpoint id: (failures in a row, until when it is spared)}."""

    uow: UnitOfWork
    clock: Clock
    gate: Gate
    spared: dict[int, tuple[int, datetime]] = field(default_factory=dict)

    def __call__(self, delivery: Delivery) -> None:
        """Sends one message.

        A process: (1) a transaction reads the endpoint, (2) it is called, without one, (3) a transaction notes whether
        it fails, if that is new.

        Raises Undeliverable when it is gone, switched off, or no target; Unavailable when it may answer later.
        """
        key = int(delivery.payload["endpoint_id"])
        with self.uow(viewer=WEBHOOKS, read_only=True) as session, elevated(session, WEBHOOKS.name):
            endpoint = session.get(WebhookEndpoint, key)
        if endpoint is None or not endpoint.active:
            msg = f"Webhook {key} is gone or switched off."
            raise Undeliverable(msg)
        self._refuse_spared(key)
        try:
            status = self.gate.post(endpoint.url, *self._signed(endpoint, delivery))
            self._judge(endpoint, status)
        except (Invalid, Undeliverable, Unavailable) as error:
            self._failed(endpoint, delivery, is_gone=isinstance(error, Undeliverable))
            if isinstance(error, Invalid):
                raise Undeliverable(error.message) from error
            raise
        self.spared.pop(key, None)
        if endpoint.failing_since is not None:
            self._note(key, {"failing_since": None})

    def _signed(self, endpoint: WebhookEndpoint, delivery: Delivery) -> tuple[bytes, dict[str, str]]:
        now = self.clock.now()
        body = json.dumps(delivery.payload["said"], separators=(",", ":"), sort_keys=True).encode()
        is_kept = endpoint.previous_until is not None and now < endpoint.previous_until
        others = (endpoint.previous_secret,) if is_kept and endpoint.previous_secret is not None else ()
        headers = {"Content-Type": "application/json", "User-Agent": "Dispatch"}
        return body, headers | sign(endpoint.secret, id_of(delivery.key), now, body, *others)

    def _judge(self, endpoint: WebhookEndpoint, status: int) -> None:
        if status == GONE:
            msg = f"Webhook {endpoint.id} answered 410: it wants no more, and is switched off."
            raise Undeliverable(msg)
        if not 200 <= status < 300:
            msg = f"Webhook {endpoint.id} answered {status}; it is tried again."
            raise Unavailable(msg)

    def _refuse_spared(self, key: int) -> None:
        _, until = self.spared.get(key, (0, None))
        if until is not None and self.clock.now() < until:
            msg = f"Webhook {key} did not answer just now; it is tried again."
            raise Unavailable(msg)

    def _failed(self, endpoint: WebhookEndpoint, delivery: Delivery, *, is_gone: bool) -> None:
        now, (count, _) = self.clock.now(), self.spared.get(endpoint.id, (0, None))
        pause = min(SPARED * (1 << min(count, 10)), LONGEST_SPARED)
        self.spared[endpoint.id] = (count + 1, now + pause)
        values: dict[str, Any] = {"active": False} if is_gone else {}
        if endpoint.failing_since is None:
            values["failing_since"] = now
        if values:
            self._note(endpoint.id, values)

    def _note(self, key: int, values: Mapping[str, Any]) -> None:
        """Writes beside the version: whoever edits the endpoint meanwhile is not disturbed."""

        def note(session: Session) -> None:
            with elevated(session, WEBHOOKS.name):
                change = update(WebhookEndpoint).where(WebhookEndpoint.id == key).values(**values)
                session.execute(change.execution_options(synchronize_session=False))

        self.uow.run(note, viewer=WEBHOOKS)
