"""A mailbox on an IMAP server: new mails are taken in, and marked or moved there only when they are kept here."""

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from db.models import InboundStatus
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.errors import Invalid, Unavailable
from dispatch.intake.channels.email.entering import LARGEST_OVER_LIMIT, take_mail
from dispatch.intake.channels.rules import Rules
from dispatch.intake.channels.taking import process
from dispatch.settings import MailSecurity

log = logging.getLogger(__name__)

HEAD: Final = 65_536
"""Bytes that are read of a mail that is too large: its head, and the beginning of its words."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a mailbox is. `done`: the folder to which mails go that are taken in; None: they are marked as seen.

    timeout: in seconds. `ca_file`: whom to trust, instead of what the system trusts.
    """

    host: str
    port: int
    user: str
    password: str
    security: MailSecurity = MailSecurity.TLS
    folder: str = "INBOX"
    done: str | None = None
    timeout: float = 20.0
    ca_file: str | None = None


def fetch_mailbox(uow: UnitOfWork, clock: Clock, rules: Rules, mailbox: Mailbox, most: int = 100) -> int:
    """Takes in up to so many new mails, the oldest first; how many. Connects anew each time.

    A process: those of `take_mail` and `process` for each mail, which is then marked as seen or moved. One that was not
    because we died is the same mail the next time. A mail that is refused is flagged and stays.

    Raises Unavailable when the server is away or refuses us, DatabaseError when the database is.
    """
    try:
        with _connected(mailbox) as box:
            uids = box.uids("UNSEEN UNFLAGGED" if mailbox.done is None else "UNFLAGGED UNDELETED")[:most]
            for uid in uids:
                raw, cut = _raw(box, uid, rules.limits.message_bytes * LARGEST_OVER_LIMIT)
                if raw is not None:
                    _settle(box, mailbox, uid, kept=_take(uow, clock, rules, raw, cut))
            return len(uids)
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ssl.SSLError) as error:
        msg = f"The mailbox of {mailbox.user} at {mailbox.host}:{mailbox.port} cannot be read: {error}"
        raise Unavailable(msg) from error


@contextmanager
def _connected(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    context = ssl.create_default_context(cafile=mailbox.ca_file)
    if mailbox.security is MailSecurity.TLS:
        box: BaseMailBox = MailBox(mailbox.host, mailbox.port, timeout=mailbox.timeout, ssl_context=context)
    elif mailbox.security is MailSecurity.STARTTLS:
        box = MailBoxStartTls(mailbox.host, mailbox.port, timeout=mailbox.timeout, ssl_context=context)
    else:
        box = MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=mailbox.timeout)
    try:
        box.login(mailbox.user, mailbox.password, initial_folder=mailbox.folder)
        yield box
    finally:
        try:
            box.client.logout()
        except (imaplib.IMAP4.error, OSError):
            # The server has gone; our end of the connection is still open.
            with suppress(OSError):
                box.client.shutdown()


def _raw(box: BaseMailBox, uid: str, largest: int) -> tuple[bytes | None, str | None]:
    """The mail as it lies there, unmarked (None: it is gone), and why it is not all of it, where it is not."""
    said = b" ".join(each for each in box.client.uid("FETCH", uid, "(RFC822.SIZE)")[1] if isinstance(each, bytes))
    found = re.search(rb"RFC822\.SIZE (\d+)", said)
    size = int(found[1]) if found else 0
    if size <= largest:
        return _content(box.client.uid("FETCH", uid, "(BODY.PEEK[])")), None
    cut = f"the mail has {size} bytes, of which only the beginning was taken in: the limit is {largest}"
    return _content(box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{HEAD}>)")), cut


def _content(answer: tuple[str, list[object]]) -> bytes | None:
    status, data = answer
    if status != "OK":
        msg = f"the server answered {status}"
        raise imaplib.IMAP4.error(msg)
    return next((bytes(each[1]) for each in data if isinstance(each, tuple) and len(each) > 1), None)


def _take(uow: UnitOfWork, clock: Clock, rules: Rules, raw: bytes, cut: str | None) -> bool:
    try:
        taken = process(uow, clock, rules, take_mail(uow, clock, rules, raw, cut=cut))
    except Invalid as error:
        log.warning("a mail is refused: %s", error.message)
        return False
    return taken.status is not InboundStatus.REFUSED


def _settle(box: BaseMailBox, mailbox: Mailbox, uid: str, *, kept: bool) -> None:
    if not kept:
        box.flag(uid, [MailMessageFlags.FLAGGED, MailMessageFlags.SEEN], True)
    elif mailbox.done is None:
        box.flag(uid, MailMessageFlags.SEEN, True)
    else:
        box.flag(uid, MailMessageFlags.SEEN, True)
        if not box.folder.exists(mailbox.done):
            box.folder.create(mailbox.done)
        box.move(uid, mailbox.done)
