"""Deadlines in service time, against a count minute by minute, where clocks change too."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.promises.service_time import Pause, Span, run

MINUTE = timedelta(minutes=1)
AROUND = {
    "America/Santiago": (date(2026, 4, 5), date(2026, 9, 6)),
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Kolkata": (date(2026, 6, 1),),
}
"""Days on which clocks change: at midnight, at two, by half an hour, never."""

times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
spans = st.builds(Span, st.integers(0, 6), times, times).filter(
    lambda span: span.closes == time(0) or span.opens < span.closes
)
hours_of_a_week = st.lists(spans, min_size=1, max_size=6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[ZoneInfo, datetime, int, list[Span], list[Pause]]:
    name = draw(st.sampled_from(sorted(AROUND)))
    day = draw(st.sampled_from(AROUND[name]))
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    start = noon + MINUTE * draw(st.integers(-3 * 1440, 1440))
    pauses = [
        Pause(start + MINUTE * begins, start + MINUTE * (begins + length))
        for begins, length in draw(st.lists(st.tuples(st.integers(-300, 3000), st.integers(1, 900)), max_size=3))
    ]
    return ZoneInfo(name), start, draw(st.integers(1, 900)), draw(hours_of_a_week), pauses


def in_service(instant: datetime, zone: ZoneInfo, hours: list[Span]) -> bool:
    wall = instant.astimezone(zone)
    return any(
        span.weekday == wall.weekday() and span.opens <= wall.time() and (wall.time() < span.closes or not _ends(span))
        for span in hours
    )


def _ends(span: Span) -> bool:
    return span.closes != time(0)


def counted_out(zone: ZoneInfo, start: datetime, minutes: int, hours: list[Span], pauses: list[Pause]) -> datetime:
    instant, left = start, minutes
    while True:
        paused = any(pause.starts_at <= instant and instant < (pause.ends_at or instant + MINUTE) for pause in pauses)
        if in_service(instant, zone, hours) and not paused:
            left -= 1
        instant += MINUTE
        if left == 0:
            return instant


@settings(max_examples=40)
@given(cases())
def test_a_deadline_is_what_counting_the_minutes_gives(
    case: tuple[ZoneInfo, datetime, int, list[Span], list[Pause]],
) -> None:
    zone, start, minutes, hours, pauses = case

    ran = run(start, MINUTE * minutes, hours, zone, pauses)

    assert ran.at == counted_out(zone, start, minutes, hours, pauses)
    assert sum((ends - begins for begins, ends in ran.counted), timedelta(0)) == ran.used == MINUTE * minutes


WORKING = [Span(weekday, time(8), time(18)) for weekday in range(5)]
SANTIAGO = ZoneInfo("America/Santiago")


def local(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SANTIAGO)


def test_time_that_is_over_when_hours_end_is_over_then_and_not_the_next_morning() -> None:
    assert run(local(2, 16), 120 * MINUTE, WORKING, SANTIAGO, []).at == local(2, 18)
    assert run(local(2, 16), 121 * MINUTE, WORKING, SANTIAGO, []).at == local(3, 8, 1)


def test_a_report_at_closing_time_starts_the_next_working_morning() -> None:
    assert run(local(6, 18), 60 * MINUTE, WORKING, SANTIAGO, []).at == local(9, 9)


def test_round_the_clock_is_written_as_midnight_to_midnight() -> None:
    always = [Span(weekday, time(0), time(0)) for weekday in range(7)]

    assert run(local(2, 23), 240 * MINUTE, always, SANTIAGO, []).at == local(3, 3)


def test_a_clock_that_stands_still_has_no_deadline_and_tells_since_when() -> None:
    ran = run(local(2, 8), 240 * MINUTE, WORKING, SANTIAGO, [Pause(local(2, 9), None)])

    assert (ran.at, ran.used, ran.paused_since) == (None, 60 * MINUTE, local(2, 9))


def test_a_clock_that_was_over_before_it_was_stopped_stays_over() -> None:
    assert run(local(2, 8), 60 * MINUTE, WORKING, SANTIAGO, [Pause(local(2, 9), None)]).at == local(2, 9)


@pytest.mark.parametrize("hours", [[], [Span(0, time(23, 59), time(23, 59))]])
def test_hours_that_never_come_have_no_deadline(hours: list[Span]) -> None:
    assert run(local(2, 8), MINUTE, hours, SANTIAGO, []).at is None
