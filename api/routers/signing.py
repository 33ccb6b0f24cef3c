"""Signing in and out, who am I, and tokens."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.auth import Identity, Proof, clear_cookie, cookie_name, require_same_origin, set_cookie
from api.dependencies import AskDep, RowId, ServicesDep
from api.pagination import PageOut, finish_page, start_of
from api.responses import failures
from api.schemas.signing import MeOut, NewTokenOut, SignIn, TokenCreate, TokenOut, TokenQuery
from api.transaction import SecretTransaction, Transaction
from dispatch.access import Viewer
from dispatch.access.sign_ins import end_sign_in
from dispatch.access.users import issue_token, revoke_token
from dispatch.errors import Forbidden
from dispatch.records.catalogue.users import TOKENS
from dispatch.records.pages import page
from dispatch.records.views import views

open_router = APIRouter(tags=["signing in"])
"""Routes for who is not known yet."""

router = APIRouter(tags=["signing in"], route_class=Transaction)

secret_router = APIRouter(tags=["signing in"], route_class=SecretTransaction)
"""Routes whose answers hold a secret, and are not kept for retries."""


@open_router.post(
    "/sign-in",
    response_model=MeOut,
    operation_id="sign_in",
    summary="Sign in with a browser",
    responses=failures(400, 401, 403, 413, 415, 422, 429),
)
def sign_in(body: SignIn, request: Request, response: Response, services: ServicesDep) -> Any:
    """Sets the cookie of the sign-in. Clients that are no browsers use tokens."""
    require_same_origin(request, services)
    address = request.client.host if request.client is not None else "unknown"
    previous = request.cookies.get(cookie_name(services))
    signed_in = services.door.sign_in(body.email, body.password, address=address, previous_secret=previous)
    set_cookie(response, signed_in, services)
    return _me(Identity(signed_in.viewer, Proof.COOKIE, signed_in.secret))


@router.post("/sign-out", status_code=204, operation_id="sign_out", summary="Sign out", responses=failures(401, 403))
def sign_out(ask: AskDep) -> Response:
    """Ends the sign-in of this browser."""
    if ask.identity.cookie_secret is not None:
        end_sign_in(ask.session, ask.identity.cookie_secret, ask.clock.now())
    response = Response(status_code=204)
    clear_cookie(response, ask.services)
    return response


@router.get("/me", response_model=MeOut, operation_id="get_me", summary="Who am I", responses=failures(401))
def get_me(ask: AskDep) -> Any:
    """Who is asking, and what a browser sends back as X-CSRF-Token."""
    return _me(ask.identity)


@router.get(
    "/tokens",
    response_model=PageOut[TokenOut],
    operation_id="list_tokens",
    summary="List tokens",
    responses=failures(401, 422),
)
def list_tokens(ask: AskDep, request: Request, response: Response, query: Annotated[TokenQuery, Query()]) -> Any:
    """Your own tokens; an administrator sees all."""
    found = page(
        ask.session,
        ask.viewer,
        TOKENS,
        limit=query.limit,
        after=start_of(query),
        filters={"user_id": query.user_id},
    )
    items = [TokenOut.model_validate(each) for each in views(ask.session, TOKENS, found.rows)]
    return PageOut(items=items, next=finish_page(request, response, query, found.after))


@secret_router.post(
    "/tokens",
    status_code=201,
    response_model=NewTokenOut,
    operation_id="create_token",
    summary="Issue a token",
    responses=failures(400, 401, 403, 404, 413, 415, 422),
)
def create_token(ask: AskDep, body: TokenCreate) -> Any:
    """For yourself, when you signed in with your password; for others, as an administrator."""
    viewer: Viewer = ask.viewer
    if ask.identity.proof is Proof.TOKEN and not viewer.sees_everything:
        msg = "A token makes no tokens: sign in with your password, or ask an administrator."
        raise Forbidden(msg)
    user_id = body.user_id or viewer.user_id
    if user_id is None:
        msg = "Say for whom the token is: user_id."
        raise Forbidden(msg)
    token, secret = issue_token(
        ask.session,
        viewer,
        user_id,
        name=body.name,
        now=ask.clock.now(),
        lasts=timedelta(days=body.days),
        device_id=body.device_id,
    )
    return NewTokenOut.model_validate(views(ask.session, TOKENS, (token,))[0] | {"token": secret})


@router.delete(
    "/tokens/{key}",
    status_code=204,
    operation_id="revoke_token",
    summary="Revoke a token",
    responses=failures(401, 404, 422),
)
def delete_token(ask: AskDep, key: RowId) -> None:
    """Ends the token at once; it stays listed."""
    revoke_token(ask.session, ask.viewer, key, now=ask.clock.now())


def _me(identity: Identity) -> MeOut:
    viewer = identity.viewer
    if viewer.role is None:
        msg = "The system itself has no profile."
        raise Forbidden(msg)
    return MeOut(
        user_id=viewer.user_id,
        name=viewer.name,
        role=viewer.role,
        technician_id=viewer.technician_id,
        territory_ids=sorted(viewer.territory_ids),
        csrf_token=identity.csrf_token,
    )
