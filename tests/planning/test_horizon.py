"""Local days as seconds, on days when the clocks change too."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from dispatch.errors import Invalid
from dispatch.planning.day.horizon import Horizon, joined

# Chile turns its clocks back on 5 April 2026 at 00:00 (to 23:00 of the 4th), and forward on 6 September at 00:00.
# Germany turns them forward on 29 March 2026 at 02:00, back on 25 October at 03:00.
LENGTHS = [
    ("America/Santiago", date(2026, 3, 3), 24),
    ("America/Santiago", date(2026, 4, 4), 25),
    ("America/Santiago", date(2026, 9, 6), 23),
    ("Europe/Berlin", date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2026, 10, 25), 25),
    ("Asia/Kathmandu", date(2026, 3, 3), 24),
]


@pytest.mark.parametrize(("zone", "day", "hours"), LENGTHS)
def test_a_day_has_as_many_seconds_as_the_clocks_let_it(zone: str, day: date, hours: int) -> None:
    horizon = Horizon.of(day, zone)
    assert horizon.ends_at - horizon.starts_at == timedelta(hours=hours)
    assert horizon.seconds(horizon.ends_at) == 3600 * hours


@pytest.mark.parametrize(("zone", "day", "hours"), LENGTHS)
def test_seconds_and_instants_are_inverse_all_day(zone: str, day: date, hours: int) -> None:
    horizon = Horizon.of(day, zone)
    for second in range(-7200, 3600 * (hours + 2), 1800):
        assert horizon.seconds(horizon.instant(second)) == second


def test_nine_oclock_is_an_hour_earlier_after_the_clocks_went_forward() -> None:
    horizon = Horizon.of(date(2026, 3, 29), "Europe/Berlin")
    assert horizon.seconds(horizon.at(time(9))) == 8 * 3600
    assert horizon.local(horizon.instant(8 * 3600)).hour == 9


def test_nine_oclock_is_an_hour_later_after_the_clocks_went_back() -> None:
    horizon = Horizon.of(date(2026, 10, 25), "Europe/Berlin")
    assert horizon.seconds(horizon.at(time(9))) == 10 * 3600


def test_an_hour_that_is_skipped_and_one_that_comes_twice() -> None:
    forward = Horizon.of(date(2026, 3, 29), "Europe/Berlin")
    assert forward.local(forward.at(time(2, 30))).time() == time(3, 30)
    back = Horizon.of(date(2026, 10, 25), "Europe/Berlin")
    assert back.at(time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_midnight_may_be_skipped() -> None:
    horizon = Horizon.of(date(2026, 9, 6), "America/Santiago")
    assert horizon.local(horizon.starts_at).isoformat() == "2026-09-06T01:00:00-03:00"
    assert horizon.starts_at == Horizon.of(date(2026, 9, 5), "America/Santiago").ends_at


def test_opening_hours_become_instants_of_the_day() -> None:
    horizon = Horizon.of(date(2026, 3, 29), "Europe/Berlin")
    hours = {"sun": [["08:00", "12:00"], ["12:00", "18:00"]], "mon": [["00:00", "24:00"]]}
    assert horizon.open_spans(hours) == ((horizon.at(time(8)), horizon.at(time(18))),)
    assert horizon.open_spans({}) is None
    assert horizon.open_spans({"mon": [["08:00", "17:00"]]}) == ()


def test_opening_hours_past_midnight_reach_into_the_next_day() -> None:
    tuesday = Horizon.of(date(2026, 3, 3), "America/Santiago")
    night = {"mon": [["22:00", "06:00"]]}
    assert tuesday.open_spans(night) == ((tuesday.at(time(22), -1), tuesday.at(time(6))),)
    long = tuesday.at(time(4), 1)
    assert tuesday.open_spans({"wed": [["00:00", "08:00"]]}, long) == ((tuesday.ends_at, tuesday.at(time(8), 1)),)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_a_zone_that_is_none(zone: str) -> None:
    with pytest.raises(Invalid, match="use an IANA name"):
        Horizon.of(date(2026, 3, 3), zone)


def test_a_time_of_day_that_is_none() -> None:
    horizon = Horizon.of(date(2026, 3, 3), "America/Santiago")
    with pytest.raises(Invalid, match="'25:00' is no time of day"):
        horizon.open_spans({"tue": [["08:00", "25:00"]]})


def test_spans_that_touch_are_one() -> None:
    a, b, c = (datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (8, 10, 12))
    assert joined([(b, c), (a, b)]) == ((a, c),)
    assert joined([(b, c), (a, a)]) == ((a, a), (b, c))
