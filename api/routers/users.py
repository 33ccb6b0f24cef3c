"""Users, their passwords, and devices."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.dependencies import AskDep, RowId
from api.keeping import Keeping, tagged
from api.responses import failures
from api.schemas.users import (
    DeviceCreate,
    DeviceEdit,
    DeviceOut,
    DeviceQuery,
    PasswordSet,
    UserCreate,
    UserEdit,
    UserOut,
    UserQuery,
)
from api.transaction import SecretTransaction
from dispatch.access.users import create_user, set_password
from dispatch.records.catalogue.users import DEVICES, USERS
from dispatch.records.views import view

_secret = APIRouter(prefix="/users", tags=["users"], route_class=SecretTransaction)
"""Requests that carry a password are not kept for retries."""


@_secret.post(
    "",
    status_code=201,
    response_model=UserOut,
    operation_id="create_user",
    summary="Create a user",
    responses=failures(400, 401, 403, 409, 413, 415, 422),
)
def post_user(ask: AskDep, request: Request, response: Response, body: UserCreate) -> Any:
    """With a password, or without one for who only uses tokens."""
    user = create_user(
        ask.session,
        ask.viewer,
        name=body.name,
        email=body.email,
        role=body.role,
        password=body.password,
        technician_id=body.technician_id,
        territory_ids=frozenset(each.territory_id for each in body.territories),
        passwords=ask.services.passwords,
    )
    shown = view(ask.session, USERS, user)
    tagged(response, shown)
    response.headers["Location"] = f"{request.url.path}/{user.id}"
    return UserOut.model_validate(shown)


@_secret.put(
    "/{key}/password",
    status_code=204,
    operation_id="set_password",
    summary="Set a password",
    responses=failures(400, 401, 403, 404, 413, 415, 422),
)
def put_password(ask: AskDep, key: RowId, body: PasswordSet) -> None:
    """Ends all sign-ins of that user. Who changes their own proves the current one."""
    set_password(
        ask.session,
        ask.viewer,
        key,
        body.password,
        passwords=ask.services.passwords,
        now=ask.clock.now(),
        current=body.current,
    )


routers: Final[tuple[APIRouter, ...]] = (
    Keeping(noun=USERS, path="users", one="user", many="users", out=UserOut, query=UserQuery, edit=UserEdit).router(),
    _secret,
    Keeping(
        noun=DEVICES,
        path="devices",
        one="device",
        many="devices",
        out=DeviceOut,
        query=DeviceQuery,
        create=DeviceCreate,
        edit=DeviceEdit,
        deletes=True,
    ).router(),
)
