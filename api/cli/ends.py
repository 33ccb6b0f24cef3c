"""How a command ends."""

from enum import IntEnum


class Ends(IntEnum):
    """Exit codes."""

    DONE = 0
    REFUSED = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    OUR_FAULT = 70
    INTERRUPTED = 130
