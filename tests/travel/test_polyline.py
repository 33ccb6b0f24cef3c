"""Encoded polylines, against the example in the format's description and an encoder written the other way round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.travel.polyline import decode


def test_the_example_of_the_description() -> None:
    points = decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@", decimals=5)
    assert points == ((-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252))


def _encoded(points: list[tuple[int, int]]) -> str:
    text, before = "", (0, 0)
    for point in points:
        for value, last in zip(point, before, strict=True):
            zigzag = 2 * (value - last) if value >= last else -2 * (value - last) - 1
            while zigzag >= 32:
                text += chr(zigzag % 32 + 32 + 63)
                zigzag //= 32
            text += chr(zigzag + 63)
        before = point
    return text


@given(st.lists(st.tuples(st.integers(-(90 * 10**6), 90 * 10**6), st.integers(-(180 * 10**6), 180 * 10**6))))
def test_what_is_encoded_is_decoded(points: list[tuple[int, int]]) -> None:
    assert decode(_encoded(points)) == tuple((lon / 10**6, lat / 10**6) for lat, lon in points)


@pytest.mark.parametrize("text", ["_p~iF~ps|", "_p~iF", "!", "_p~iF ps|U", "é"])
def test_what_breaks_off_or_holds_other_characters_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an encoded polyline"):
        decode(text)
