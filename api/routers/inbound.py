"""Messages that other systems hand in: gateways for text and chat, portals, mail servers."""

from typing import Annotated, Any, ClassVar, Final

from fastapi import APIRouter, Body, Path, Query, Request

from api.dependencies import SIGNED_IN, RowId, ServicesDep
from api.keeping import Keeping
from api.reception import secret_of
from api.responses import failures
from api.schemas.inbound import (
    LONGEST_ID,
    ChatIn,
    FileIn,
    InboundOut,
    InboundQuery,
    PortalIn,
    SenderIn,
    TakenOut,
    TextIn,
    ThreadOut,
    ThreadQuery,
)
from api.services import Services
from api.transaction import Process
from db.models import Channel, Inbound
from dispatch.access import Action, Viewer, require
from dispatch.intake.channels.email.entering import take_mail
from dispatch.intake.channels.email.headers import require_mail
from dispatch.intake.channels.handing import hand_in, try_again
from dispatch.intake.channels.heard import Heard, Sender, Threading
from dispatch.intake.channels.portals import handle_of, read_thread
from dispatch.intake.channels.taking import Taken, process
from dispatch.messaging.signatures import require_claims, require_signed
from dispatch.messaging.tokens import number_in
from dispatch.records.attachments import Given
from dispatch.records.catalogue.operations import INBOUND

CODES: Final = (400, 401, 409, 413, 415, 422)


class _Signed(Process):
    """A route for a gateway that signs what it sends."""

    channel: ClassVar[Channel]

    async def admit(self, request: Request) -> None:
        """Lets a signed message in. Raises NotSignedIn."""
        services: Services = request.app.state.services
        secret = secret_of(services.settings, self.channel)
        require_claims(secret, request.headers)
        require_signed(secret, request.headers, await request.body(), services.clock.now())


class _SignedText(_Signed):
    channel: ClassVar[Channel] = Channel.TEXT


class _SignedChat(_Signed):
    channel: ClassVar[Channel] = Channel.CHAT


class _Partner(Process):
    """A route for systems that sign in."""

    async def admit(self, request: Request) -> None:
        """Lets in who may hand messages in. Raises NotSignedIn, NotFromHere, Forbidden."""
        await super().admit(request)
        require(_viewer(request), Action.CREATE, Inbound)


text_router = APIRouter(tags=["inbound"], route_class=_SignedText)
chat_router = APIRouter(tags=["inbound"], route_class=_SignedChat)
partner_router = APIRouter(tags=["inbound"], route_class=_Partner, dependencies=list(SIGNED_IN))
desk_router = APIRouter(tags=["inbound"], route_class=Process, dependencies=list(SIGNED_IN))
list_router = Keeping(
    noun=INBOUND,
    path="inbound",
    one="inbound message",
    many="inbound messages",
    out=InboundOut,
    query=InboundQuery,
).router()
routers: Final[tuple[APIRouter, ...]] = (text_router, chat_router, partner_router, desk_router, list_router)


@text_router.post(
    "/inbound/text",
    response_model=TakenOut,
    status_code=201,
    operation_id="take_text",
    summary="Hand in a text message (signed by the gateway)",
    responses=failures(*CODES),
)
def take_text(body: TextIn, services: ServicesDep) -> Any:
    """A webhook by Standard Webhooks. The same id again is the same message, and gets the same answer."""
    replies_to = () if body.replies_to is None else (body.replies_to,)
    return _take(
        services,
        body.files,
        Heard(
            Channel.TEXT,
            body.id,
            services.clock.now(),
            body.body,
            sender=Sender(name=body.name, phone=body.sender),
            language=body.language,
            threading=Threading(replies_to=replies_to, ticket=number_in(body.body)),
        ),
    )


