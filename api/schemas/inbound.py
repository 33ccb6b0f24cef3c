"""What other systems hand in, and what they are told."""

import base64
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.pagination import PageQuery
from api.schemas.base import Email, In, Language, LongText, Name, Out, Phone, Query, Ref
from db.models import Channel, Direction, InboundStatus
from dispatch.intake.facts.said import Field as FactField

LONGEST_ID: Final = 180

MessageId = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_ID, description="Your id of the message; the same again is the same one"),
]
Thread = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_ID, description="What you call the thread; more with it belongs together"),
]
_LANGUAGES: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""The languages of ISO 639-1. Of three letters there are thousands, any of which may be."""


def _spoken(value: str) -> str:
    primary = value.partition("-")[0].lower()
    if len(primary) == 2 and primary not in _LANGUAGES.split():
        raise PydanticCustomError("language", "Input should be a language, such as en, es or pt-BR (ISO 639)")
    return value


Spoken = Annotated[Language, AfterValidator(_spoken)]
"""A language that somebody speaks."""

Said = Annotated[str, Field(min_length=1, max_length=4000)]
Facts = dict[Annotated[FactField, Field(strict=False)], list[Said]]


def _decoded(value: object) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError as error:
        raise PydanticCustomError("base64", "Input should be Base64") from error


class FileIn(In):
    """A file that comes with a message."""

    name: Name
    content: Annotated[
        bytes,
        BeforeValidator(_decoded),
        WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
        Field(description="Its content in Base64"),
    ]


class SenderIn(In):
    """Who says something."""

    name: Annotated[str, Field(max_length=200)] = ""
    email: Email | None = None
    phone: Phone | None = None
    organisation: Annotated[str, Field(max_length=200)] = ""
    function: Annotated[str, Field(max_length=64, description="Tenant, caretaker, insurer, …")] = ""


class TextIn(In):
    """A text message that came to our number."""

    id: MessageId
    sender: Annotated[Phone, Field(description="The number it came from")]
    body: LongText
    name: Annotated[str, Field(max_length=200)] = ""
    replies_to: Annotated[str | None, Field(max_length=255, description="Your id of our message it answers")] = None
    language: Spoken | None = None
    files: Annotated[list[FileIn], Field(max_length=20, default_factory=list)]


class ChatIn(In):
    """Something said in a chat."""

    id: MessageId
    thread: Thread
    body: LongText
    sender: SenderIn = SenderIn()
    language: Spoken | None = None
    files: Annotated[list[FileIn], Field(max_length=20, default_factory=list)]


class PortalIn(In):
    """A report out of another system: a landlord's portal, an insurer's."""

    id: MessageId
    thread: Thread | None = None
    subject: Annotated[str, Field(max_length=200)] = ""
    body: LongText
    sender: SenderIn = SenderIn()
    language: Spoken | None = None
    site_id: Ref | None = None
    equipment_id: Ref | None = None
    facts: Annotated[
        Facts,
        Field(
            default_factory=dict,
            description="What is known of single fields",
            examples=[{"street": ["Balmaceda"], "house_number": ["120"]}],
        ),
    ]
    files: Annotated[list[FileIn], Field(max_length=20, default_factory=list)]


class TakenOut(Out):
    """What became of a message."""

    inbound_id: int = Field(description="Its id here")
    status: InboundStatus = Field(description="Whether it was taken; ignored: a machine's; refused: see why")
    ticket: str | None = Field(description="The number of the ticket it belongs to", examples=["T-1042"])
    why: str | None = Field(description="Why it was ignored or refused")


class WrittenOut(Out):
    """One message of a portal's thread."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: int = Field(description="Its id; ask for those after it")
    ticket: str = Field(description="The number of its ticket", examples=["T-1042"])
    direction: Direction = Field(description="inbound: handed in by you; outbound: our answer")
    said_at: datetime = Field(description="When")
    subject: str | None = Field(description="About what, where it was said")
    body: str | None = Field(description="The words; null when they were erased")


class ThreadOut(Out):
    """What was said in a portal's thread, the oldest first."""

    items: list[WrittenOut] = Field(description="The messages")


class ThreadQuery(Query):
    """From where on."""

    after: Annotated[int, Field(ge=0, le=2**63 - 1, description="The id of the last message that you know")] = 0


class InboundSenderOut(Out):
    """Who says they wrote."""

    name: str = Field(default="", description="Their name")
    email: str = Field(default="", description="Their e-mail address")
    phone: str = Field(default="", description="Their number")


class InboundSaidOut(Out):
    """What an inbound message says of itself."""

    sender: InboundSenderOut = Field(default=InboundSenderOut(), description="Who says they wrote")
    subject: str = Field(default="", description="About what")
    body: str = Field(default="", description="The words of what is no e-mail")


class InboundOut(Out):
    """A message as it came in, and what became of it."""

    id: int = Field(description="The id")
    channel: Channel = Field(description="Over which channel")
    external_id: str = Field(description="What its sender calls it; of a portal after the user's id and a colon")
    received_at: datetime = Field(description="When it came")
    said: InboundSaidOut = Field(validation_alias="payload", description="What it says of itself")
    status: InboundStatus = Field(description="waiting, taken, ignored (a machine's), or refused: see why")
    why: str | None = Field(description="Why it was ignored or refused")
    ticket_id: int | None = Field(description="The ticket it belongs to")
    message_id: int | None = Field(description="The message that it is there")


class InboundQuery(PageQuery):
    """Which messages."""

    status: Annotated[InboundStatus | None, Field(description="What became of them")] = None
    channel: Annotated[Channel | None, Field(description="Over which channel")] = None
