"""How the routes' failures are described in OpenAPI."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE


class FaultOut(BaseModel):
    """One thing wrong with a request."""

    model_config = ConfigDict(extra="allow")

    pointer: str = Field(description="JSON pointer to the field", examples=["/duration_seconds"])
    detail: str = Field(description="What is wrong, and what would be right")


class Problem(BaseModel):
    """What every failure is told as (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="What programs tell problems apart by", examples=["urn:dispatch:not-found"])
    title: str = Field(description="The kind of problem in words", examples=["There is no such thing"])
    status: int = Field(description="The status code", examples=[404])
    detail: str = Field(
        description="What happened, and what to do next", examples=["There is no site 7, or not for you."]
    )
    instance: str | None = Field(default=None, description="The request's id", examples=["urn:dispatch:request:6f1c"])
    errors: list[FaultOut] = Field(default=[], description="Everything wrong with the request, one by one")


_SAID: Final = {
    400: "The body is not JSON",
    401: "Nobody is signed in",
    403: "The viewer's role may not do this, or a form came from another site",
    404: "There is none, or not for this viewer",
    409: "It is no longer as it was seen, or a rule of the business forbids it",
    412: "The record is at another version by now",
    413: "The body is too large",
    415: "The body is not of a type that is read here",
    422: "The request is malformed; every fault is listed",
    428: "If-Match is missing",
    429: "Too many attempts; Retry-After says how long to wait",
    503: "The database or something outside is busy or away; Retry-After says how long to wait",
}


def failures(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may fail in these ways; 503 always is one of them."""
    document = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": _SAID[code], "content": document} for code in (*codes, 503)}
