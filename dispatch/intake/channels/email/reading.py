"""An e-mail as intake understands it."""

import re
from datetime import datetime
from email.message import Message
from typing import Final

from db.models import Channel
from dispatch.intake.channels.email.authentication import forged
from dispatch.intake.channels.email.bodies import Parts, parts_of
from dispatch.intake.channels.email.headers import address, header, headers, ids, parse, require_mail
from dispatch.intake.channels.email.quotes import reply_in
from dispatch.intake.channels.email.robots import Origin, origin_of
from dispatch.intake.channels.heard import Heard, Sender, Threading
from dispatch.intake.channels.rules import Rules
from dispatch.intake.resolving.numbers import phones_in
from dispatch.messaging.notices import is_ours
from dispatch.messaging.tokens import tag_in
from dispatch.records.attachments import keep_all

MOST_REFERENCES: Final = 50
SIGNATURE_LINES: Final = 8
_NOBODY: Final = re.compile(
    r"(no-?_?reply|do-?not-?reply|noresponder|no-responder|nicht-antworten)[\w.+-]*@", re.IGNORECASE
)


def read(raw: bytes, rules: Rules, external_id: str, at: datetime) -> Heard:
    """What a mail says; its files are in the store afterwards. It came at `at`, whatever its own date is.

    Raises Invalid for what is no mail at all.
    """
    require_mail(raw)
    mail = parse(raw)
    origin = origin_of(mail, rules.own)
    if origin.always:
        return Heard(Channel.EMAIL, external_id, at, "", automatic=True, ignore=origin.ignore, bounced=origin.bounced)
    parts = parts_of(mail)
    kept, left_out = keep_all(rules.files, rules.limits, parts.files)
    return _heard(
        mail,
        origin,
        parts,
        rules,
        Heard(Channel.EMAIL, external_id, at, parts.words, files=kept, left_out=(*parts.left_out, *left_out)),
    )


def _heard(mail: Message, origin: Origin, parts: Parts, rules: Rules, so_far: Heard) -> Heard:
    subject = header(mail, "Subject")
    number, token = tag_in(subject)
    reply = reply_in(parts)
    replies_to = _replies_to(mail)
    to_notice = "it answers a notice of ours, such as an alarm" if any(map(is_ours, replies_to[:1])) else None
    return Heard(
        channel=so_far.channel,
        external_id=so_far.external_id,
        said_at=so_far.said_at,
        body=so_far.body,
        sender=_sender(mail, reply, parts.words, rules.country),
        subject=subject,
        reply=reply,
        language=_language(mail),
        files=so_far.files,
        left_out=so_far.left_out,
        threading=Threading(replies_to=replies_to, ticket=number, token=token),
        automatic=origin.automatic,
        ignore=origin.ignore or to_notice,
        forged=forged(mail, rules.authserv),
    )


def _sender(mail: Message, reply: str, whole: str, country: str) -> Sender:
    name, email = address(mail, "From")
    if not email or _NOBODY.match(email):
        # A portal that writes for somebody names them here.
        name, email = next(
            (found for each in ("Reply-To", "Sender") if (found := address(mail, each))[1]), (name, email)
        )
    own_words = reply if reply in whole else whole
    end = whole.find(own_words) + len(own_words)
    last = own_words.splitlines()[-SIGNATURE_LINES:] + whole[end:].splitlines()[:SIGNATURE_LINES]
    phones = phones_in("\n".join(line for line in last if not line.lstrip().startswith(">")), country)
    organisation = header(mail, "Organization") or header(mail, "Organisation")
    return Sender(name, email, phones[0] if len(phones) == 1 else "", organisation[:200])


def _replies_to(mail: Message) -> tuple[str, ...]:
    """What the mail answers, the nearest first."""
    named = ids(headers(mail, "In-Reply-To")) + list(reversed(ids(headers(mail, "References"))))
    return tuple(dict.fromkeys(named))[:MOST_REFERENCES]


def _language(mail: Message) -> str | None:
    said = header(mail, "Content-Language").split(",")[0].strip()
    return said if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", said) and len(said) <= 16 else None
