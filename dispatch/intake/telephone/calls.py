"""Telephone calls: who took one, how it went on, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Call, CallEvent, CallEventKind, Role, User, UserTerritory
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import Fault, Forbidden, Invalid, NotFound, RuleBroken
from dispatch.intake.telephone import callbacks
from dispatch.records.nouns import Collection, Noun

CALLS: Final = Noun(
    Call,
    collections=(Collection("events", CallEvent, "call_id", ("id",), order="at", kept=False),),
    search=("phone",),
)
LONGEST_NOTES: Final = 10_000
_TAKERS: Final = (Role.CALL_TAKER, Role.SCHEDULER, Role.ADMINISTRATOR)
_Kind = CallEventKind


class CallState(StrEnum):
    """How a call stands."""

    TALKING = "talking"
    ON_HOLD = "on_hold"
    ENDED = "ended"


def start(session: Session, viewer: Viewer, phone: str | None) -> Call:
    """A call that the viewer takes now; `phone`: the number shown, None: it was withheld.

    Raises Forbidden, also for who is no user; Invalid for a number that is too long.
    """
    require(viewer, Action.CREATE, Call)
    if phone is not None and len(phone) > 32:
        msg = f"The number has {len(phone)} characters; give at most 32."
        raise Invalid(msg, (Fault("/phone", msg),))
    call = Call(taken_by_id=_user(viewer), phone=phone or None, started_at=session.info["now"](), notes="")
    session.add(call)
    session.flush()
    note(session, viewer, Action.CREATE, call)
    session.flush()
    return call


def get(session: Session, viewer: Viewer, call_id: int, *, lock: bool = False) -> Call:
    """A call that the viewer took, was handed, or that is about a ticket of theirs.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.EDIT if lock else Action.READ, Call)
    query = select(Call).where(Call.id == call_id)
    call = session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)
    if call is None:
        raise NotFound(f"There is no call {call_id}, or not for you.")
    return call


def events(session: Session, call: Call) -> Sequence[CallEvent]:
    """What happened during and after a call, in order."""
    return session.scalars(select(CallEvent).where(CallEvent.call_id == call.id).order_by(CallEvent.id)).all()


def state(session: Session, call: Call) -> CallState:
    """How a call stands."""
    if call.ended_at is not None:
        return CallState.ENDED
    held = [each.kind for each in events(session, call) if each.kind in (_Kind.HOLD, _Kind.RESUMED, _Kind.TRANSFERRED)]
    return CallState.ON_HOLD if held and held[-1] is _Kind.HOLD else CallState.TALKING


def state_after(session: Session, event: CallEvent) -> CallState:
    """How the call of an event stands now; also for who handed it over and may not see it any more."""
    with elevated(session, "calls"):
        return state(session, session.get_one(Call, event.call_id))


def write(session: Session, viewer: Viewer, call_id: int, notes: str) -> Call:
    """The call with these notes in place of the former ones.

    Raises Forbidden, NotFound, Invalid when they are too long.
    """
    if len(notes) > LONGEST_NOTES:
        msg = f"The notes have {len(notes)} characters; keep to {LONGEST_NOTES}."
        raise Invalid(msg, (Fault("/notes", msg),))
    call = get(session, viewer, call_id, lock=True)
    call.notes = notes.strip()
    session.flush()
    return call


def hold(session: Session, viewer: Viewer, call_id: int, why: str = "") -> CallEvent:
    """Puts a call on hold. Raises RuleBroken when it is already, or has ended."""
    return _event(session, viewer, call_id, _Kind.HOLD, (CallState.TALKING,), why)


def resume(session: Session, viewer: Viewer, call_id: int) -> CallEvent:
    """Takes a call off hold. Raises RuleBroken when it is not on hold."""
    return _event(session, viewer, call_id, _Kind.RESUMED, (CallState.ON_HOLD,))


