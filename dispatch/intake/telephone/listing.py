"""Which calls somebody has in hand, and whom we promised to call back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.models import Call, CallEvent, CallEventKind, User
from dispatch.access import Action, Viewer, elevated, require
from dispatch.intake.telephone.calls import CallState, state

_CALLBACKS = (CallEventKind.CALLBACK_PROMISED, CallEventKind.CALLED_BACK)


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call in hand. handed_by: whose it was before, None: nobody's; note: what they say of it."""

    call: Call
    state: CallState
    handed_by: str | None = None
    handed_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """A promise to call back. whose: who has the call; is_mine: that is the viewer; overdue: its time has passed."""

    call: Call
    due_at: datetime
    note: str
    whose: str
    is_mine: bool
    overdue: bool


def open_calls(session: Session, viewer: Viewer, most: int) -> list[OpenCall]:
    """The viewer's calls that have not ended: those that somebody handed to them first, then the latest.

    Raises Forbidden.
    """
    require(viewer, Action.READ, Call)
    query = select(Call).where(Call.taken_by_id == viewer.user_id, Call.ended_at.is_(None))
    found = list(session.scalars(query.order_by(Call.started_at.desc(), Call.id.desc()).limit(most)))
    handed = {each.id: _handed(session, each, viewer) for each in found}
    names = _names(session, (event.by_id for event in handed.values() if event is not None))
    lines = []
    for call in found:
        event = handed[call.id]
        if event is None:
            lines.append(OpenCall(call, state(session, call)))
        else:
            lines.append(OpenCall(call, state(session, call), names.get(event.by_id, ""), event.at, event.note))
    return sorted(lines, key=lambda line: line.handed_by is None)


def open_callbacks(session: Session, viewer: Viewer, most: int) -> list[Callback]:
    """The callbacks that were promised and not made yet, of calls that the viewer may see; the most overdue first.

    Raises Forbidden.
    """
    require(viewer, Action.READ, Call)
    later = aliased(CallEvent)
    superseded = (
        select(later.id).where(later.call_id == CallEvent.call_id, later.id > CallEvent.id, later.kind.in_(_CALLBACKS))
    ).exists()
    query = (
        select(CallEvent, Call)
        .join(Call, Call.id == CallEvent.call_id)
        .where(CallEvent.kind == CallEventKind.CALLBACK_PROMISED, CallEvent.due_at.is_not(None), ~superseded)
        .order_by(CallEvent.due_at, CallEvent.id)
    )
    found = [(event, call) for event, call in session.execute(query.limit(most))]
    names, now = _names(session, (call.taken_by_id for _, call in found)), session.info["now"]()
    return [
        Callback(
            call=call,
            due_at=event.due_at,
            note=event.note,
            whose=names.get(call.taken_by_id, ""),
            is_mine=call.taken_by_id == viewer.user_id,
            overdue=event.due_at <= now,
        )
        for event, call in found
        if event.due_at is not None
    ]


def _handed(session: Session, call: Call, viewer: Viewer) -> CallEvent | None:
    """How the call came to the viewer, where somebody else handed it over."""
    query = select(CallEvent).where(CallEvent.call_id == call.id, CallEvent.kind == CallEventKind.TRANSFERRED)
    last = session.scalars(query.order_by(CallEvent.id.desc()).limit(1)).first()
    return last if last is not None and last.to_user_id == viewer.user_id else None


def _names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    with elevated(session, "colleagues"):
        query = select(User.id, User.name).where(User.id.in_(sorted(set(ids))))
        return dict(session.execute(query).all())
