"""The common routes of a noun: list, get, create, edit, delete."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import AcceptBroken, AskDep, IdempotencyKey, IfMatch, RowId
from api.pagination import PageOut, PageQuery, SortedQuery, finish_page, order_of, start_of
from api.responses import failures
from api.schemas.base import In, Out
from api.transaction import Ask, Transaction
from dispatch.promises.at_stake import AtStake, refuse
from dispatch.records.keep import create, delete, edit, read
from dispatch.records.nouns import Noun
from dispatch.records.pages import page
from dispatch.records.views import view, views

_PAGING: Final = frozenset({"limit", "after", "order"})
Shown = TypeVar("Shown", bound=Out)


@dataclass(frozen=True)
class Keeping(Generic[Shown]):
    """Which common routes a noun has, and their schemas.

    path: the last part of the address: "sites". one, many: what the descriptions call the records.
    create, edit: None: there is no such route.
    after: what else is done in the same transaction once a record was made (True) or edited.
    edited: what the answer to an edit is, where it is more than the record, and what it holds besides.
    stakes: the promises that a record as it now is would break; it is refused unless the request accepts that.
    """

    noun: Noun[Any]
    path: str
    one: str
    many: str
    out: type[Shown]
    query: type[PageQuery] = SortedQuery
    create: type[In] | None = None
    edit: type[In] | None = None
    deletes: bool = False
    after: Callable[[Ask, Any, bool], None] | None = None
    edited: tuple[type[Out], Callable[[Ask, Any], dict[str, Any]]] | None = None
    stakes: Callable[[Ask, Any], Collection[AtStake]] | None = None

    def router(self) -> APIRouter:
        """A router with these routes."""
        router = APIRouter(prefix=f"/{self.path}", tags=[self.many], route_class=Transaction)
        _add_reading(router, self)
        if self.create is not None:
            _add_create(router, self, self.create)
        if self.edit is not None:
            _add_edit(router, self, self.edit)
        if self.deletes:
            _add_delete(router, self)
        return router


def typed(handler: Callable[..., Any], **annotations: Any) -> Callable[..., Any]:
    """The handler, with the annotations that FastAPI is to read; these are only known when the routes are made."""
    handler.__annotations__ |= annotations
    return handler


def tagged(response: Response, shown: Mapping[str, Any]) -> None:
    """Puts the record's tag into the ETag header."""
    response.headers["ETag"] = f'"{shown["tag"]}"'


def _add_reading(router: APIRouter, keeping: Keeping[Shown]) -> None:
    noun, out = keeping.noun, keeping.out

    def list_records(ask: AskDep, request: Request, response: Response, query: PageQuery) -> Any:
        filters = {name: value for name, value in query.model_dump().items() if name not in _PAGING}
        found = page(
            ask.session,
            ask.viewer,
            noun,
            limit=query.limit,
            order=order_of(query),
            after=start_of(query),
            filters=filters,
        )
        items = [out.model_validate(each) for each in views(ask.session, noun, found.rows)]
        return PageOut(items=items, next=finish_page(request, response, query, found.after))

    def get_record(ask: AskDep, response: Response, key: RowId) -> Any:
        shown = view(ask.session, noun, read(ask.session, ask.viewer, noun, key))
        tagged(response, shown)
        return out.model_validate(shown)

    router.add_api_route(
        "",
        typed(list_records, query=Annotated[keeping.query, Query()]),
        methods=["GET"],
        response_model=PageOut[out],  # type: ignore[valid-type]  # a schema chosen at run time
        operation_id=f"list_{_identifier(keeping.path)}",
        summary=f"List {keeping.many}",
        responses=failures(401, 403, 422),
    )
    router.add_api_route(
        "/{key}",
        get_record,
        methods=["GET"],
        response_model=out,
        operation_id=f"get_{_identifier(keeping.one)}",
        summary=f"Get {_a(keeping.one)}",
        responses=failures(401, 403, 404, 422),
    )


def _add_create(router: APIRouter, keeping: Keeping[Shown], schema: type[In]) -> None:
    noun, out = keeping.noun, keeping.out

    def create_record(
        ask: AskDep,
        request: Request,
        response: Response,
        body: In,
        _key: IdempotencyKey,
        accepted: AcceptBroken = False,
    ) -> Any:
        row = create(ask.session, ask.viewer, noun, body.given())
        _refuse_breaking(keeping, ask, row, accepted)
        if keeping.after is not None:
            keeping.after(ask, row, True)
        shown = view(ask.session, noun, row)
        tagged(response, shown)
        response.headers["Location"] = f"{request.url.path}/{row.id}"
        return out.model_validate(shown)

    router.add_api_route(
        "",
        _without_acceptance(keeping, typed(create_record, body=schema)),
        methods=["POST"],
        status_code=201,
        response_model=out,
        operation_id=f"create_{_identifier(keeping.one)}",
        summary=f"Create {_a(keeping.one)}",
        responses=failures(400, 401, 403, 409, 413, 415, 422),
    )


def _add_edit(router: APIRouter, keeping: Keeping[Shown], schema: type[In]) -> None:
    noun = keeping.noun
    out, besides = keeping.edited or (keeping.out, _nothing)

    def edit_record(
        ask: AskDep, response: Response, key: RowId, tag: IfMatch, body: In, accepted: AcceptBroken = False
    ) -> Any:
        row = edit(ask.session, ask.viewer, noun, key, tag, body.said())
        _refuse_breaking(keeping, ask, row, accepted)
        if keeping.after is not None:
            keeping.after(ask, row, False)
        shown = view(ask.session, noun, row) | besides(ask, row)
        tagged(response, shown)
        return out.model_validate(shown)

    router.add_api_route(
        "/{key}",
        _without_acceptance(keeping, typed(edit_record, body=schema)),
        methods=["PATCH"],
        response_model=out,
        operation_id=f"edit_{_identifier(keeping.one)}",
        summary=f"Edit {_a(keeping.one)}: what is not named stays",
        responses=failures(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
    )


def _add_delete(router: APIRouter, keeping: Keeping[Shown]) -> None:
    noun = keeping.noun

    def delete_record(ask: AskDep, key: RowId, tag: IfMatch) -> None:
        delete(ask.session, ask.viewer, noun, key, tag)

    router.add_api_route(
        "/{key}",
        delete_record,
        methods=["DELETE"],
        status_code=204,
        operation_id=f"delete_{_identifier(keeping.one)}",
        summary=f"Delete {_a(keeping.one)} that nothing refers to",
        responses=failures(401, 403, 404, 409, 412, 422, 428),
    )


def _refuse_breaking(keeping: Keeping[Any], ask: Ask, row: Any, accepted: bool) -> None:
    if keeping.stakes is not None:
        refuse(keeping.stakes(ask, row), accepted=accepted)


def _without_acceptance(keeping: Keeping[Any], handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler; where no promises can be at stake, nobody is asked whether they accept that."""
    if keeping.stakes is None:
        whole = signature(handler)
        asked = [each for name, each in whole.parameters.items() if name != "accepted"]
        handler.__signature__ = whole.replace(parameters=asked)  # type: ignore[attr-defined]  # what FastAPI reads
    return handler


def _nothing(_ask: Ask, _row: Any) -> dict[str, Any]:
    return {}


def _identifier(words: str) -> str:
    return words.replace("-", "_").replace(" ", "_")


def _a(words: str) -> str:
    return f"an {words}" if words[0] in "aeio" else f"a {words}"