def transfer(session: Session, viewer: Viewer, call_id: int, to_user_id: int, why: str = "") -> CallEvent:
    """Hands a call to another user, whose call it is from then on, with all that is known.

    Raises NotFound when that user may not take calls here, RuleBroken when the call has ended.
    """
    if to_user_id not in dict(colleagues(session, viewer)):
        raise NotFound(f"There is no user {to_user_id} to whom you could hand a call.")
    event = _event(session, viewer, call_id, _Kind.TRANSFERRED, (CallState.TALKING, CallState.ON_HOLD), why)
    event.to_user_id = to_user_id
    call = session.get_one(Call, call_id)
    call.taken_by_id = to_user_id
    session.flush()
    return event


def promise_callback(session: Session, viewer: Viewer, call_id: int, due_at: datetime, why: str = "") -> CallEvent:
    """Notes that we call back by `due_at`; where there is a work order by now, as a promise in the ledger too.

    Raises Invalid for a time that has passed.
    """
    now = session.info["now"]()
    if due_at <= now:
        msg = f"The callback is due {due_at:%Y-%m-%d %H:%M} UTC, which has passed; name a later time."
        raise Invalid(msg, (Fault("/due_at", msg),))
    event = _event(session, viewer, call_id, _Kind.CALLBACK_PROMISED, tuple(CallState), why)
    event.due_at = due_at
    session.flush()
    callbacks.keep_promises(session, session.get_one(Call, call_id))
    return event


def called_back(session: Session, viewer: Viewer, call_id: int, why: str = "") -> CallEvent:
    """Notes that the promised callback was made, in time or not. Raises RuleBroken when none is open."""
    call = get(session, viewer, call_id, lock=True)
    if callbacks.open_callback(events(session, call)) is None:
        raise RuleBroken(f"No callback of call {call_id} is open; promise one first.")
    event = _event(session, viewer, call_id, _Kind.CALLED_BACK, tuple(CallState), why)
    callbacks.close_promises(session, call, event.at)
    return event


def end(session: Session, viewer: Viewer, call_id: int) -> CallEvent:
    """Ends a call. Raises RuleBroken when it has ended."""
    event = _event(session, viewer, call_id, _Kind.ENDED, (CallState.TALKING, CallState.ON_HOLD))
    session.get_one(Call, call_id).ended_at = event.at
    session.flush()
    return event


def colleagues(session: Session, viewer: Viewer) -> list[tuple[int, str]]:
    """(id, name) of the other users who take calls in the viewer's territories, or everywhere."""
    require(viewer, Action.READ, Call)
    shared = select(UserTerritory.user_id).where(UserTerritory.territory_id.in_(sorted(viewer.territory_ids)))
    query = select(User.id, User.name).where(User.role.in_(_TAKERS), User.active, User.id != viewer.user_id)
    if not viewer.sees_everything:
        query = query.where((User.role == Role.ADMINISTRATOR) | User.id.in_(shared))
    with elevated(session, "colleagues"):
        return [(key, name) for key, name in session.execute(query.order_by(User.name, User.id))]


_PRESENT: Final = {
    CallState.TALKING: "is not on hold",
    CallState.ON_HOLD: "is on hold",
    CallState.ENDED: "has ended",
}
_DONE: Final = {
    _Kind.HOLD: "put on hold",
    _Kind.RESUMED: "taken off hold",
    _Kind.TRANSFERRED: "handed over",
    _Kind.CALLBACK_PROMISED: "followed by a promise",
    _Kind.CALLED_BACK: "called back",
    _Kind.ENDED: "ended",
}


def _event(
    session: Session, viewer: Viewer, call_id: int, kind: CallEventKind, when: tuple[CallState, ...], why: str = ""
) -> CallEvent:
    require(viewer, Action.CREATE, CallEvent)
    call = get(session, viewer, call_id, lock=True)
    present = state(session, call)
    if present not in when:
        msg = f"Call {call_id} {_PRESENT[present]}; it cannot be {_DONE[kind]} now."
        raise RuleBroken(msg)
    event = CallEvent(call_id=call.id, kind=kind, at=session.info["now"](), by_id=_user(viewer), note=why.strip()[:300])
    session.add(event)
    session.flush()
    return event


def _user(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise Forbidden("Calls are taken by people; sign in as a user.")
    return viewer.user_id
