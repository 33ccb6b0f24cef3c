"""Knowledge articles: found while somebody types, and tickets that one of them solves without a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

from sklearn.feature_extraction.text import TfidfVectorizer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Article, Equipment
from dispatch.access import Action, Viewer, require
from dispatch.intake.triage.words import plain
from dispatch.records.nouns import Noun

ARTICLES: Final = Noun(Article, prefix="KB", search=("number", "title", "symptom"))

LEAST_LIKENESS: Final = 0.08
"""Below this an article is not about the words typed."""

SAME_MODEL: Final = 1.5
"""How much more an article of the very model counts than one of its kind."""


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article, and how much it is like what was typed (0..1)."""

    article: Article
    likeness: float


@dataclass(frozen=True, slots=True)
class _Index:
    """All articles as vectors; `state` tells whether they are still those of the database."""

    state: tuple[int, datetime | None]
    ids: Sequence[int]
    letters: TfidfVectorizer
    rows: Any


_lock: Final = Lock()
_kept: Final[WeakKeyDictionary[Any, _Index | None]] = WeakKeyDictionary()


def found(
    session: Session,
    viewer: Viewer,
    text: str,
    *,
    equipment_id: int | None = None,
    kind: str | None = None,
    model: str | None = None,
    limit: int = 5,
) -> list[FoundArticle]:
    """The articles that are most like these words, for this unit, or its kind and model, the likest first.

    Articles of other kinds and models are left out, and those that are retired.

    Raises Forbidden.
    """
    require(viewer, Action.READ, Article)
    unit = session.scalar(select(Equipment).where(Equipment.id == equipment_id)) if equipment_id is not None else None
    if unit is not None:
        kind, model = unit.kind, unit.model
    index = _index(session)
    if index is None or not text.strip():
        return []
    likenesses = (index.rows @ index.letters.transform([plain(text)]).T).toarray().ravel()
    by_id = {key: float(score) for key, score in zip(index.ids, likenesses, strict=True) if score >= LEAST_LIKENESS}
    query = select(Article).where(Article.id.in_(sorted(by_id)), Article.retired.is_(False))
    fitting = [article for article in session.scalars(query) if _fits(article, kind, model)]
    scored = [FoundArticle(article, _score(by_id[article.id], article, model)) for article in fitting]
    return sorted(scored, key=lambda each: (-each.likeness, each.article.id))[:limit]


def _fits(article: Article, kind: str | None, model: str | None) -> bool:
    is_kind = kind is None or article.equipment_kind in (None, kind)
    return is_kind and (model is None or article.model in (None, model))


def _score(likeness: float, article: Article, model: str | None) -> float:
    return round(min(1.0, likeness * (SAME_MODEL if model and article.model == model else 1.0)), 3)


def _index(session: Session) -> _Index | None:
    """The articles' vectors, made anew when one of them has changed."""
    state = session.execute(select(func.count(), func.max(Article.updated_at))).one()
    reached: tuple[int, datetime | None] = (state[0], state[1])
    pool = session.get_bind().engine.pool
    with _lock:
        kept = _kept.get(pool)
        if kept is None or kept.state != reached:
            kept = _kept[pool] = _make(session, reached)
        return kept


def _make(session: Session, state: tuple[int, datetime | None]) -> _Index | None:
    articles = session.scalars(select(Article).order_by(Article.id)).all()
    if not articles:
        return None
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    # Who types describes a symptom: it counts twice, the remedy once.
    texts = [plain(" ".join((each.title, each.symptom, each.symptom, each.remedy))) for each in articles]
    return _Index(state, [each.id for each in articles], letters, letters.fit_transform(texts))
