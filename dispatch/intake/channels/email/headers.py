"""The headers of an e-mail, however broken they are."""

import hashlib
import re
from collections.abc import Iterable
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32, default
from email.utils import getaddresses
from typing import Any, Final

from dispatch.errors import Fault, Invalid
from dispatch.intake.channels.words import one_line

LONGEST_ID: Final = 200
LONGEST_HEAD: Final = 1_000_000
_ID: Final = re.compile(r"<\s*([^<>\s]+)\s*>")
_BROKEN: Final = (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""What the standard library raises for headers that break the rules."""


def parse(raw: bytes) -> EmailMessage:
    """The mail; what breaks the rules is noted in it, never raised."""
    return BytesParser(_class=EmailMessage, policy=default).parsebytes(raw)


_OF_MAILS: Final = frozenset({"from", "sender", "reply-to", "to", "date", "subject", "message-id", "received"})


def require_mail(raw: bytes) -> None:
    """Makes sure that these bytes begin as a mail does, with some header that mails have.

    Raises Invalid.
    """
    mail = BytesHeaderParser(policy=compat32).parsebytes(raw[:LONGEST_HEAD])
    if _OF_MAILS.isdisjoint(name.lower() for name in mail.keys()):  # noqa: SIM118  (a message is no mapping)
        msg = (
            "This is no e-mail: it has none of the headers From, To, Date, Subject, Message-ID. "
            "Hand it in as it came, with all its headers (RFC 5322)."
        )
        raise Invalid(msg, (Fault("/body", msg),))


def header(mail: Message, name: str) -> str:
    """The header's words on one line, decoded as far as that goes; "" where there is none."""
    try:
        return one_line(str(mail.get(name) or ""), 2000)
    except _BROKEN:
        return one_line(
            _by_hand(next((str(value) for key, value in mail.raw_items() if key.lower() == name.lower()), "")), 2000
        )


def _by_hand(value: str) -> str:
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(text)))
    except _BROKEN:
        return text


def headers(mail: Message, name: str) -> list[str]:
    """Every header of this name, as it stands there."""
    return [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]


def has(mail: Message, *names: str) -> bool:
    """Whether one of these headers is there."""
    return any(headers(mail, name) for name in names)


def address(mail: Message, name: str) -> tuple[str, str]:
    """The first name and address of a header; "" for what is not there or is no address.

    Taken apart before it is decoded: what an encoded name holds is a name, though it look like an address.
    """
    values = [re.sub(r"[\r\n]+[ \t]*", " ", value) for value in headers(mail, name)]
    for shown, found in getaddresses(values):
        found = found.strip()
        if re.fullmatch(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+", found) and found.isascii() and len(found) <= 254:
            return one_line(_by_hand(shown), 200).strip("'\" "), found
    return "", ""


def ids(values: Iterable[str]) -> list[str]:
    """The message ids in these headers."""
    return list(dict.fromkeys(each for value in values for each in _ID.findall(value.replace("\n", " "))))


def identify(raw: bytes) -> tuple[str, str]:
    """By what a mail is known, and the digest of what it says.

    Its Message-ID, else its digest. Copies that came another way have other lines of transport, but say the same.
    """
    mail = BytesHeaderParser(policy=compat32).parsebytes(raw)
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1]
    said = [str(mail.get(name) or "") for name in ("From", "Date", "Subject")]
    digest = hashlib.sha256(
        "\n".join(said).encode("utf-8", "surrogateescape") + body.replace(b"\r\n", b"\n")
    ).hexdigest()
    found = ids(headers(mail, "Message-ID"))
    name = found[0].encode("ascii", "backslashreplace").decode() if found else ""
    return (name if 0 < len(name) <= LONGEST_ID else f"sha256:{digest}"), digest


def glance(raw: bytes) -> dict[str, Any]:
    """Who says they wrote a mail, and about what, for whoever looks at a list of them."""
    mail = BytesHeaderParser(policy=compat32).parsebytes(raw)
    name, email = address(mail, "From")
    return {"sender": {"name": name, "email": email}, "subject": one_line(header(mail, "Subject"), 200)}
