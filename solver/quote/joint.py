"""Windows for two visits that two technicians start at the same second."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import SCALE, FloatArray, IntArray
from solver.problem import Visit, Window
from solver.quote.book import Book, NotQuotable
from solver.quote.kernels import OFFER, ONLY, OPENS, ROUTE, TOUR
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
        offers = _offers(questions, costs)
        refusals = _refusals(questions, costs, {offer.window for offer in offers})
    return JointQuote(tuple(offers[:limit]), tuple(refusals))


def _costs(question: Question) -> _Costs:
    book, drafts = question.book, question.drafts()
    spans = np.zeros((len(book.shifts), 2), dtype=np.int64)
    bounds, line = np.zeros((ROOM, 2), dtype=np.int64), np.zeros((ROOM, 2))
    if len(drafts.found):
        order = np.argsort(drafts.tours[drafts.found[:, TOUR], ROUTE], kind="stable")
        opens, closes = int(question.spells[:, 1].min()), int(question.spells[:, 2].max())
        if not functions(
            book.arrays, book.work, book.back, *drafts[:3], order, drafts.roads, opens, closes, question.slot,
            book.limits, book.room, bounds, line, spans,
        ):  # fmt: skip
            raise NotQuotable("the routes' costs by start have too many pieces: ask for fewer days at once")
    return _Costs(bounds, line, spans, drafts)


def _offers(questions: Sequence[Question], costs: Sequence[_Costs]) -> list[JointOffer]:
    """The best pair in each window that has one, cheapest first."""
    asked, pairs = questions[0].asked, {}
    spells = [question.spells[question.on_shift()] for question in questions]
    for o in range(len(asked)):
        tried = [_best(questions[0].book, costs, *spell) for spell in _common(spells, o)]
        pair = min(tried, key=lambda found: found.cost, default=None)
        if pair is not None and pair.cost < np.inf:
            pairs[o] = pair
    one, other = (
        _places(question, own, pairs, i) for i, (question, own) in enumerate(zip(questions, costs, strict=True))
    )
    offers = [JointOffer(asked[o], pairs[o].start, (one[o], other[o])) for o in pairs if o in one and o in other]
    return sorted(offers, key=lambda offer: (offer.units, offer.window))


def _common(spells: Sequence[IntArray], offer: int) -> Iterator[Window]:
    """The starts within the window that the spells of both visits allow."""
    one, other = (own[own[:, OFFER] == offer, OPENS:ONLY].tolist() for own in spells)
    for low, high in one:
        for opens, closes in other:
            if max(low, opens) <= min(high, closes):
                yield max(low, opens), min(high, closes)


def _best(book: Book, costs: Sequence[_Costs], opens: int, closes: int) -> _Pair:
    one, other = costs
    ranked = (*_ranked(book, one, opens, closes), *_ranked(book, other, opens, closes))
    sheets = (one.bounds, one.line, one.spans, other.bounds, other.line, other.spans)
    cost, first, second, start = best_pair(book.arrays.technician, *sheets, *ranked, opens, closes)
    return _Pair(cost, (first, second), start)


def _ranked(book: Book, own: _Costs, opens: int, closes: int) -> tuple[IntArray, FloatArray]:
    """(shifts that can start the visit then, their least cost), cheapest first."""
    on = (book.limits[:, 0] <= closes) & (book.limits[:, 1] >= opens) & (own.spans[:, 0] < own.spans[:, 1])
    shifts = np.flatnonzero(on)
    least = np.zeros(len(shifts))
    least_within(own.bounds, own.line, own.spans, shifts, opens, closes, least)
    order = np.argsort(least, kind="stable")[: int(np.isfinite(least).sum())]
    return shifts[order], least[order]


def _places(question: Question, own: _Costs, pairs: Mapping[int, _Pair], one: int) -> dict[int, Offer]:
    """Per window the best place of the first (one: 0) or second visit (1) in its shift when it starts exactly then."""
    rows = [(o, pair.start, pair.start, pair.shifts[one]) for o, pair in pairs.items()]
    return question.priced(own.drafts, np.array(rows, dtype=np.int64).reshape(len(rows), 4))


def _refusals(questions: Sequence[Question], costs: Sequence[_Costs], kept: set[Window]) -> Iterator[Refusal]:
    """Why each other window cannot be kept: what stands in one visit's way, or that the two do not come together."""
    asked = questions[0].asked
    told: dict[Window, Refusal] = {}
    for question, own in zip(questions, costs, strict=True):
        alone = {
            asked[o]
            for o, opens, closes in question.spells[question.on_shift(), :ONLY].tolist()
            if asked[o] not in kept and len(_ranked(question.book, own, opens, closes)[0])
        }
        told |= {refusal.window: refusal for refusal in refused(question, alone | kept)}
    for window in asked:
        if window not in kept:
            together = Refusal(window, ReasonCode.LINK, "no two technicians can start the visits together then")
            yield told.get(window, together)
