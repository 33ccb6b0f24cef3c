"""Why a window is not offered: the closed list, and the words for it."""

from enum import StrEnum

from solver.solution import ReasonCode


class Why(StrEnum):
    """Why a window is not offered; dispatch/README.md says each in a line.

    Those of policy come first: such a window could be kept. The others are the optimiser's own.
    """

    NOTICE = "notice"
    PARTS = "parts"
    NOT_YET = "not_yet"
    TOO_LATE = "too_late"
    RESERVE = "reserve"
    PROBABILITY = "probability"
    NOT_SHOWN = "not_shown"
    NOT_QUOTED = "not_quoted"
    CLOSED = "closed"
    NO_TECHNICIAN = "no_technician"
    SKILL = "skill"
    TOOL = "tool"
    PART = "part"
    TECHNICIAN_EXCLUDED = "technician_excluded"
    WINDOW = "window"
    SHIFT_TOO_SHORT = "shift_too_short"
    UNREACHABLE = "unreachable"
    PINNED_CONFLICT = "pinned_conflict"
    LINK = "link"
    CAPACITY = "capacity"


def of_solver(code: ReasonCode) -> Why:
    """The optimiser's reason as ours."""
    return Why(code.value)
