"""Knowledge articles, and finding them."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from api.dependencies import AskDep
from api.keeping import Keeping
from api.responses import failures
from api.schemas.intake.articles import (
    ArticleCreate,
    ArticleEdit,
    ArticleOut,
    ArticleQuery,
    ArticleSearch,
    FoundArticleOut,
    FoundArticlesOut,
)
from api.transaction import Transaction
from dispatch.intake.articles import knowledge
from dispatch.records.views import view

_search = APIRouter(prefix="/articles", tags=["articles"], route_class=Transaction)


@_search.get(
    "/search",
    response_model=FoundArticlesOut,
    operation_id="search_articles",
    summary="Find articles that help with a symptom",
    responses=failures(401, 403, 422),
)
def search_articles(ask: AskDep, query: Annotated[ArticleSearch, Query()]) -> Any:
    """Quick enough to be asked with every letter typed."""
    found = knowledge.found(
        ask.session,
        ask.viewer,
        query.text,
        equipment_id=query.equipment_id,
        kind=query.kind,
        model=query.model,
        limit=query.limit,
    )
    items = [
        FoundArticleOut(
            likeness=each.likeness,
            article=ArticleOut.model_validate(view(ask.session, knowledge.ARTICLES, each.article)),
        )
        for each in found
    ]
    return FoundArticlesOut(items=items)


routers: Final[tuple[APIRouter, ...]] = (
    _search,
    Keeping(
        noun=knowledge.ARTICLES,
        path="articles",
        one="article",
        many="articles",
        out=ArticleOut,
        query=ArticleQuery,
        create=ArticleCreate,
        edit=ArticleEdit,
    ).router(),
)
