"""Which state may follow which, as the vocabulary draws it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from db.models import TicketStatus, VisitStatus, WorkOrderStatus
from dispatch.errors import RuleBroken

State = TypeVar("State", bound=StrEnum)

_V, _W, _T = VisitStatus, WorkOrderStatus, TicketStatus

VISIT: Final[Mapping[VisitStatus, frozenset[VisitStatus]]] = {
    _V.UNSCHEDULED: frozenset({_V.SCHEDULED, _V.CANCELLED}),
    _V.SCHEDULED: frozenset({_V.UNSCHEDULED, _V.DISPATCHED, _V.CANCELLED}),
    _V.DISPATCHED: frozenset({_V.UNSCHEDULED, _V.SCHEDULED, _V.TRAVELLING, _V.CANCELLED}),
    _V.TRAVELLING: frozenset({_V.DISPATCHED, _V.ON_SITE, _V.INCOMPLETE, _V.CANCELLED}),
    _V.ON_SITE: frozenset({_V.COMPLETED, _V.INCOMPLETE}),
    _V.COMPLETED: frozenset(),
    _V.INCOMPLETE: frozenset(),
    _V.CANCELLED: frozenset(),
}

_HELD: Final = frozenset({_W.WAITING_FOR_PARTS, _W.WAITING_FOR_CUSTOMER})

WORK_ORDER: Final[Mapping[WorkOrderStatus, frozenset[WorkOrderStatus]]] = {
    _W.DRAFT: frozenset({_W.READY, _W.CANCELLED}) | _HELD,
    _W.READY: frozenset({_W.DRAFT, _W.PLANNED, _W.CANCELLED}) | _HELD,
    _W.PLANNED: frozenset({_W.READY, _W.IN_PROGRESS, _W.CANCELLED}) | _HELD,
    _W.IN_PROGRESS: frozenset({_W.READY, _W.DONE, _W.CANCELLED}) | _HELD,
    _W.WAITING_FOR_PARTS: frozenset({_W.READY, _W.WAITING_FOR_CUSTOMER, _W.CANCELLED}),
    _W.WAITING_FOR_CUSTOMER: frozenset({_W.READY, _W.WAITING_FOR_PARTS, _W.CANCELLED}),
    _W.DONE: frozenset(),
    _W.CANCELLED: frozenset(),
}

TICKET: Final[Mapping[TicketStatus, frozenset[TicketStatus]]] = {
    _T.NEW: frozenset({_T.OPEN, _T.RESOLVED, _T.CLOSED}),
    _T.OPEN: frozenset({_T.RESOLVED, _T.CLOSED}),
    _T.RESOLVED: frozenset({_T.OPEN, _T.CLOSED}),
    _T.CLOSED: frozenset(),
}


def require_step(name: str, steps: Mapping[State, frozenset[State]], before: State, after: State) -> None:
    """Nothing, when `after` may follow `before`.

    Raises RuleBroken naming the states that may.
    """
    if after is before or after in steps[before]:
        return
    may_follow = ", ".join(sorted(steps[before])) or "nothing"
    msg = f"A {name} that is {before} cannot become {after}; after {before} may come: {may_follow}."
    raise RuleBroken(msg)
