"""Whether the person at an address wants to be written to over a channel. What they said last counts ("STOP")."""

import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Consent, email_key, phone_key

MOST: Final = 50


def key_of(channel: Channel, address: str) -> str:
    """An address as it is looked up: a number by its last digits, however it is written."""
    found = email_key(address) if channel is Channel.EMAIL else None
    if channel is Channel.TEXT:
        found = phone_key(address)
    return (found or address.strip())[:255]


def latest(session: Session, channel: Channel, address: str | None) -> Consent | None:
    """What was said last from this address about being written to there; None: nothing ever."""
    if not address:
        return None
    query = select(Consent).where(Consent.channel == channel, Consent.address_key == key_of(channel, address))
    found = session.scalars(query.order_by(Consent.id.desc()).limit(MOST))
    return next((each for each in found if channel is not Channel.TEXT or _same_number(each.address, address)), None)


def _same_number(one: str, other: str) -> bool:
    """Whether two ways of writing a number, with or without code of country or area, may be of the same."""
    shorter, longer = sorted(("".join(re.findall(r"\d", each)) for each in (one, other)), key=len)
    return longer.endswith(shorter.lstrip("0"))


def refusal(session: Session, channel: Channel, address: str | None) -> str | None:
    """Why nothing is to be sent to an address over this channel, in words; None: it may be."""
    said = latest(session, channel, address)
    if said is None or said.given:
        return None
    return f"they asked by {channel} on {said.said_at:%Y-%m-%d %H:%M} UTC not to be written to there ({said.words!r})"
