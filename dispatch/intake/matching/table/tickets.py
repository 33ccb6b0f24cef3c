"""Rows that are reports of faults: who, where and when, and in words what is wrong.

They are about the same when they tell of one fault, not when one person wrote them. No fitting to the rows could know
that: most rows that agree are those of one reporter. So tickets of a file are weighed as our own tickets are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dispatch.intake.matching import lexicon
from dispatch.intake.matching.levels import COMPARISONS, SPANS, symptom, time
from dispatch.intake.matching.record import Record, references_in
from dispatch.intake.matching.table.columns import cells
from dispatch.intake.matching.weights import Model, Score, compare

_OF_PEOPLE: Final = ("birth_date", "identity", "category")
_LONGEST: Final = SPANS[-1][0]
_OPEN: Final = frozenset(("unsaid", "unclear", "general", "halted"))
_AT_ONCE: Final = frozenset(("hours", "half_day"))
"""So soon after each other, words that do not tell the fault are hardly ever of two."""
_SAME_FAULT: Final = frozenset(("exact", "concept", "overlap", "close", "stopped"))


def are_tickets(fields: Collection[str]) -> bool:
    """Whether rows with these fields report faults: they say what is wrong, and when."""
    return "text" in fields and "date" in fields and not any(field in fields for field in _OF_PEOPLE)


def ticket_record(record: Record, row: Sequence[str], columns: Mapping[str, tuple[int, ...]]) -> Record:
    """The record of a row as that of a ticket: with what only the words of a report tell."""
    text = " . ".join(dict.fromkeys(cells(row, columns, "text")))
    return replace(
        record,
        others={},
        chasing=lexicon.is_chasing(text),
        another=lexicon.is_another(text),
        units=lexicon.unit_numbers(text),
        references=frozenset(references_in(text)),
    )


def near_in_time(a: Record, b: Record) -> bool:
    """Whether two tickets may be about one fault by when they came, or one names the other."""
    if a.received_at is None or b.received_at is None or not a.references.isdisjoint(b.references):
        return True
    return abs((a.received_at - b.received_at).total_seconds()) <= _LONGEST


def compare_tickets(a: Record, b: Record, model: Model) -> tuple[Score, bool]:
    """The score of two tickets, and whether they may be one fault without a person being asked."""
    said = symptom(a, b)
    level = "unsaid" if said is None else said.level
    soon = time(a, b)
    at_once = soon is not None and soon.level in _AT_ONCE and level in _OPEN
    return compare(a, b, model, None, COMPARISONS), at_once or level in _SAME_FAULT
