"""Letters by SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dispatch.compute.outbox import Undeliverable
from dispatch.errors import Unavailable
from dispatch.messaging.composing import compose
from dispatch.messaging.letters import Letter
from dispatch.settings import MailSecurity

PERMANENT: Final = 500


@dataclass(frozen=True, slots=True)
class SmtpWay:
    """A mail server that takes our letters. `sender`: our address, with or without a name; `timeout`: in seconds.

    ca_file: whom to trust, instead of what the system trusts.
    """

    host: str
    port: int
    sender: str
    security: MailSecurity = MailSecurity.STARTTLS
    user: str | None = None
    password: str | None = None
    timeout: float = 20.0
    ca_file: str | None = None

    def send(self, letter: Letter, now: datetime) -> str | None:
        """Hands the letter over.

        Raises Undeliverable when the server refuses it for good, Unavailable when it may take it later.
        """
        mail = compose(letter, self.sender, now)
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _failure(code, f"{self.host} refuses the recipient", words) from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, f"{self.host} refuses the message", error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            msg = f"The mail server {self.host}:{self.port} is away ({error}); the message is tried again."
            raise Unavailable(msg) from error
        return None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.security is MailSecurity.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        with server:
            if self.security is MailSecurity.STARTTLS:
                server.starttls(context=context)
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password)
            yield server


def _failure(code: int, what: str, words: bytes | str) -> Exception:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    msg = f"{what}: {code} {said[:200]}"
    return Undeliverable(msg) if code >= PERMANENT else Unavailable(msg)
