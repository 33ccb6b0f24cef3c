"""Remedies of time: a longer day, a wider window, a later finish, more visits or more driving in a shift.

Each amount is the least that does, to the second; messages round it up to the minute.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from solver.explain.day import Aim, Day, Least, cheapest, early_start, late_return, late_start, least, travel
from solver.explain.easing import Easing, eased
from solver.explain.wish import Offer, Wish, minutes
from solver.problem import Problem, Window
from solver.words import clock, listed, plural, span

MOST_OVERTIME: Final = 4 * 3600
MOST_WIDENING: Final = 24 * 3600
"""No more is offered: it would be another plan, not a remedy."""

Base = tuple[Easing, ...]
"""What is eased already, when one change alone does not do."""


def overtime(wish: Wish, shift: int, base: Base = ()) -> Iterator[Offer]:
    """The shift may last longer."""
    scene = wish.scene
    problem = eased(scene.problem, base)
    day = scene.shift(shift)
    path, last = scene.shift_path(shift, "max_overtime"), day.end + day.max_overtime
    wide = eased(problem, [Easing(path, day.max_overtime + MOST_OVERTIME)])
    found = least(scene, wide, shift, wish.visit, late_return(last))
    if found is None or not found.seconds:
        return
    amount = found.seconds
    easings = (*base, Easing(path, day.max_overtime + amount))
    placed = cheapest(scene, eased(scene.problem, easings), shift, wish.visit, found.places)
    if placed is not None:
        who, until = repr(scene.technician(shift).id), clock(_minute_after(last + amount))
        says = f"Let {who} work {minutes(amount)} longer in shift {day.id!r}, until {until}."
        yield wish.offer("overtime", shift, says, easings, placed)


def window(wish: Wish, shift: int, base: Base = ()) -> Iterator[Offer]:
    """One of the visit's windows may open sooner or close later."""
    scene, thing = wish.scene, wish.thing
    if not thing.windows or (thing.pinned is not None and thing.pinned.start is not None):
        return
    problem = eased(scene.problem, base)
    found: list[tuple[Least, tuple[Window, ...], str]] = []
    for widest, aim, widened, word in _widenings(thing.windows):
        wide = eased(problem, [Easing(wish.path("windows"), (widest,))])
        amount = least(scene, wide, shift, wish.visit, aim)
        if amount is not None and not amount.seconds:
            return
        if amount is not None:
            found.append((amount, widened(amount.seconds), word))
    if not found:
        return
    amount, windows, word = min(found)
    easings = (*base, Easing(wish.path("windows"), windows))
    placed = cheapest(scene, eased(scene.problem, easings), shift, wish.visit, amount.places)
    if placed is not None:
        hours = listed((f"{clock(low // 60 * 60)}–{clock(_minute_after(high))}" for low, high in windows), "or")
        says = f"Let it start {minutes(amount.seconds)} {word} than its window allows, within {hours}."
        yield wish.offer("window", shift, says, easings, placed)


class _Widened:
    """The windows with one of them longer by an amount."""

    def __init__(self, windows: tuple[Window, ...], place: int, later: bool) -> None:
        self._windows, self._place, self._later = windows, place, later

    def __call__(self, amount: int) -> tuple[Window, ...]:
        low, high = self._windows[self._place]
        wider = (low, high + amount) if self._later else (low - amount, high)
        return (*self._windows[: self._place], wider, *self._windows[self._place + 1 :])


def _widenings(windows: tuple[Window, ...]) -> Iterator[tuple[Window, Aim, _Widened, str]]:
    """Each window as wide as it may become either way, what then costs, the windows by amount, and the word for it."""
    gaps = [two[0] - one[1] - 1 for one, two in pairwise(windows)]
    for i, (low, high) in enumerate(windows):
        before = min([MOST_WIDENING, *gaps[i - 1 : i]] if i else [MOST_WIDENING])
        after = min([MOST_WIDENING, *gaps[i : i + 1]])
        yield (low, high + after), late_start(high), _Widened(windows, i, True), "later"
        yield (low - before, low), early_start(low), _Widened(windows, i, False), "sooner"


def finish_by(wish: Wish, shift: int, base: Base = ()) -> Iterator[Offer]:
    """The visit may be done later."""
    scene, limit, path = wish.scene, wish.thing.finish_by, wish.path("finish_by")
    if limit is None:
        return
    free = eased(scene.problem, (*base, Easing(path, None)))
    found = _earliest_end(wish, shift, free)
    if found is None or found.seconds <= limit:
        return
    done = found.seconds
    easings = (*base, Easing(path, done))
    placed = cheapest(scene, eased(scene.problem, easings), shift, wish.visit, found.places)
    if placed is not None:
        says = f"Let it be finished {minutes(done - limit)} later, by {clock(done)} instead of {clock(limit)}."
        yield wish.offer("finish_by", shift, says, easings, placed)


def _earliest_end(wish: Wish, shift: int, problem: Problem) -> Least | None:
    """The earliest second by which the visit can be done in the shift."""
    day = Day(wish.scene, problem, shift, (*wish.scene.plan.visits(shift), wish.visit), late_start(0))
    ends = [(wish.stop(day.route(change)).depart, place) for place, change in day.changes()]
    earliest = min(ends, default=(0, 0))[0]
    return Least(earliest, tuple(place for end, place in ends if end == earliest)) if ends else None


def max_visits(wish: Wish, shift: int, base: Base = ()) -> Iterator[Offer]:
    """The shift may have one more visit."""
    scene = wish.scene
    day, count = scene.shift(shift), len(scene.plan.visits(shift)) + 1
    if day.max_visits is None or count <= day.max_visits:
        return
    easings = (*base, Easing(scene.shift_path(shift, "max_visits"), count))
    placed = cheapest(scene, eased(scene.problem, easings), shift, wish.visit)
    if placed is not None:
        says = f"Let shift {day.id!r} have {plural(count, 'visit')}, where {day.max_visits} is the limit."
        yield wish.offer("max_visits", shift, says, easings, placed)


def max_travel(wish: Wish, shift: int, base: Base = ()) -> Iterator[Offer]:
    """The shift may drive longer."""
    scene = wish.scene
    day, path = scene.shift(shift), scene.shift_path(shift, "max_travel")
    if day.max_travel is None:
        return
    driven = least(scene, eased(scene.problem, (*base, Easing(path, None))), shift, wish.visit, travel)
    if driven is None or driven.seconds <= day.max_travel:
        return
    easings = (*base, Easing(path, driven.seconds))
    placed = cheapest(scene, eased(scene.problem, easings), shift, wish.visit, driven.places)
    if placed is not None:
        more = minutes(driven.seconds - day.max_travel)
        says = f"Let {scene.technician(shift).id!r} drive {more} more in shift {day.id!r}, where "
        says += f"{span(day.max_travel)} is the limit."
        yield wish.offer("max_travel", shift, says, easings, placed)


def _minute_after(second: int) -> int:
    return -(-second // 60) * 60
