"""Knowledge articles."""

from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Code, EntityOut, In, Language, LongText, Name, Out, Query, Ref, edit_of

Model = Annotated[str, Field(min_length=1, max_length=100)]


class ArticleOut(EntityOut):
    """What helps with a symptom."""

    number: str = Field(description="The human number", examples=["KB-17"])
    title: str = Field(description="In a few words")
    symptom: str = Field(description="What people say is wrong")
    remedy: str = Field(description="What to do")
    equipment_kind: str | None = Field(description="For which kind of equipment; null: for all")
    model: str | None = Field(description="For which model; null: for all")
    language: str = Field(description="In which language (BCP 47)")
    without_visit: bool = Field(description="Whether a customer may do it, so that no visit is needed")
    retired: bool = Field(description="Whether it is no longer found")


class ArticleCreate(In):
    """A new article."""

    title: Name
    symptom: Annotated[LongText, Field(min_length=1)]
    remedy: Annotated[LongText, Field(min_length=1)]
    equipment_kind: Code | None = None
    model: Model | None = None
    language: Language = "en"
    without_visit: bool = False


class _ArticleChanges(ArticleCreate):
    """What may change of an article."""

    retired: bool


ArticleEdit = edit_of(_ArticleChanges, "ArticleEdit")


class ArticleQuery(SortedQuery):
    """Which articles."""

    q: Annotated[str | None, Field(max_length=100, description="Part of the number, title or symptom")] = None
    equipment_kind: Annotated[Code | None, Field(description="For which kind")] = None
    retired: Annotated[bool | None, Field(description="Whether retired")] = None


class ArticleSearch(Query):
    """What is wrong, and on what."""

    text: Annotated[str, Field(min_length=1, max_length=2000, description="What is wrong, as it is being typed")]
    equipment_id: Annotated[Ref | None, Field(description="On which unit")] = None
    kind: Annotated[Code | None, Field(description="On which kind of equipment, if the unit is not known")] = None
    model: Annotated[Model | None, Field(description="On which model, if the unit is not known")] = None
    limit: Annotated[int, Field(ge=1, le=20, description="How many at most")] = 5


class FoundArticleOut(Out):
    """An article that may help."""

    likeness: float = Field(description="How much it is like what was typed, 0 to 1")
    article: ArticleOut = Field(description="The article")


class FoundArticlesOut(Out):
    """Articles that may help."""

    items: list[FoundArticleOut] = Field(description="The likest first")


class SolveIn(In):
    """The article that solved it."""

    article_id: Ref
    danger_is_over: Annotated[
        bool, Field(description="That nobody is in danger any more; a ticket of an emergency is not solved without it")
    ] = False


class SolvedOut(Out):
    """What came of it."""

    ticket_id: int = Field(description="The ticket, resolved")
    cancelled_work_order_id: int | None = Field(description="The work order that was only for it, cancelled")
    said: str = Field(description="What happened, in words")


class ReportCodeOut(Out):
    """How anybody reports about a unit without signing in."""

    code: str = Field(description="What the QR code and short link hold; it tells nothing about the unit")
    path: str = Field(description="The short link's path", examples=["/q/3Jx0k2lQd8aY7fBw"])
    svg: str = Field(description="The path of the QR code as a picture to print")
