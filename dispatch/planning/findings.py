"""What the linter says: a misconfiguration, what it blocks, and what to do about it."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """error: something stays out of the plan; warning: it is planned, but perhaps not as meant."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """The closed list of what the linter finds; dispatch/README.md says each in a line."""

    ZERO_DURATION = "zero_duration"
    SITE_WITHOUT_PLACE = "site_without_place"
    FAR_FROM_ROAD = "far_from_road"
    PLACE_CHANGED = "place_changed"
    SHIFT_WITHOUT_PLACE = "shift_without_place"
    SHIFT_ABSENT = "shift_absent"
    SHIFT_SPLIT = "shift_split"
    SHIFTS_OVERLAP = "shifts_overlap"
    TECHNICIAN_INACTIVE = "technician_inactive"
    NO_SHIFT = "no_shift"
    SKILL_NOBODY_HAS = "skill_nobody_has"
    SKILL_LEVEL_NOBODY_HAS = "skill_level_nobody_has"
    CERTIFICATE_EXPIRED = "certificate_expired"
    TOOL_NOBODY_HAS = "tool_nobody_has"
    PART_NOWHERE = "part_nowhere"
    CONTRACT_WITHOUT_HOURS = "contract_without_hours"
    WINDOW_OUTSIDE_SHIFTS = "window_outside_shifts"
    WINDOW_OUTSIDE_OPENING_HOURS = "window_outside_opening_hours"
    FINISH_BY_IMPOSSIBLE = "finish_by_impossible"
    LONGER_THAN_ANY_SHIFT = "longer_than_any_shift"
    PINNED_ELSEWHERE = "pinned_elsewhere"
    WAITS_FOR_VISIT = "waits_for_visit"
    NOT_TOGETHER = "not_together"
    NOBODY_ALLOWED = "nobody_allowed"
    WORK_ORDER_WITHOUT_VISIT = "work_order_without_visit"
    CALLED_OFF = "called_off"
    WAREHOUSE_CLOSED = "warehouse_closed"
    NO_COSTS = "no_costs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One misconfiguration: of which row (`entity` is a table, `entity_id` its key), and what it blocks."""

    code: Code
    severity: Severity
    entity: str
    entity_id: int
    message: str
    blocks: str
    remedy: str

    def as_json(self) -> dict[str, Any]:
        """The finding as plain values."""
        return asdict(self)
