"""A letter as an e-mail."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from dispatch.compute.outbox import Undeliverable
from dispatch.messaging.letters import Letter, Part
from dispatch.messaging.tokens import tag, without_tag

LONGEST_SUBJECT = 150


def compose(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """The e-mail: from us, in its thread, in its language, with the token; marked where a machine wrote it (RFC 3834).

    Raises Undeliverable for an address that is none.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(*parseaddr(sender))
    mail["To"] = _address(letter.to_name, letter.to)
    mail["Subject"] = subject_of(letter)
    mail["Date"] = format_datetime(now)
    if letter.external_id is not None:
        mail["Message-ID"] = f"<{letter.external_id}>"
    if letter.replies_to is not None:
        mail["In-Reply-To"] = f"<{letter.replies_to}>"
    if letter.references:
        mail["References"] = " ".join(f"<{each}>" for each in letter.references)
    if letter.automatic:
        mail["Auto-Submitted"] = "auto-replied" if letter.answers else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Precedence"] = "auto_reply"
    mail.set_content(letter.body.rstrip() + "\n", charset="utf-8")
    mail["Content-Language"] = letter.language
    for part in letter.parts:
        _attach(mail, part)
    return mail


def _attach(mail: EmailMessage, part: Part) -> None:
    """Adds a file. A calendar file names its method, by which mail programs offer to accept it (RFC 6047)."""
    kind, _, subtype = part.media_type.partition("/")
    mail.add_attachment(part.content, maintype=kind, subtype=subtype, filename=part.filename)
    added = list(mail.iter_attachments())[-1]
    if kind == "text":
        added.set_param("charset", "utf-8")
    if part.method is not None:
        added.set_param("method", part.method)


def subject_of(letter: Letter) -> str:
    """The ticket's subject with the tag, if its thread has one, "Re: " in front where it answers."""
    words = without_tag(letter.subject)[:LONGEST_SUBJECT].strip()
    prefix = "Re: " if letter.answers and not words.lower().startswith("re:") else ""
    return f"{prefix}{words} {tag(letter.number, letter.token)}" if letter.token else f"{prefix}{words}"


def _address(name: str, address: str) -> Address:
    try:
        # A name is quoted here; control signs in either would be a second header.
        return Address("".join(letter for letter in name if letter.isprintable()), addr_spec=address.strip())
    except (ValueError, IndexError) as error:
        msg = f"The address {address[:80]!r} is none that mail can go to; correct it at the contact."
        raise Undeliverable(msg) from error
