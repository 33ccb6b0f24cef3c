"""Opening hours as a document: {"mon": [["08:00", "17:00"], ...], ...}; {} for always open."""

import re
from typing import Any, Final

from dispatch.errors import Fault

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def opening_faults(hours: dict[str, Any], pointer: str = "/opening_hours") -> list[Fault]:
    """A fault for each day or span that cannot be read, is empty, or overlaps the one before."""
    faults = [
        Fault(f"{pointer}/{day}", f"{day!r} is no day; use {', '.join(DAYS)}.") for day in hours if day not in DAYS
    ]
    for day in DAYS:
        closed = "00:00"
        for index, span in enumerate(hours.get(day, [])):
            problem = _problem(span, closed)
            if problem is not None:
                faults.append(Fault(f"{pointer}/{day}/{index}", problem))
                break
            closed = span[1]
    return faults


def _problem(span: Any, closed: str) -> str | None:
    if not (isinstance(span, list | tuple) and len(span) == 2 and all(_is_time(end) for end in span)):
        return f'{span!r} is no span; write ["08:00", "17:00"].'
    if not span[0] < span[1]:
        return f"{span[0]}-{span[1]} ends before it starts; write the earlier time first, midnight as 24:00."
    if span[0] < closed:
        return f"{span[0]}-{span[1]} starts before the span ahead of it ends at {closed}; list them in order."
    return None


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None
