"""What intake and messaging work with, made out of the settings."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import getaddresses, parseaddr
from typing import Final

from pydantic import SecretStr

from db.models import Channel
from db.session import Session, UnitOfWork
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.telling import hearing, telling
from dispatch.appointments.telling.enclosing import Enclosing
from dispatch.appointments.telling.reminding import Times
from dispatch.appointments.telling.telling import Telling
from dispatch.clock import Clock
from dispatch.compute.outbox import Receiver, merged
from dispatch.errors import DispatchError
from dispatch.intake import news
from dispatch.intake.channels import consenting
from dispatch.intake.channels.email.drop import fetch_drop
from dispatch.intake.channels.email.entering import LARGEST_OVER_LIMIT
from dispatch.intake.channels.email.mailbox import Mailbox, fetch_mailbox
from dispatch.intake.channels.rules import INTAKE, Place, Rules
from dispatch.intake.channels.taking import process_waiting
from dispatch.intake.matching.thresholds import Thresholds
from dispatch.intake.merging import place
from dispatch.intake.telling import alarming
from dispatch.intake.telling.alarming import Alarms, Desk, desk_of
from dispatch.messaging import webhooks
from dispatch.messaging.courier import Courier, Way
from dispatch.messaging.gateway import GatewayWay
from dispatch.messaging.notices import Herald
from dispatch.messaging.quiet import Quiet
from dispatch.messaging.smtp import SmtpWay
from dispatch.messaging.targets import Gate
from dispatch.records.attachments import Files, Limits
from dispatch.settings import Settings

log = logging.getLogger(__name__)

_MB: Final = 1_000_000
ENCODED: Final = 1.5
"""So much larger than its files a message may be that carries them as text."""

BESIDES: Final = 1_000_000
"""Bytes that a form may have besides its files."""

SETTLED: Final = timedelta(seconds=15)
"""So long after it came whoever took a message in is done with it, or died."""

LONGEST_PAUSE: Final = timedelta(minutes=10)


def rules_of(settings: Settings) -> Rules:
    """What taking in goes by."""
    addresses = [address for _, address in getaddresses([settings.mail_from or "", settings.mail_also])]
    return Rules(
        files=Files(settings.data_dir),
        limits=Limits(int(settings.attachment_mb * _MB), int(settings.message_mb * _MB)),
        country=settings.default_country,
        language=settings.default_language,
        own=frozenset(address.casefold() for address in addresses if address),
        authserv=settings.mail_authserv.strip().casefold(),
        place=placing(thresholds(settings)),
        most_automatic=settings.automatic_per_hour,
        reply_hours=settings.reply_hours,
    )


def link_key_of(settings: Settings) -> LinkKey:
    """Signs customers' links and forms."""
    return LinkKey(_said(settings.link_secret), settings.data_dir)


def thresholds(settings: Settings) -> Thresholds:
    """From which probability on tickets are merged, and from which a person is asked."""
    return Thresholds(settings.match_merge, settings.match_review)


def placing(thresholds: Thresholds) -> Place:
    """Finds work orders by these thresholds."""

    def find(session: Session, ticket_id: int) -> None:
        place(session, INTAKE, ticket_id, thresholds)

    return find


def larger_bodies(settings: Settings) -> Mapping[str, int]:
    """How large bodies with files in them may be, in bytes, by address."""
    files = int(settings.message_mb * _MB)
    handed_in = int(files * ENCODED)
    return {
        "/v1/inbound/portal": handed_in,
        "/v1/inbound/text": handed_in,
        "/v1/inbound/chat": handed_in,
        "/v1/inbound/email": files * LARGEST_OVER_LIMIT,
        "/q/": files + BESIDES,
    }


def courier_of(settings: Settings, uow: UnitOfWork, clock: Clock) -> Courier:
    """Who carries messages of ours, over the ways that are set."""
    domain = _sender(settings).partition("@")[2] or "localhost"
    return Courier(uow, clock, ways_of(settings), domain, enclosing_of(settings), quiet_of(settings))


def telling_of(settings: Settings) -> Telling:
    """What messages about appointments are made with."""
    return Telling(link_key_of(settings), _url(settings), _sender(settings), settings.company_name)


def enclosing_of(settings: Settings) -> Enclosing:
    """What comes to messages about appointments when they go."""
    return Enclosing(telling_of(settings), quiet_of(settings))


def quiet_of(settings: Settings) -> Quiet:
    """When nobody is sent what can wait."""
    return Quiet(settings.quiet_from, settings.quiet_until)


def times_of(settings: Settings) -> Times:
    """When customers are reminded."""
    hour = None if settings.reminder_hour < 0 else settings.reminder_hour
    return Times(hour, settings.reminder_hours_before)


