"""The review queue: pairs of tickets that may be about the same."""

from typing import Any

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.keeping import Keeping
from api.reception import thresholds
from api.routers.intake.shapes import acts
from api.schemas.intake.matches import DecisionOut, MatchOut, ReviewQuery
from db.models import MatchPair
from dispatch.intake.reviews import review
from dispatch.records.nouns import Noun

router = Keeping(
    noun=Noun(MatchPair), path="reviews", one="review", many="reviews", out=MatchOut, query=ReviewQuery
).router()


@acts(router, "/{key}/accept", DecisionOut, "accept_review", "Say that two tickets are about the same", has_body=False)
def accept_review(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """They become one work order; nothing is moved or lost, and it can be undone."""
    return _told(review.accept(ask.session, ask.viewer, key))


@acts(
    router,
    "/{key}/reject",
    DecisionOut,
    "reject_review",
    "Say that two tickets are about different things",
    has_body=False,
)
def reject_review(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """They stay apart, whatever the score says later."""
    return _told(review.reject(ask.session, ask.viewer, key))


@acts(router, "/{key}/undo", DecisionOut, "undo_review", "Take a decision on two tickets back", has_body=False)
def undo_review(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """Everything is as if nobody had decided; the pair waits again."""
    return _told(review.undo(ask.session, ask.viewer, key, thresholds(ask.services.settings)))


def _told(reviewed: review.Reviewed) -> DecisionOut:
    return DecisionOut(
        review=MatchOut.model_validate(reviewed.pair, from_attributes=True),
        work_order_id=reviewed.change.work_order_id if reviewed.change is not None else None,
        said=reviewed.said,
    )
