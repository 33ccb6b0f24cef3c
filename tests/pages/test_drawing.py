"""The drawings themselves: what is drawn where, how large it is, and that nothing put in gets out unescaped."""

import gzip
import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.pages import timeline
from api.pages.frame import WIDTH, Frame
from api.pages.labels import COLOURS, DASHES, length, style_of
from api.pages.paths import path, simplify
from api.pages.streets import street_paths
from fixtures import city
from tests.pages.sample import EIGHT, EVIL, sample_plan
from tests.pages.serving import HERE, pages

POINTS = st.tuples(st.integers(-500, 500), st.integers(-500, 500))
LINES = st.lists(POINTS, min_size=2, max_size=40)


def _read(d: str) -> list[list[tuple[int, int]]]:
    """The lines of a path as `path` writes them, read by the rules of SVG."""
    lines: list[list[tuple[int, int]]] = []
    at = (0, 0)
    for command, numbers in re.findall(r"([Mml])([^Mml]*)", d):
        steps = [int(number) for number in re.findall(r"-?\d+", numbers)]
        for x, y in zip(steps[::2], steps[1::2], strict=True):
            at = (x, y) if command == "M" else (at[0] + x, at[1] + y)
            if command in "Mm":
                lines.append([at])
            else:
                lines[-1].append(at)
    return lines


@given(st.lists(LINES, max_size=5))
def test_a_path_says_the_same_lines(lines: list[list[tuple[int, int]]]) -> None:
    without_repeats = [[line[0], *(after for before, after in pairwise(line) if after != before)] for line in lines]
    assert _read(path(lines)) == [line for line in without_repeats if len(line) > 1]


@given(LINES, st.floats(0.5, 50))
def test_a_simplified_line_stays_near_and_keeps_its_ends(line: list[tuple[int, int]], tolerance: float) -> None:
    simple = simplify(line, tolerance)
    assert (simple[0], simple[-1]) == (line[0], line[-1])
    for x, y in line:
        near = min(_gap((x, y), start, end) for start, end in pairwise(simple))
        assert near <= tolerance + 1e-9


def _gap(point: tuple[int, int], start: tuple[int, int], end: tuple[int, int]) -> float:
    a, b, p = complex(*start), complex(*end), complex(*point)
    if a == b:
        return abs(p - a)
    share = min(1.0, max(0.0, ((p - a) * (b - a).conjugate()).real / abs(b - a) ** 2))
    return abs(p - a - share * (b - a))


@given(st.lists(st.tuples(st.floats(-72, -70), st.floats(-31, -29)), min_size=1, max_size=9))
def test_a_frame_holds_its_points(points: list[tuple[float, float]]) -> None:
    frame = Frame.around(points)
    for x, y in map(frame.xy, points):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= frame.height
    assert 1 / 1.6 - 0.01 <= frame.height / WIDTH <= 1 / 1.1 + 0.01


def test_the_whole_citys_streets_are_small_enough_to_be_part_of_a_page() -> None:
    roads = city.load()
    everything = Frame(-71.36, -30.08, -71.16, -29.82)
    drawn = street_paths(roads, everything)
    assert all(drawn.values())
    assert len(gzip.compress("".join(drawn.values()).encode())) < 80_000


def test_pages_are_small_and_escape_what_they_are_given() -> None:
    made = pages()
    assert len(gzip.compress(made[HERE].encode())) < 600_000
    for html in made.values():
        assert EVIL not in html
        assert "<script" not in html
    assert "&lt;script&gt;" in made[HERE]


def test_twenty_four_routes_look_different() -> None:
    assert len({style_of(number).css for number in range(1, COLOURS * DASHES + 1)}) == COLOURS * DASHES == 24


def test_bars_follow_one_another_along_the_day() -> None:
    plan = sample_plan()
    drawn = timeline.of_day(plan.routes, EIGHT.replace(hour=11))
    assert drawn is not None
    assert drawn.now is not None
    for row, route in zip(drawn.rows, plan.routes, strict=True):
        stays = [bar for bar in row.bars if bar.kind in ("visit", "break", "warehouse")]
        assert len(stays) == len(route.stops)
        busy = [bar for bar in row.bars if bar.kind not in ("shift", "overtime")]
        for before, after in pairwise(busy):
            assert before.left + before.width <= after.left + 0.002
        assert all(bar.left >= 0 and bar.left + bar.width <= 100.001 for bar in row.bars)
        assert any(bar.kind == "overtime" for bar in row.bars) == (route.overtime_seconds > 0)


def test_the_present_shows_only_on_its_day() -> None:
    routes = sample_plan(1).routes
    for hour, shows in ((9, True), (6, False)):
        drawn = timeline.of_day(routes, EIGHT.replace(hour=hour))
        assert drawn is not None
        assert (drawn.now is not None) == shows
    assert timeline.of_day((), EIGHT) is None


def test_lengths_read_like_people_say_them() -> None:
    assert [length(seconds) for seconds in (0, 29, 60, 3540, 3599, 3600, 11_100)] == [
        "0 min", "0 min", "1 min", "59 min", "1 h 00", "1 h 00", "3 h 05",
    ]  # fmt: skip
