"""How a message that is no e-mail lies in `Inbound.payload` between coming in and being made into a ticket."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from db.models import Channel
from dispatch.intake.channels.heard import Heard, Sender, Threading
from dispatch.intake.channels.words import storable
from dispatch.intake.facts.said import Field
from dispatch.records.attachments import Kept


def write(heard: Heard) -> dict[str, Any]:
    """The message as a document; what is not said is left out."""
    said = {
        "sender": {name: storable(value) for name, value in asdict(heard.sender).items() if value},
        "subject": storable(heard.subject),
        "body": storable(heard.body),
        "language": heard.language,
        "facts": {str(field): [storable(value) for value in values] for field, values in heard.facts.items()},
        "files": files(heard.files),
        "left_out": list(heard.left_out),
        "threading": {name: value for name, value in asdict(heard.threading).items() if value},
        "site_id": heard.site_id,
        "equipment_id": heard.equipment_id,
        "automatic": heard.automatic,
    }
    return {name: value for name, value in said.items() if value}


def files(kept: Iterable[Kept]) -> list[dict[str, Any]]:
    """Files of the store, as they stand in the document."""
    return [asdict(each) for each in kept]


def read(channel: Channel, external_id: str, at: datetime, payload: Mapping[str, Any]) -> Heard:
    """The message out of its document.

    Raises ValueError, KeyError or TypeError for a document that `write` did not make.
    """
    threading = dict(payload.get("threading", {}))
    replies_to = tuple(threading.pop("replies_to", ()))
    return Heard(
        channel=channel,
        external_id=external_id,
        said_at=at,
        body=payload.get("body", ""),
        sender=Sender(**payload.get("sender", {})),
        subject=payload.get("subject", ""),
        language=payload.get("language"),
        facts={Field(name): tuple(values) for name, values in payload.get("facts", {}).items()},
        files=tuple(Kept(**each) for each in payload.get("files", ())),
        left_out=tuple(payload.get("left_out", ())),
        threading=Threading(replies_to=replies_to, **threading),
        site_id=payload.get("site_id"),
        equipment_id=payload.get("equipment_id"),
        automatic=payload.get("automatic", False),
    )
