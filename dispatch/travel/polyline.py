"""Encoded polylines, the way routing servers write shapes in one short string.

The format is Google's "Encoded Polyline Algorithm Format": each coordinate as its step from the one before, latitude
first, zigzag coded in groups of five bits, each group as a character from "?" on. Valhalla uses six decimals.
"""

from dispatch.travel.places import Point


def decode(text: str, decimals: int = 6) -> tuple[Point, ...]:
    """The points of an encoded polyline, longitude first; ValueError when it breaks off or holds other characters."""
    numbers: list[int] = []
    value = shift = 0
    for character in text:
        group = ord(character) - 63
        if not 0 <= group < 64:
            raise ValueError(f"an encoded polyline holds {character!r}")
        value |= (group & 31) << shift
        shift += 5
        if group < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise ValueError("an encoded polyline breaks off")
    points: list[Point] = []
    lat = lon = 0
    for step_lat, step_lon in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + step_lat, lon + step_lon
        points.append((lon / 10**decimals, lat / 10**decimals))
    return tuple(points)