def gate_of(settings: Settings) -> Gate:
    """Where webhooks may go."""
    hosts = (each.strip().casefold() for each in settings.webhook_private_hosts.split(","))
    return Gate(frozenset(each for each in hosts if each))


def _sender(settings: Settings) -> str:
    return parseaddr(settings.mail_from or "")[1]


def _url(settings: Settings) -> str:
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def receivers_of(settings: Settings, uow: UnitOfWork, clock: Clock) -> dict[str, Receiver]:
    """The receivers of the outbox, by topic."""
    courier, ways = courier_of(settings, uow, clock), ways_of(settings)
    consents = Herald(uow, clock, consenting.TOPIC, consenting.confirmation, ways, courier.mail_domain)
    alarms = Alarms(uow, _desk(settings))
    notices = Herald(uow, clock, alarming.SEND, alarms.notice, ways, courier.mail_domain)
    told = Herald(uow, clock, telling.TOPIC, enclosing_of(settings).notice, ways, courier.mail_domain)
    made: dict[str, Receiver] = dict.fromkeys(courier.topics, courier)
    for herald in (consents, notices, told):
        made |= dict.fromkeys(herald.topics, herald)
    made[alarming.TOPIC] = alarms
    others = webhooks.receivers(uow, clock, gate_of(settings))
    return merged(made, news.receivers(uow), hearing.receivers(uow, telling_of(settings)), others)


def _desk(settings: Settings) -> Desk:
    return desk_of(settings.alarm_to, settings.default_country, settings.default_language, _url(settings))


def ways_of(settings: Settings) -> dict[Channel, Way]:
    """The ways out that are set, by channel."""
    ways: dict[Channel, Way] = {}
    if settings.smtp_host is not None and settings.mail_from is not None:
        ways[Channel.EMAIL] = SmtpWay(
            settings.smtp_host,
            settings.smtp_port,
            settings.mail_from,
            settings.smtp_security,
            settings.smtp_user,
            _said(settings.smtp_password),
            ca_file=None if settings.mail_ca_file is None else str(settings.mail_ca_file),
        )
    secret = _said(settings.gateway_secret)
    urls = {Channel.TEXT: settings.text_gateway_url, Channel.CHAT: settings.chat_gateway_url}
    for channel, url in urls.items():
        if url is not None and secret is not None:
            ways[channel] = GatewayWay(url, secret)
    return ways


def mailbox_of(settings: Settings) -> Mailbox | None:
    """The mailbox that is set, if one is."""
    if settings.imap_host is None:
        return None
    return Mailbox(
        settings.imap_host,
        settings.imap_port,
        settings.imap_user,
        settings.imap_password.get_secret_value(),
        settings.imap_security,
        settings.imap_folder,
        settings.imap_done_folder,
        ca_file=None if settings.mail_ca_file is None else str(settings.mail_ca_file),
    )


def secret_of(settings: Settings, channel: Channel) -> str | None:
    """The secret under which the gateway of a channel signs."""
    return _said(settings.text_secret if channel is Channel.TEXT else settings.chat_secret)


def _said(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


@dataclass
class Fetcher:
    """Looks for new e-mails and for messages that wait, every so many seconds; a source that is away is left longer."""

    settings: Settings
    uow: UnitOfWork
    clock: Clock
    rules: Rules
    next_at: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def __call__(self) -> bool:
        """One round over what is due; whether anything came in."""
        found = [self._look(source) for source in ("waiting", "drop", "mailbox")]
        return any(found)

    def fetch(self, source: str) -> int:
        """Takes in what a source holds; how many messages.

        Raises Unavailable, Invalid, DatabaseError.
        """
        if source == "waiting":
            return process_waiting(self.uow, self.clock, self.rules, older=SETTLED)
        if source == "drop":
            folder = self.settings.mail_drop
            return 0 if folder is None else fetch_drop(self.uow, self.clock, self.rules, folder)
        mailbox = mailbox_of(self.settings)
        return 0 if mailbox is None else fetch_mailbox(self.uow, self.clock, self.rules, mailbox)

    def _look(self, source: str) -> bool:
        now = self.clock.now()
        if now < self.next_at.get(source, now):
            return False
        pause = timedelta(seconds=self.settings.mail_poll_seconds)
        try:
            count = self.fetch(source)
        except DispatchError as error:
            failed = self.failures[source] = self.failures.get(source, 0) + 1
            self.next_at[source] = now + min(pause * (1 << min(failed, 10)), LONGEST_PAUSE)
            log.warning("%s", error.message)
            return False
        self.failures[source] = 0
        self.next_at[source] = now + pause
        return count > 0
