"""Days and times as customers read them; clocks of 24 hours, which need no a.m. and p.m."""

from datetime import date, datetime, time
from typing import Final

from babel.dates import format_date

_DAY: Final = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM"}
"""Patterns without the year (Unicode TR 35): nobody chooses a time that far ahead."""


def day(local_date: date, language: str) -> str:
    """Monday, March 2; Lunes 2 de marzo."""
    said: str = format_date(local_date, _DAY.get(language, "EEEE d MMMM"), locale=language)
    return said[:1].upper() + said[1:]


def clock(wall: time | datetime) -> str:
    """13:30."""
    return f"{wall:%H:%M}"


def window(local_from: time, local_by: time) -> str:
    """13:30–15:30, which no line break tears apart."""
    return f"{clock(local_from)}\N{EN DASH}\N{WORD JOINER}{clock(local_by)}"
