"""Windows for two visits that two technicians start at the same second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import SCALE, FloatArray, IntArray
from solver.problem import Visit, Window
from solver.quote.book import Book, NotQuotable
from solver.quote.kernels import ROUTE, TOUR
from solver.quote.pairs import best_pair, functions, least_within
from solver.quote.question import Drafts, NewPlace, Offer, Question
from solver.quote.quote import TWO_HOURS, horizon
from solver.quote.refusals import Refusal, refused
from solver.solution import ReasonCode

ROOM: Final = 1 << 20
"""Pieces of the costs of all shifts by start; memory is only taken up by those ever used."""


@dataclass(frozen=True, slots=True)
class JointOffer:
    """A window that two technicians can keep together; both visits begin at `start`."""

    window: Window
    start: int
    places: tuple[Offer, Offer]

    @property
    def units(self) -> int:
        """What the plan then costs more, in 1/18000 cent."""
        return sum(place.units for place in self.places)

    @property
    def cost(self) -> Fraction:
        """What the plan then costs more, in cents, before each part of the cost is rounded."""
        return Fraction(self.units, SCALE)


@dataclass(frozen=True, slots=True)
class JointQuote:
    """The windows that can be offered, cheapest first, and why the others cannot."""

    offers: tuple[JointOffer, ...]
    refusals: tuple[Refusal, ...]


class _Costs(NamedTuple):
    """Per shift what the visit costs by its start: `spans` are rows of `bounds` and `line` (`solver.timing.pieces`)."""

    bounds: IntArray
    line: FloatArray
    spans: IntArray
    drafts: Drafts


class _Pair(NamedTuple):
    cost: float
    shifts: tuple[int, int]
    start: int


def quote_together(
    book: Book,
    visits: tuple[Visit, Visit],
    windows: Sequence[Window] | None = None,
    width: int = TWO_HOURS,
    limit: int | None = None,
    place: NewPlace | None = None,
) -> JointQuote:
    """Where two technicians can do the two visits from the same second on, per window, at the least cost; as `quote`.

    A technician for whom the cheapest times break `max_duty` is not tried at others, and what is left in a warehouse
    with limited stock is not shared out between the two.

    Raises NotQuotable when the problem has buffers (`costs.buffer_per_hour`).
    """
    if book.arrays.buffer_percent:
        raise NotQuotable("costs.buffer_per_hour prices buffers, which quotes for two technicians cannot: make it 0")
    with book.lock:
        asked = list(windows) if windows is not None else horizon(book, width)
        questions = [Question(book, visit, asked, place, book.guest + i) for i, visit in enumerate(visits)]
        costs = [_costs(question) for question in questions]
        offers = sorted(_offers(questions, costs), key=lambda offer: (offer.units, offer.window))
        refusals = _refusals(questions, costs, {offer.window for offer in offers})
    return JointQuote(tuple(offers[:limit]), tuple(refusals))


def _costs(question: Question) -> _Costs:
    book, drafts = question.book, question.drafts()
    spans = np.zeros((len(book.shifts), 2), dtype=np.int64)
    bounds, line = np.zeros((ROOM, 2), dtype=np.int64), np.zeros((ROOM, 2))
    if len(drafts.found):
        order = np.argsort(drafts.tours[drafts.found[:, TOUR], ROUTE], kind="stable")
        opens, closes = int(question.spells[:, 1].min()), int(question.spells[:, 2].max())
        back = book.work._replace(
            span=np.zeros_like(book.work.span), bounds=np.zeros_like(book.work.bounds), line=np.zeros((ROOM, 2))
        )
        if not functions(
            book.arrays, book.work, back, *drafts[:3], order, drafts.roads, opens, closes, question.slot,
            book.limits, book.room, bounds, line, spans,
        ):  # fmt: skip
            raise NotQuotable("the routes' costs by start have too many pieces: ask for fewer days at once")
    return _Costs(bounds, line, spans, drafts)


def _offers(questions: Sequence[Question], costs: Sequence[_Costs]) -> Iterator[JointOffer]:
    for o, window in enumerate(questions[0].asked):
        pairs = [_best(questions[0].book, costs, *spell) for spell in _common(questions, o)]
        pair = min(pairs, key=lambda found: found.cost, default=None)
        if pair is None or pair.cost == np.inf:
            continue
        places = [_place(*given, pair.start, o) for given in zip(questions, costs, pair.shifts, strict=True)]
        first, second = places
        if first is not None and second is not None:
            yield JointOffer(window, pair.start, (first, second))


def _common(questions: Sequence[Question], offer: int) -> Iterator[Window]:
    """The starts within the window that both visits allow."""
    one, other = (q.spells[q.spells[:, 0] == offer, 1:].tolist() for q in questions)
    for low, high in one:
        for opens, closes in other:
            if max(low, opens) <= min(high, closes):
                yield max(low, opens), min(high, closes)


def _best(book: Book, costs: Sequence[_Costs], opens: int, closes: int) -> _Pair:
    ranked = [_ranked(book, own, opens, closes) for own in costs]
    functions_of = [(own.bounds, own.line, own.spans) for own in costs]
    cost, first, second, start = best_pair(
        book.arrays.technician, *functions_of[0], *functions_of[1], *ranked[0], *ranked[1], opens, closes
    )
    return _Pair(cost, (first, second), start)


def _ranked(book: Book, own: _Costs, opens: int, closes: int) -> tuple[IntArray, FloatArray]:
    """(shifts that can start the visit then, their least cost), cheapest first."""
    on = (book.limits[:, 0] <= closes) & (book.limits[:, 1] >= opens) & (own.spans[:, 0] < own.spans[:, 1])
    shifts = np.flatnonzero(on)
    least = np.zeros(len(shifts))
    least_within(own.bounds, own.line, own.spans, shifts, opens, closes, least)
    order = np.argsort(least, kind="stable")[: int(np.isfinite(least).sum())]
    return shifts[order], least[order]


def _place(question: Question, own: _Costs, shift: int, start: int, offer: int) -> Offer | None:
    """The best place of the visit in the shift when it starts exactly then."""
    tours, stops, found, roads = own.drafts
    mine = tours[found[:, TOUR], ROUTE] == shift
    spells = np.array([[offer, start, start]], dtype=np.int64)
    return question.priced(Drafts(tours, stops, found[mine], roads[mine]), spells).get(offer)


def _refusals(questions: Sequence[Question], costs: Sequence[_Costs], kept: set[Window]) -> Iterator[Refusal]:
    """Why each other window cannot be kept: what stands in one visit's way, or that the two do not come together."""
    asked = questions[0].asked
    told: dict[Window, Refusal] = {}
    for question, own in zip(questions, costs, strict=True):
        alone = {
            asked[o]
            for o, opens, closes in question.spells.tolist()
            if len(_ranked(question.book, own, opens, closes)[0])
        }
        told |= {refusal.window: refusal for refusal in refused(question, alone | kept)}
    for window in asked:
        if window not in kept:
            together = Refusal(window, ReasonCode.LINK, "no two technicians can start the visits together then")
            yield told.get(window, together)
