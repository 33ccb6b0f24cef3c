"""Spans of time in lists."""

from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

from dispatch.errors import Fault
from dispatch.records.nouns import Values


def span_faults(
    spans: Sequence[Values], pointer: str, opens: str, closes: str, *, touching: bool = True
) -> list[Fault]:
    """A fault for each span that ends before it starts, or overlaps another one.

    touching: whether one may start where another ends.
    """
    faults = [
        Fault(f"{pointer}/{index}/{closes}", f"{closes} {_said(span[closes])} is before {opens} {_said(span[opens])}.")
        for index, span in enumerate(spans)
        if span[closes] < span[opens]
    ]
    for first, then in pairwise(sorted(spans, key=itemgetter(opens))):
        meets = then[opens] < first[closes] or (then[opens] == first[closes] and not touching)
        if meets:
            msg = f"{opens} {_said(then[opens])} lies within a span that ends at {_said(first[closes])}; make them one."
            faults.append(Fault(f"{pointer}/{spans.index(then)}/{opens}", msg))
    return faults


def _said(value: Any) -> str:
    return str(value.isoformat(timespec="minutes"))
