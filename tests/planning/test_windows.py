"""When service may start: windows within opening hours."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.planning.day.windows import apart, meet, service_windows

HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]


def at(hour: float) -> datetime:
    return datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=hour)


def test_any_time() -> None:
    assert service_windows((), None, HOUR, None, at(24)) is None


def test_service_starts_and_ends_while_it_is_open() -> None:
    assert service_windows((), [(at(8), at(12))], HOUR, None, at(24)) == ((at(8), at(11)),)


def test_windows_within_opening_hours() -> None:
    wanted = [(at(7), at(9)), (at(10), at(14))]
    assert service_windows(wanted, [(at(8), at(12))], HOUR, None, at(24)) == ((at(8), at(9)), (at(10), at(11)))


def test_a_window_of_one_instant_remains() -> None:
    assert service_windows([(at(11), at(13))], [(at(8), at(12))], HOUR, None, at(24)) == ((at(11), at(11)),)


def test_longer_than_it_is_open() -> None:
    assert service_windows((), [(at(8), at(9))], 2 * HOUR, None, at(24)) == ()
    assert service_windows((), (), HOUR, None, at(24)) == ()


def test_not_before() -> None:
    assert service_windows((), None, HOUR, at(10), at(24)) == ((at(10), at(24)),)
    assert service_windows([(at(8), at(9))], None, HOUR, at(10), at(24)) == ()


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 10)).map(lambda pair: (at(pair[0]), at(pair[0] + pair[1]))), max_size=4
)


@given(spans, spans)
@settings(max_examples=40)
def test_what_two_lists_have_in_common_is_in_both(first: list[Span], second: list[Span]) -> None:
    common = meet(first, second)
    for half in range(120):
        instant = at(half / 2)
        both = all(any(a <= instant <= b for a, b in each) for each in (first, second))
        assert any(a <= instant <= b for a, b in common) == both


@given(spans)
def test_windows_are_sorted_and_apart(some: list[Span]) -> None:
    found = apart(some)
    assert all(a <= b for a, b in found)
    assert all(before[1] + timedelta(seconds=1) < after[0] for before, after in itertools.pairwise(found))
