"""No hour is lost, and no time that the clocks skip is taken: each change from 2025 to 2035 in ten zones."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dispatch.appointments.local_time import (
    NeverShown,
    day_windows,
    instant_of,
    instant_or_next,
    readings,
    span_of,
    window_of,
    zone_named,
)
from dispatch.errors import Invalid
from tests.appointments.time.changes import ZONES, changes

SECOND = timedelta(seconds=1)
SHARES = (0.0, 0.25, 0.5, 0.9)


def test_the_zones_change_as_often_as_their_laws_say() -> None:
    counts = {zone: len(changes(zone)) for zone in ZONES}
    assert counts["America/Santiago"] == counts["America/New_York"] == counts["Europe/Berlin"] == 22
    assert counts["Australia/Lord_Howe"] == counts["Pacific/Auckland"] == counts["Europe/London"] == 22
    assert counts["Africa/Casablanca"] >= 20
    assert counts["America/Sao_Paulo"] == counts["Asia/Kathmandu"] == 0
    assert {change.length for change in changes("Australia/Lord_Howe")} == {timedelta(minutes=30)}


@pytest.mark.parametrize("zone", ZONES)
def test_each_skipped_time_is_refused_with_the_next_one(zone: str) -> None:
    for change in changes(zone):
        if not change.is_gap:
            continue
        end = change.first + change.length
        for skipped in (*(change.first + change.length * share for share in SHARES), end - SECOND):
            with pytest.raises(NeverShown, match=f"does not exist in {zone}") as told:
                instant_of(skipped.date(), skipped.time(), zone)
            assert told.value.next_shown == end
            assert f"{end:%Y-%m-%d %H:%M}" in told.value.message
            assert instant_or_next(skipped.date(), skipped.time(), zone) == change.at
        before = change.first - SECOND
        assert instant_of(before.date(), before.time(), zone) == change.at - SECOND
        assert instant_of(end.date(), end.time(), zone) == change.at


@pytest.mark.parametrize("zone", ZONES)
def test_each_time_shown_twice_is_the_first_unless_asked_otherwise(zone: str) -> None:
    for change in changes(zone):
        if change.is_gap:
            continue
        for share in SHARES:
            twice = change.first + change.length * share
            early = instant_of(twice.date(), twice.time(), zone)
            late = instant_of(twice.date(), twice.time(), zone, second=True)
            assert late - early == change.length
            assert early == change.at - change.length * (1 - share)
            assert readings(twice, ZoneInfo(zone)).is_twice
        after = change.first + change.length
        assert not readings(after, ZoneInfo(zone)).is_twice
        assert instant_of(after.date(), after.time(), zone, second=True) == change.at + change.length


@pytest.mark.parametrize("zone", ZONES)
def test_the_windows_of_a_day_lose_no_hour(zone: str) -> None:
    days = {day for change in changes(zone) for day in change.days}
    leap = {date(2028, 2, 29), date(2032, 2, 29), date(2027, 12, 31), date(2028, 1, 1), date(2027, 2, 28)}
    for day in sorted(days | leap):
        midnight, after = (instant_or_next(each, time.min, zone) for each in (day, day + timedelta(days=1)))
        for minutes in (30, 60, 120, 240):
            windows = day_windows(day, zone, timedelta(minutes=minutes))
            assert (windows[0].opens_at, windows[-1].closes_at) == (midnight, after)
            assert all(one.closes_at == other.opens_at for one, other in pairwise(windows))
            for window in windows:
                assert window.opens_at < window.closes_at
                # What is said of a window means the same instants again.
                said = (window.local_date, window.local_from, window.local_by, zone)
                assert span_of(*said) == (window.opens_at, window.closes_at)
                assert instant_of(window.local_date, window.local_from, zone) == window.opens_at


def test_a_day_of_the_southern_spring_begins_at_one() -> None:
    windows = day_windows(date(2026, 9, 6), "America/Santiago", timedelta(hours=2))
    assert (windows[0].local_from, windows[0].local_by) == (time(1), time(2))
    assert windows[0].closes_at - windows[0].opens_at == timedelta(hours=1)
    assert len(windows) == 12


def test_a_fold_makes_the_last_window_of_its_day_longer() -> None:
    last = day_windows(date(2026, 4, 4), "America/Santiago", timedelta(hours=2))[-1]
    assert (last.local_from, last.local_by) == (time(22), time(0))
    assert last.closes_at - last.opens_at == timedelta(hours=3)


def test_part_of_a_day() -> None:
    windows = day_windows(date(2026, 3, 2), "Europe/Berlin", timedelta(hours=4), first=time(8), last=time(18))
    assert [(each.local_from.hour, each.local_by.hour) for each in windows] == [(8, 12), (12, 16), (16, 18)]


def test_a_window_over_midnight_and_over_the_end_of_the_year() -> None:
    window = window_of(date(2027, 12, 31), time(22), time(0), "Asia/Kathmandu")
    assert window.opens_at == datetime(2027, 12, 31, 16, 15, tzinfo=UTC)
    assert window.closes_at == datetime(2027, 12, 31, 18, 15, tzinfo=UTC)
    over = window_of(date(2027, 12, 31), time(23), time(1), "America/Punta_Arenas")
    assert over.closes_at == datetime(2028, 1, 1, 4, tzinfo=UTC)


def test_a_leap_day_is_a_day() -> None:
    window = window_of(date(2028, 2, 29), time(8), time(10), "America/New_York")
    assert window.opens_at == datetime(2028, 2, 29, 13, tzinfo=UTC)


def test_a_window_may_not_begin_or_end_at_a_skipped_time() -> None:
    for local_from, local_by in ((time(1), time(2, 30)), (time(2, 30), time(4))):
        with pytest.raises(NeverShown, match=r"The next possible time is 2026-03-08 03:00"):
            window_of(date(2026, 3, 8), local_from, local_by, "America/New_York")


def test_what_was_said_before_the_rules_changed_never_fails() -> None:
    opens, closes = span_of(date(2026, 3, 8), time(2, 15), time(2, 45), "America/New_York")
    assert opens == closes == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_a_whole_day_that_a_country_skipped() -> None:
    with pytest.raises(NeverShown, match="2011-12-31 00:00"):
        instant_of(date(2011, 12, 30), time(12), "Pacific/Apia")


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "America"])
def test_a_zone_that_is_none(name: str) -> None:
    with pytest.raises(Invalid, match="use an IANA name"):
        zone_named(name)


def test_a_wall_time_has_no_zone_of_its_own() -> None:
    with pytest.raises(Invalid, match="distance from UTC"):
        instant_of(date(2026, 3, 2), time(9, tzinfo=UTC), "Europe/Berlin")


def test_windows_too_narrow() -> None:
    with pytest.raises(Invalid, match="too narrow"):
        day_windows(date(2026, 3, 2), "Europe/Berlin", timedelta())
