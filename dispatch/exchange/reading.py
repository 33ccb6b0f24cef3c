"""Cells of a table into values, before the database is asked anything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from dispatch.exchange.cells import BadCell, Day, Moment
from dispatch.exchange.columns import Column
from dispatch.exchange.kind import Kind
from dispatch.exchange.lists import Windows
from dispatch.exchange.tables import UNREADABLE, Table

HIDDEN: Final = "(hidden)"
_SHOWN: Final = 60

HEADING: Final = 1
"""The number of the row with the names of the columns."""


class Dates(StrEnum):
    """How days with slashes are meant."""

    ISO = "iso"
    DMY = "dmy"
    MDY = "mdy"


@dataclass(frozen=True, slots=True, order=True)
class BadRow:
    """One thing wrong: in which row (the heading is row 1) and column, with which value, and what to do about it."""

    row: int
    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        shown = f" {self.value!r}" if self.value else ""
        return f"row {self.row}, column {self.column}:{shown} {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that could be read: its values by column; columns that the file lacks are absent."""

    row: int
    values: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)


def read_entries(kind: Kind, table: Table, dates: Dates = Dates.ISO) -> tuple[list[Entry], list[BadRow]]:
    """The rows that could be read, and everything wrong with the rest; nothing is read under a bad heading."""
    bad = _heading_faults(kind, table)
    if bad:
        return [], bad
    entries = []
    for number, cells in zip(table.numbers, table.rows, strict=True):
        texts = dict(zip(table.heading, cells, strict=True))
        values, faults = _read_row(kind, number, texts, dates)
        bad += faults
        if not faults:
            entries.append(Entry(number, values, texts))
    return entries, bad


def bad_cell(entry_row: int, column: Column, text: str, fault: BadCell) -> BadRow:
    """What is wrong with a cell; the value of a secret one does not show."""
    shown = HIDDEN if column.secret and text else text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return BadRow(entry_row, column.name, shown, fault.problem, fault.remedy)


def _heading_faults(kind: Kind, table: Table) -> list[BadRow]:
    names = [column.name for column in kind.columns]
    bad = []
    for place, name in enumerate(table.heading):
        if not name:
            bad.append(BadRow(HEADING, f"number {place + 1}", "", "has no name", "name it, or remove the column"))
        elif name not in names:
            near = get_close_matches(name, names, 1)
            remedy = f"did you mean {near[0]}?" if near else f"remove it; the columns are: {', '.join(names)}"
            bad.append(BadRow(HEADING, name, "", "is not known", remedy))
        elif name in table.heading[:place]:
            bad.append(BadRow(HEADING, name, "", "is there twice", "remove one of them"))
    missing = [name for name in kind.key if name not in table.heading]
    return bad + [BadRow(HEADING, name, "", "is missing", f"add it: it tells {kind.name} apart") for name in missing]


def _read_row(kind: Kind, number: int, texts: Mapping[str, str], dates: Dates) -> tuple[dict[str, Any], list[BadRow]]:
    values: dict[str, Any] = {}
    bad = []
    for column in kind.columns:
        if column.name not in texts:
            continue
        text = texts[column.name]
        try:
            values[column.name] = _read_cell(column, text, dates)
        except BadCell as fault:
            bad.append(bad_cell(number, column, text, fault))
    return values, bad


def _read_cell(column: Column, text: str, dates: Dates) -> Any:
    if text == UNREADABLE:
        raise BadCell("is a formula that failed", "correct it in the spreadsheet")
    if not text:
        if column.needed:
            raise BadCell("is empty", f"write {column.cell.hint}")
        return column.empty
    if isinstance(column.cell, Day | Moment | Windows):
        text = _iso(text, dates)
    return column.cell.read(text)


def _iso(text: str, dates: Dates) -> str:
    if dates is Dates.ISO:
        return text
    order = r"\3-\2-\1" if dates is Dates.DMY else r"\3-\1-\2"
    return re.sub(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b", order, text)
