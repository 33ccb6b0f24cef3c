"""All windows in which one more visit fits into the routes there are, with what each would cost: exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from solver.problem import Visit, Window
from solver.quote.book import Book
from solver.quote.question import NewPlace, Offer, Question
from solver.quote.refusals import Refusal, refused

TWO_HOURS: Final = 7200


@dataclass(frozen=True, slots=True)
class Quote:
    """The windows that can be offered, cheapest first, and why the others cannot."""

    offers: tuple[Offer, ...]
    refusals: tuple[Refusal, ...]


def quote(
    book: Book,
    visit: Visit,
    windows: Sequence[Window] | None = None,
    width: int = TWO_HOURS,
    limit: int | None = None,
    place: NewPlace | None = None,
) -> Quote:
    """Where the visit fits into one of the book's routes, per window, at the least cost.

    windows: start bounds that may be promised, both ends included; None: one after the other, `width` seconds each,
    while there are shifts. limit: so many offers at most. place: the visit is there, and its `location` is the number
    of the problem's places. The order of the route's stops is kept; warehouse stops are chosen anew where something
    lacks. Costs are those of the cheapest times of the route with and without the visit.

    Raises NotQuotable when the visit is not sound: no place, a window that ends before it begins.
    """
    with book.lock:
        asked = list(windows) if windows is not None else horizon(book, width)
        question = Question(book, visit, asked, place, book.guest)
        offers = question.offers()
        refusals = refused(question, {offer.window for offer in offers})
    return Quote(tuple(offers[:limit]), refusals)


def horizon(book: Book, width: int) -> list[Window]:
    """Windows of this width from the first shift's start until the last one's end, at multiples of the width."""
    if not book.shifts:
        return []
    first = int(book.arrays.start.min()) // width * width
    last = int(book.arrays.hard_end.max())
    return [(opens, opens + width - 1) for opens in range(first, last, width)]
