"""Endpoints of other systems that are told what happens."""

from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from api.dependencies import AskDep, RowId
from api.keeping import Keeping, tagged
from api.reception import gate_of
from api.responses import failures
from api.schemas.webhooks import WebhookCreate, WebhookEdit, WebhookMade, WebhookOut, WebhookQuery, WebhookTested
from api.transaction import Ask, SecretTransaction, Transaction
from db.models import WebhookEndpoint
from dispatch.records.catalogue.webhooks import WEBHOOKS, rotate, send_test
from dispatch.records.keep import create
from dispatch.records.views import view

_secret = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=SecretTransaction)
_acts = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=Transaction)


def _require_target(ask: Ask, row: WebhookEndpoint, _is_new: bool) -> None:
    gate_of(ask.services.settings).refuse_target(row.url)


def _made(ask: Ask, response: Response, row: WebhookEndpoint) -> WebhookMade:
    shown = view(ask.session, WEBHOOKS, row)
    tagged(response, shown)
    return WebhookMade.model_validate(shown | {"secret": row.secret})


@_secret.post(
    "",
    status_code=201,
    response_model=WebhookMade,
    operation_id="create_webhook",
    summary="Create a webhook; its secret is shown this once",
    responses=failures(400, 401, 403, 409, 413, 415, 422),
)
def post_webhook(ask: AskDep, request: Request, response: Response, body: WebhookCreate) -> Any:
    """Only addresses of the internet, over https, unless an operator lists the host."""
    row = create(ask.session, ask.viewer, WEBHOOKS, body.given())
    _require_target(ask, row, True)
    response.headers["Location"] = f"{request.url.path}/{row.id}"
    return _made(ask, response, row)


@_secret.post(
    "/{key}/rotate",
    response_model=WebhookMade,
    operation_id="rotate_webhook_secret",
    summary="Give a webhook a new secret; the one before signs too for a day",
    responses=failures(401, 403, 404, 413, 415, 422),
)
def post_rotate(ask: AskDep, response: Response, key: RowId) -> Any:
    """The new secret is shown this once."""
    return _made(ask, response, rotate(ask.session, ask.viewer, key))


@_acts.post(
    "/{key}/test",
    status_code=202,
    response_model=WebhookTested,
    operation_id="test_webhook",
    summary="Send a test to a webhook",
    responses=failures(400, 401, 403, 404, 409, 413, 415, 422),
)
def post_webhook_test(ask: AskDep, key: RowId) -> Any:
    """It goes as all else does; `failing_since` and `GET /v1/outbox?topic=webhook.send` tell what came of it."""
    return WebhookTested(id=send_test(ask.session, ask.viewer, key, uuid4().hex))


routers: Final[tuple[APIRouter, ...]] = (
    Keeping(
        noun=WEBHOOKS,
        path="webhooks",
        one="webhook",
        many="webhooks",
        out=WebhookOut,
        query=WebhookQuery,
        edit=WebhookEdit,
        deletes=True,
        after=_require_target,
    ).router(),
    _secret,
    _acts,
)
