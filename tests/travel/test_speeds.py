"""The tables of speeds: complete, and of a believable shape."""

import pytest

from dispatch.travel.speeds import ORDINARY_HOURS, PERCENT, SHARE, USUAL_LIMIT, percent


def test_every_class_of_road_is_in_every_table() -> None:
    assert set(PERCENT) == set(SHARE) == set(USUAL_LIMIT)


@pytest.mark.parametrize("road_class", PERCENT)
def test_a_day_has_24_hours_none_faster_than_the_empty_road_and_two_peaks(road_class: str) -> None:
    day = PERCENT[road_class]
    assert len(day) == 24
    assert all(50 <= hour <= 100 for hour in day)
    assert set(day[:6]) == {100}
    assert min(day[:12]) == day[7]
    assert min(day) == day[18]
    assert day[12] > day[7]


def test_no_hour_is_the_mean_of_the_ordinary_ones() -> None:
    assert percent("primary", None) == pytest.approx(
        sum(percent("primary", hour) for hour in ORDINARY_HOURS) / len(ORDINARY_HOURS)
    )
    assert percent("primary", 18) == 64


def test_larger_roads_are_faster() -> None:
    order = ["living_street", "residential", "unclassified", "tertiary", "secondary", "primary", "trunk", "motorway"]
    free = [USUAL_LIMIT[name] * SHARE[name] for name in order]
    assert free == sorted(free)
