"""The reviewer's page: two tickets side by side, what speaks for and against, and a button each way."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.dependencies import AskDep
from api.pages.intake_pages import local_time
from api.pages.page_route import PageRoute, visitor
from api.pages.render import render
from api.reception import thresholds
from dispatch.errors import NotFound
from dispatch.intake.reviews import review, reviewing

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SHOWN: Final = 10
_DECISIONS: Final = frozenset({"accept", "reject", "undo"})


@router.get("/intake/review")
def show_review(ask: AskDep, done: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None) -> Response:
    """The pairs that wait, the most probable first, and the last decisions."""
    found = reviewing.queue(ask.session, ask.viewer, limit=_SHOWN + 1)
    page = render(
        "review.html",
        waiting=found[:_SHOWN],
        more=len(found) > _SHOWN,
        decided=reviewing.decided(ask.session, ask.viewer),
        done=done,
        local=local_time(ask),
        **visitor(ask),
    )
    return HTMLResponse(page)


@router.post("/intake/review/{key}/{decision}")
def decide(
    ask: AskDep, key: Annotated[int, Path(ge=1, le=2**63 - 1)], decision: Annotated[str, Path(max_length=20)]
) -> Response:
    """Accept, reject or undo; then the next one."""
    if decision not in _DECISIONS:
        raise NotFound(f"There is no decision {decision!r}; accept, reject or undo.")
    if decision == "undo":
        review.undo(ask.session, ask.viewer, key, thresholds(ask.services.settings))
    else:
        (review.accept if decision == "accept" else review.reject)(ask.session, ask.viewer, key)
    return RedirectResponse(f"/intake/review?done={key}", 303)
