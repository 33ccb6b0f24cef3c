"""Which mails machines write: they are never answered, and what only answers ours is no report."""

import re
from dataclasses import dataclass
from email.message import Message
from typing import Final

from dispatch.intake.channels.email.headers import address, has, header, headers, ids

_ANSWERING: Final = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply")
_LISTS: Final = ("List-Id", "List-Post", "List-Unsubscribe-Post")
_BULK: Final = frozenset({"bulk", "junk", "list"})
_MACHINES: Final = re.compile(r"(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_AWAY: Final = re.compile(
    r"^\s*((auto(matic|matische|matisch)?[ -]?(reply|response|antwort|:))|automatische antwort|abwesenheit|"
    r"out of (the )?office|respuesta autom[aá]tica|fuera de (la )?oficina|ausente|abwesend|autoreply)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a mail was written by. automatic: a machine.

    ignore: why it is no report, in words, unless it belongs to a thread. always: not even then.
    bounced: Message-IDs of ours that were not delivered.
    """

    automatic: bool = False
    ignore: str | None = None
    always: bool = False
    bounced: tuple[str, ...] = ()


def origin_of(mail: Message, own: frozenset[str]) -> Origin:
    """What wrote a mail, by RFC 3834 and by what machines write without it. own: our addresses, folded."""
    _, sender = address(mail, "From")
    if sender.casefold() in own:
        return Origin(automatic=True, ignore="it comes from our own address", always=True)
    report = str(mail.get_param("report-type") or "").lower() if mail.get_content_type() == "multipart/report" else ""
    if report == "delivery-status" or _MACHINES.match(sender):
        return Origin(automatic=True, ignore="a mail server tells of a delivery", always=True, bounced=_bounced(mail))
    if report == "disposition-notification":
        return Origin(automatic=True, ignore="it is a receipt that a mail was read", always=True)
    return _by_headers(mail)


def _by_headers(mail: Message) -> Origin:
    submitted = re.split(r"[;(\s]", header(mail, "Auto-Submitted").strip().lower())[0]
    precedence = header(mail, "Precedence").lower()
    if submitted == "auto-replied" or has(mail, *_ANSWERING) or precedence == "auto_reply" or _is_away(mail):
        return Origin(automatic=True, ignore="it is an automatic reply")
    if has(mail, *_LISTS):
        return Origin(automatic=True, ignore="it comes from a mailing list")
    if submitted not in ("", "no"):
        # A portal or a controller that reports by itself.
        return Origin(automatic=True)
    if precedence in _BULK:
        return Origin(automatic=True, ignore="it was sent to many at once")
    if any(value.strip() == "<>" for value in headers(mail, "Return-Path")):
        return Origin(automatic=True, ignore="nobody can be answered: it has no sender")
    suppressed = header(mail, "X-Auto-Response-Suppress").lower()
    return Origin(automatic=any(word in suppressed for word in ("all", "oof", "autoreply")))


def _is_away(mail: Message) -> bool:
    return bool(_AWAY.match(header(mail, "Subject")))


def _bounced(mail: Message) -> tuple[str, ...]:
    """The Message-IDs of mails that a report says were not delivered; none where they are only late."""
    parts = list(mail.walk())
    said = [str(part) for part in parts if part.get_content_type() == "message/delivery-status"]
    if said and not any(re.search(r"^action:\s*failed", text, re.IGNORECASE | re.MULTILINE) for text in said):
        return ()
    found: list[str] = []
    for part in parts[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            found += ids(
                [each for each in str(part.get_payload()).split("\n") if each.lower().startswith("message-id:")]
            )
        elif part.get("Message-ID") is not None:
            found += ids(headers(part, "Message-ID"))
    return tuple(dict.fromkeys(found)) or tuple(ids(headers(mail, "In-Reply-To") + headers(mail, "References")))
