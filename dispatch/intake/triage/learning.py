"""Learns from past words which work type new ones lead to: TF-IDF of character n-grams, then logistic regression.

What was learned is kept in this process per database, until the past has grown by a few per cent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import WorkType
from dispatch.intake.triage.past import Case, Extent, cases, extent, names
from dispatch.intake.triage.words import plain

UNIT_WEIGHT: Final = 0.5
"""How much kind and model of the unit count beside the words."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned: `guess` gives a probability for each work type. cases: how many texts it rests on."""

    letters: TfidfVectorizer
    units: TfidfVectorizer
    judge: LogisticRegression
    cases: int
    kinds: dict[int, str | None]

    def guess(self, text: str, kind: str, model: str) -> dict[int, float]:
        """The probability of each work type for these words on such a unit; types of other kinds have none."""
        row = _features(self.letters, self.units, [Case(text, kind, model, 0)])
        shares = self.judge.predict_proba(row)[0]
        fitting = {
            int(work_type): float(share)
            for work_type, share in zip(self.judge.classes_, shares, strict=True)
            if not kind or self.kinds.get(int(work_type)) in (None, kind)
        }
        whole = sum(fitting.values())
        return {work_type: share / whole for work_type, share in fitting.items()} if whole else {}

    def knows(self, text: str) -> bool:
        """Whether anything in the words was ever seen."""
        return bool(self.letters.transform([plain(text)]).nnz)


_lock: Final = Lock()
_kept: Final[WeakKeyDictionary[Any, tuple[Extent, Learned | None]]] = WeakKeyDictionary()


def learned(session: Session) -> Learned | None:
    """What this database's past teaches; None where there are fewer than two work types."""
    reached = extent(session)
    pool = session.get_bind().engine.pool
    with _lock:
        kept = _kept.get(pool)
        if kept is None or kept[0] != reached:
            kept = _kept[pool] = (reached, _learn_from(session, reached))
        return kept[1]


def _learn_from(session: Session, reached: Extent) -> Learned | None:
    work_types = session.scalars(select(WorkType).order_by(WorkType.id)).all()
    return learn(cases(session, reached), names(work_types), {each.id: each.equipment_kind for each in work_types})


def learn(past: Sequence[Case], named: Sequence[Case], kinds: dict[int, str | None]) -> Learned | None:
    """What these cases teach; None with fewer than two work types. The same cases teach the same.

    Each work type counts as much as any other however rare it is, so that words decide, not habits.
    """
    if len({case.work_type_id for case in (*past, *named)}) < 2:
        return None
    counted = Counter((*past, *named))
    distinct = sorted(counted, key=lambda case: (case.work_type_id, case.kind, case.model, case.text))
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, max_features=20_000)
    units = TfidfVectorizer(analyzer=str.split, binary=True)
    letters.fit([plain(case.text) for case in distinct])
    units.fit([_unit(case) for case in distinct])
    judge = LogisticRegression(C=10.0, max_iter=300, class_weight="balanced")
    judge.fit(
        _features(letters, units, distinct),
        np.array([case.work_type_id for case in distinct]),
        sample_weight=np.sqrt([counted[case] for case in distinct]),
    )
    return Learned(letters, units, judge, len(past), kinds)


def _features(letters: TfidfVectorizer, units: TfidfVectorizer, rows: Sequence[Case]) -> Any:
    words = letters.transform([plain(case.text) for case in rows])
    return hstack([words, UNIT_WEIGHT * units.transform([_unit(case) for case in rows])]).tocsr()


def _unit(case: Case) -> str:
    """Kind and model as two words."""
    return f"kind:{case.kind or '-'} model:{case.model.replace(' ', '_') or '-'}"
