"""The settings, read in this module alone and passed down as plain values. Environment: `DISPATCH_` and the name."""

import re
from datetime import time
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MATCH_MERGE: Final = 0.8
MATCH_REVIEW: Final = 0.42
"""The usual thresholds of matching, for settings that do not say theirs and for what has no settings."""


class TravelSource(StrEnum):
    """Where travel times come from."""

    ROADS = "roads"
    STRAIGHT = "straight"
    VALHALLA = "valhalla"
    OSRM = "osrm"


class MailSecurity(StrEnum):
    """How a connection to a mail server is protected: from the first byte, after asking, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Settings(BaseSettings):
    """Everything an operator may set; each field's description is its reference."""

    model_config = SettingsConfigDict(env_prefix="DISPATCH_", extra="ignore")

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///dispatch.sqlite3"),
        description="SQLAlchemy URL of the database: sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    )
    data_dir: Path = Field(default=Path(".dispatch"), description="Folder for attachments and cached travel matrices")
    travel: TravelSource = Field(
        default=TravelSource.STRAIGHT, description="Source of travel times: roads, straight, valhalla or osrm"
    )
    roads_file: Path | None = Field(default=None, description="Road network file, for travel = roads")
    travel_url: str | None = Field(default=None, description="Base URL of the Valhalla or OSRM server")
    travel_timeout: Annotated[float, Field(gt=0)] = Field(
        default=30.0, description="Seconds to wait for an answer of the Valhalla or OSRM server"
    )
    solve_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=20.0, description="Seconds a planning run searches unless it says otherwise"
    )
    solve_threads: Annotated[int, Field(ge=1, le=64)] = Field(default=1, description="Threads a planning run uses")
    solve_memory_mb: Annotated[int, Field(ge=256)] = Field(
        default=4096, description="Memory a planning run may take (MiB); above it the run fails with a clear error"
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8000, description="Port the server listens on; 0: any free one"
    )
    public_url: str | None = Field(
        default=None, description="URL under which people reach the server; https here makes cookies secure"
    )
    session_hours: Annotated[int, Field(ge=1, le=720)] = Field(
        default=12, description="Hours after which a sign-in ends"
    )
    worker_lease_seconds: Annotated[int, Field(ge=5)] = Field(
        default=60, description="Seconds after which the work of a silent worker passes to another"
    )
    match_merge: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=MATCH_MERGE,
        description="Probability of being about the same from which tickets are merged without asking",
    )
    match_review: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=MATCH_REVIEW, description="Probability from which a person is asked whether tickets are about the same"
    )
    learn_nightly: bool = Field(
        default=True,
        description="Whether matching and durations are learnt each night: from decisions, from what visits took",
    )
    learn_hour: Annotated[int, Field(ge=0, le=23)] = Field(
        default=6, description="Hour of the day, in UTC, at which they are learnt"
    )
    default_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = Field(
        default="CL", description="Country of telephone numbers that do not say theirs (ISO 3166-1 alpha-2)"
    )
    default_language: str = Field(
        default="en", description="Language of answers to who does not show theirs: en, es or de"
    )
    attachment_mb: Annotated[float, Field(gt=0, le=1000)] = Field(
        default=15, description="Megabytes that one attachment may have"
    )
    message_mb: Annotated[float, Field(gt=0, le=1000)] = Field(
        default=25, description="Megabytes that all attachments of a message may have together"
    )
    automatic_per_hour: Annotated[int, Field(ge=1)] = Field(
        default=6, description="Acknowledgements that one sender gets within an hour; who writes more may be a machine"
    )
    reply_hours: Annotated[int, Field(ge=1)] = Field(
        default=72, description="Hours after our last word in which a text or chat message counts as an answer to it"
    )
    company_name: str = Field(default="", description="Our name as customers know it, on their pages and calendars")
    company_phone: str | None = Field(
        default=None, description="Telephone number that customers' pages name where they cannot help"
    )
    link_secret: SecretStr | None = Field(
        default=None,
        description="Secret under which customers' links are signed, at least 32 characters; without it one is made "
        "and kept in the file link-secret of DISPATCH_DATA_DIR, which every server process must then share",
    )
    quiet_from: time = Field(
        default=time(21),
        description="Local time from which nobody is sent what can wait; the same as DISPATCH_QUIET_UNTIL: at any time",
    )
    quiet_until: time = Field(default=time(8), description="Local time until which it waits")
    reminder_hour: Annotated[int, Field(ge=-1, le=23)] = Field(
        default=17, description="Local hour of the day before at which customers are reminded; -1: not then"
    )
    reminder_hours_before: Annotated[int, Field(ge=0, le=48)] = Field(
        default=0, description="Hours before their appointment at which customers are reminded; 0: not then"
    )
    webhook_private_hosts: str = Field(
        default="",
        description="Hosts, with commas between, to which webhooks may go although their addresses are private, "
        "and without https",
    )
    alarm_to: str = Field(
        default="",
        description="E-mail addresses and telephone numbers of the duty desk, with commas between: told of dangers",
    )
    emergency_phone: str = Field(
        default="", description="Telephone number for emergencies, shown on the report form and its answers"
    )
    mail_from: str | None = Field(
        default=None, description="Address that our e-mails come from and answers go to: Name <service@example.com>"
    )
    mail_also: str = Field(
        default="", description="Further addresses of ours, separated by commas: what comes from them is ignored"
    )
    mail_authserv: str = Field(
        default="",
        description="Name of our mail server in Authentication-Results; mail that it finds forged is trusted less",
    )
    mail_poll_seconds: Annotated[int, Field(ge=1)] = Field(
        default=30, description="Seconds between two looks at the mailbox and the folder for dropped e-mails"
    )
    mail_drop: Path | None = Field(default=None, description="Folder from which e-mails (*.eml) are taken in")
    imap_host: str | None = Field(default=None, description="IMAP server of the mailbox that e-mails are taken from")
    imap_port: Annotated[int, Field(ge=1, le=65535)] = Field(default=993, description="Port of the IMAP server")
    imap_security: MailSecurity = Field(
        default=MailSecurity.TLS, description="Protection of the connection to the IMAP server: tls, starttls or none"
    )
    imap_user: str = Field(default="", description="User of the mailbox")
    imap_password: SecretStr = Field(default=SecretStr(""), description="Password of the mailbox")
    imap_folder: str = Field(default="INBOX", description="Folder of the mailbox where new e-mails are")
    imap_done_folder: str | None = Field(
        default=None, description="Folder to which e-mails go that are taken in; without it they are marked as seen"
    )
    smtp_host: str | None = Field(default=None, description="SMTP server that takes our e-mails")
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = Field(default=587, description="Port of the SMTP server")
    smtp_security: MailSecurity = Field(
        default=MailSecurity.STARTTLS,
        description="Protection of the connection to the SMTP server: tls, starttls or none",
    )
    smtp_user: str | None = Field(default=None, description="User at the SMTP server; none: no sign-in")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the SMTP server")
    mail_ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) of whoever vouches for the mail servers, instead of the system's"
    )
    text_secret: SecretStr | None = Field(
        default=None, description="Secret under which the gateway signs text messages that come in (whsec_ and Base64)"
    )
    text_gateway_url: str | None = Field(default=None, description="URL to which text messages of ours are sent")
    chat_secret: SecretStr | None = Field(
        default=None, description="Secret under which the gateway signs chat messages that come in (whsec_ and Base64)"
    )
    chat_gateway_url: str | None = Field(default=None, description="URL to which chat messages of ours are sent")
    gateway_secret: SecretStr | None = Field(
        default=None, description="Secret under which we sign text and chat messages of ours (whsec_ and Base64)"
    )

    @field_validator("emergency_phone")
    @classmethod
    def _is_dialled(cls, value: str) -> str:
        if re.fullmatch(r"(\+?[0-9][0-9 ()./-]{1,30})?", value.strip()) is None:
            msg = "is no telephone number; write it like +56 51 255 0000"
            raise ValueError(msg)
        return value.strip()

    @field_validator("link_secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse a secret that can be guessed: whoever has it signs links of their own."""
        if value is not None and len(value.get_secret_value()) < 32:
            message = "is too short; use at least 32 random characters"
            raise ValueError(message)
        return value

    @field_validator("default_country")
    @classmethod
    def _is_country(cls, value: str) -> str:
        """Refuse two letters that are no country: telephone numbers would silently not be understood."""
        # Only who sets it waits for these tables.
        from phonenumbers import SUPPORTED_REGIONS

        if value not in SUPPORTED_REGIONS:
            message = "is no country; give its two letters, such as DE, CL or US"
            raise ValueError(message)
        return value


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
