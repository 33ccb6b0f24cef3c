"""STOP and START, BAJA and ALTA: one word alone, by text or chat, takes consent to be written to there, or gives it.

It is what gateways and people in the field are used to. Such a message opens no ticket; what it changes is confirmed
once, and what somebody said counts until they say otherwise.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from db.models import Channel, Consent, Contact, Conversation, Inbound, InboundStatus
from dispatch.compute import outbox
from dispatch.intake.channels import opening
from dispatch.intake.channels.heard import Heard
from dispatch.intake.channels.rules import Rules
from dispatch.intake.resolving import normal_phone
from dispatch.intake.resolving.words import plain
from dispatch.messaging.consents import key_of, latest
from dispatch.messaging.notices import Notice

TOPIC: Final = "consent.confirm"
_CHANNELS: Final = (Channel.TEXT, Channel.CHAT)
_STOP: Final = {
    "en": ("stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "quit"),
    "es": ("baja", "dar de baja", "darme de baja", "parar", "desuscribir", "cancelar suscripcion"),
}
_START: Final = {
    "en": ("start", "unstop", "subscribe", "optin", "opt in"),
    "es": ("alta", "dar de alta", "darme de alta", "reanudar", "suscribir"),
}
_TOLD: Final = {
    False: {
        "en": "You will get no more messages from us here. To get them again, answer START.",
        "es": "No recibirá más mensajes nuestros por aquí. Para recibirlos de nuevo, responda ALTA.",
        "de": "Sie erhalten hier keine Nachrichten mehr von uns. Um sie wieder zu erhalten, antworten Sie START.",
    },
    True: {
        "en": "You will get our messages here again. To end them, answer STOP.",
        "es": "Volverá a recibir nuestros mensajes por aquí. Para dejar de recibirlos, responda BAJA.",
        "de": "Sie erhalten unsere Nachrichten hier wieder. Um sie zu beenden, antworten Sie STOP.",
    },
}


def word_of(body: str) -> tuple[bool, str] | None:
    """Whether consent is given, and the language of the word that says so; None: the message says something else."""
    said = " ".join(re.sub(r"[^\w\s]", " ", plain(body)).split())
    for given, words in ((False, _STOP), (True, _START)):
        for language, known in words.items():
            if said in known:
                return given, language
    return None


def settle(
    session: Session,
    rules: Rules,
    inbound: Inbound,
    heard: Heard,
    known: list[Contact],
    conversation: Conversation | None,
) -> bool:
    """Whether the message only gives or takes consent; what it says is then kept, in the thread too if there is one.

    known: the contacts with the sender's number. Flushes.
    """
    word = word_of(heard.body) if heard.channel in _CHANNELS and not heard.files else None
    address = (heard.threading.handle if heard.channel is Channel.CHAT else heard.sender.phone) or ""
    if word is None or not address.strip():
        return False
    given, language = word
    before = latest(session, heard.channel, address)
    inbound.status, inbound.why = InboundStatus.TAKEN, _why(given=given, channel=heard.channel)
    if conversation is not None:
        message = opening.note(session, conversation, heard)
        inbound.message_id, inbound.ticket_id = message.id, conversation.ticket_id
    shown = normal_phone(address, rules.country) if heard.channel is Channel.TEXT else None
    consent = Consent(
        channel=heard.channel,
        address=(shown or address.strip())[:255],
        address_key=key_of(heard.channel, address),
        given=given,
        said_at=heard.said_at,
        words=heard.body.strip()[:100],
        inbound_id=inbound.id,
    )
    session.add(consent)
    session.flush()
    if given != (before is None or before.given):
        spoken = next((each.language for each in (conversation, *known) if each is not None), rules.language)
        told = "es" if language == "es" else spoken
        outbox.post(session, TOPIC, f"consent:{consent.id}", {"consent_id": consent.id, "language": told})
    return True


def confirmation(session: Session, payload: Mapping[str, Any]) -> Notice | None:
    """What is answered to a word that changed something, unless another came since."""
    consent = session.get_one(Consent, payload["consent_id"])
    last = latest(session, consent.channel, consent.address)
    if last is None or last.id != consent.id:
        return None
    words = _TOLD[consent.given]
    language = str(payload["language"]).partition("-")[0]
    return Notice(consent.channel, consent.address, "", words.get(language, words["en"]), language)


def _why(*, given: bool, channel: Channel) -> str:
    if given:
        return f"they agree again to be written to by {channel}"
    return f"they do not want to be written to by {channel} any more"
