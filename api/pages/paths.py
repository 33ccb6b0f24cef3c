"""Lines as SVG paths: as few points as the eye needs, in as few characters as SVG allows."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

XY = tuple[int, int]


def simplify(line: Sequence[XY], tolerance: float) -> list[XY]:
    """The line without points that are nearer than `tolerance` to what is left; its ends stay.

    Douglas and Peucker (1973), doi:10.3138/FM57-6770-U75U-7727, without recursion.
    """
    if len(line) < 3:
        return list(line)
    keep = {0, len(line) - 1}
    stretches = [(0, len(line) - 1)]
    while stretches:
        first, last = stretches.pop()
        far, apart = first, tolerance
        for place in range(first + 1, last):
            gap = _distance(line[place], line[first], line[last])
            if gap > apart:
                far, apart = place, gap
        if far != first:
            keep.add(far)
            stretches += [(first, far), (far, last)]
    return [line[place] for place in sorted(keep)]


def path(lines: Iterable[Sequence[XY]]) -> str:
    """The `d` of a path that draws the lines: relative moves, in whole units, without needless separators."""
    written: list[str] = []
    at = (0, 0)
    for line in lines:
        steps = _steps(line)
        if len(steps) < 2:
            continue
        start = steps[0]
        written.append("m" + _pair(start[0] - at[0], start[1] - at[1]) if written else "M" + _pair(*start))
        written.append("l" + "".join(_following(step) for step in _moves(steps)).lstrip(" "))
        at = steps[-1]
    return "".join(written)


def _steps(line: Sequence[XY]) -> list[XY]:
    """The line without a point that is the same as the one before."""
    return [point for place, point in enumerate(line) if place == 0 or point != line[place - 1]]


def _moves(line: Sequence[XY]) -> Iterable[XY]:
    return ((after[0] - before[0], after[1] - before[1]) for before, after in pairwise(line))


def _pair(x: int, y: int) -> str:
    return f"{x}{y}" if y < 0 else f"{x} {y}"


def _following(step: XY) -> str:
    return _pair(*step) if step[0] < 0 else f" {_pair(*step)}"


def _distance(point: XY, start: XY, end: XY) -> float:
    """How far a point is from the stretch between two others."""
    along, across = end[0] - start[0], end[1] - start[1]
    length = along * along + across * across
    share = 0.0
    if length:
        share = max(0.0, min(1.0, ((point[0] - start[0]) * along + (point[1] - start[1]) * across) / length))
    x, y = start[0] + share * along - point[0], start[1] + share * across - point[1]
    return float((x * x + y * y) ** 0.5)