@chat_router.post(
    "/inbound/chat",
    response_model=TakenOut,
    status_code=201,
    operation_id="take_chat",
    summary="Hand in a chat message (signed by the gateway)",
    responses=failures(*CODES),
)
def take_chat(body: ChatIn, services: ServicesDep) -> Any:
    """A webhook by Standard Webhooks. What we answer goes to the same thread."""
    return _take(
        services,
        body.files,
        Heard(
            Channel.CHAT,
            body.id,
            services.clock.now(),
            body.body,
            sender=_sender(body.sender),
            language=body.language,
            threading=Threading(handle=body.thread, ticket=number_in(body.body)),
        ),
    )


@partner_router.post(
    "/inbound/portal",
    response_model=TakenOut,
    status_code=201,
    operation_id="take_portal",
    summary="Hand in a report of another system",
    responses=failures(*CODES, 403),
)
def take_portal(body: PortalIn, request: Request, services: ServicesDep) -> Any:
    """The id and the thread are the system's own: another system's do not get in their way."""
    owner = _viewer(request).user_id
    return _take(
        services,
        body.files,
        Heard(
            Channel.PORTAL,
            f"{owner}:{body.id}",
            services.clock.now(),
            body.body,
            sender=_sender(body.sender),
            subject=body.subject,
            language=body.language,
            facts={field: tuple(values) for field, values in body.facts.items()},
            threading=Threading(handle=None if body.thread is None else handle_of(owner, body.thread)),
            site_id=body.site_id,
            equipment_id=body.equipment_id,
        ),
    )


@partner_router.get(
    "/inbound/portal/threads/{thread}/messages",
    response_model=ThreadOut,
    operation_id="read_portal_thread",
    summary="Read a thread of your own system's",
    responses=failures(400, 401, 403, 404, 422),
)
def read_portal_thread(
    thread: Annotated[str, Path(min_length=1, max_length=LONGEST_ID, description="What you call the thread")],
    query: Annotated[ThreadQuery, Query()],
    request: Request,
    services: ServicesDep,
) -> Any:
    """What was said over the portal in a thread that it opened, and what is answered there. Ask now and then.

    After 200 messages ask for those after the last.
    """
    viewer = _viewer(request)
    with services.uow(viewer=viewer, read_only=True) as session:
        return {"items": read_thread(session, viewer, thread, after=query.after)}


@partner_router.post(
    "/inbound/email",
    response_model=TakenOut,
    status_code=201,
    operation_id="take_email",
    summary="Hand in an e-mail as it came (RFC 5322)",
    responses=failures(*CODES, 403),
)
def take_email(body: Annotated[bytes, Body(media_type="message/rfc822")], services: ServicesDep) -> Any:
    """For mail servers that hand mail on rather than keep a mailbox. What is no mail is refused, and not kept."""
    if body:
        require_mail(body)
    inbound_id = take_mail(services.uow, services.clock, services.intake, body)
    return _shown(process(services.uow, services.clock, services.intake, inbound_id))


@desk_router.post(
    "/inbound/{key}/retry",
    response_model=TakenOut,
    operation_id="retry_inbound",
    summary="Try to take a refused message in again",
    responses=failures(401, 403, 404, 409, 422),
)
def retry_inbound(key: RowId, request: Request, services: ServicesDep) -> Any:
    """Such as an e-mail that was refused; whatever it lacked may be there now."""
    return _shown(try_again(services.uow, services.clock, services.intake, _viewer(request), key))


def _take(services: Services, files: list[FileIn], heard: Heard) -> TakenOut:
    given = (Given(each.name, each.content) for each in files)
    return _shown(hand_in(services.uow, services.clock, services.intake, heard, given))


def _shown(taken: Taken) -> TakenOut:
    return TakenOut(inbound_id=taken.inbound_id, status=taken.status, ticket=taken.number, why=taken.why)


def _sender(said: SenderIn) -> Sender:
    return Sender(said.name, said.email or "", said.phone or "", said.organisation, said.function)


def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request.state.identity.viewer
    return viewer
