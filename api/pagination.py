"""Lists a page at a time: opaque cursors, and Link headers."""

import base64
import binascii
import json
from datetime import date, datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Query
from dispatch.errors import Fault, Invalid
from dispatch.records.pages import LARGEST, Order

Item = TypeVar("Item")
DEFAULT_LIMIT: Final = 50

Sorting = Literal["id", "-id", "updated_at", "-updated_at"]


class PageQuery(Query):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=LARGEST, description="How many records at most")] = DEFAULT_LIMIT
    after: Annotated[
        str | None, Field(max_length=500, description="Where to go on: the cursor of the page before, as it came")
    ] = None


class SortedQuery(PageQuery):
    """Which part of a list, in which order."""

    order: Annotated[Sorting, Field(description="By what the list is ordered; - for descending")] = "id"


class PageOut(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(extra="forbid")

    items: list[Item] = Field(description="The records")
    next: str | None = Field(
        description="The address of the next page; null when this is the last one", examples=["/v1/sites?after=WyJpZC"]
    )


def order_of(query: PageQuery) -> Order:
    """The order a list is asked for in."""
    said = query.order if isinstance(query, SortedQuery) else "id"
    return Order(said.removeprefix("-"), said.startswith("-"))


def start_of(query: PageQuery) -> tuple[Any, int] | None:
    """Where the page starts.

    Raises Invalid when the cursor is not one of ours, or belongs to a list in another order.
    """
    if query.after is None:
        return None
    order = order_of(query)
    try:
        kind, said, key, by = json.loads(base64.urlsafe_b64decode(query.after + "=" * (-len(query.after) % 4)))
        value = _READ[kind](said)
    except (ValueError, TypeError, KeyError, binascii.Error, UnicodeDecodeError):
        kind, value, key, by = None, None, None, None
    if kind is None or not isinstance(key, int) or abs(key) >= 2**63 or by != [order.column, order.descending]:
        msg = "The cursor after is not of this list in this order; start without it."
        raise Invalid(msg, (Fault("/after", msg),))
    return value, key


def finish_page(request: Request, response: Response, query: PageQuery, after: tuple[Any, int] | None) -> str | None:
    """The address of the next page, also put into the Link header (RFC 8288); None when there is none."""
    if after is None:
        return None
    order = order_of(query)
    kind = "t" if isinstance(after[0], datetime) else "d" if isinstance(after[0], date) else "v"
    said = after[0] if kind == "v" else after[0].isoformat()
    document = json.dumps([kind, said, after[1], [order.column, order.descending]], separators=(",", ":"))
    cursor = base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    address = f"{request.url.path}?{urlencode([*others, ('after', cursor)])}"
    response.headers["Link"] = f'<{address}>; rel="next"'
    return address


def _plain(said: Any) -> int | str:
    if isinstance(said, int) and not isinstance(said, bool) and abs(said) < 2**63:
        return said
    raise ValueError(said)


def _instant(said: str) -> datetime:
    value = datetime.fromisoformat(said)
    if value.tzinfo is None:
        raise ValueError(said)
    return value


_READ: Final[dict[str, Any]] = {"t": _instant, "d": date.fromisoformat, "v": _plain}
