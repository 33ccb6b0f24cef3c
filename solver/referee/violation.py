"""What the referee says when a rule is broken."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """The hard rules, one name each; README.md says each in a line."""

    UNKNOWN_SHIFT = "unknown_shift"
    UNKNOWN_STOP = "unknown_stop"
    WRONG_TECHNICIAN = "wrong_technician"
    WRONG_LOCATION = "wrong_location"
    ROUTE_TWICE = "route_twice"
    DEPARTURE = "departure"
    NO_ROAD = "no_road"
    TRAVEL_TIME = "travel_time"
    TRAVEL_TOTAL = "travel_total"
    SERVICE_TIME = "service_time"
    RETURN_TIME = "return_time"
    SHIFT_END = "shift_end"
    WINDOW = "window"
    FINISH_BY = "finish_by"
    BREAK_TIME = "break_time"
    BREAK_MISSING = "break_missing"
    BREAK_TWICE = "break_twice"
    SKILL = "skill"
    TOOL = "tool"
    TECHNICIAN_EXCLUDED = "technician_excluded"
    PINNED = "pinned"
    MAX_VISITS = "max_visits"
    MAX_TRAVEL = "max_travel"
    PART = "part"
    STOCK = "stock"
    LOAD = "load"
    ROUTES_OVERLAP = "routes_overlap"
    MIN_REST = "min_rest"
    MAX_DUTY = "max_duty"
    SAME_START = "same_start"
    PRECEDES = "precedes"
    DIFFERENT_TECHNICIANS = "different_technicians"
    SAME_TECHNICIAN = "same_technician"
    ALL_OR_NONE = "all_or_none"
    SERVED_TWICE = "served_twice"
    UNSERVED_LIST = "unserved_list"
    MUST_BE_SERVED = "must_be_served"
    STATUS = "status"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: where (`route` is a shift id, `stop` a place among its stops, from 0), and in a sentence what.

    `shifts` are all whose routes have a part in it; a rule of the whole plan names none.
    """

    rule: Rule
    message: str
    route: str | None = None
    stop: int | None = None
    shifts: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"
