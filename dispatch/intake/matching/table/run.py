"""A file, matched: reading, mapping, matching, and the groups written out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dispatch.errors import Fault, Invalid
from dispatch.exchange.cells import Written
from dispatch.exchange.tables import Table, as_heading, read_table, write_table
from dispatch.exchange.texts import neutralise
from dispatch.intake.matching.record import REGION
from dispatch.intake.matching.table.checks import check_target, country
from dispatch.intake.matching.table.columns import mapped
from dispatch.intake.matching.table.matching import Found, match_rows, match_tickets
from dispatch.intake.matching.table.report import Quality, clusters_of, quality
from dispatch.intake.matching.table.rows import Habits, row_record
from dispatch.intake.matching.table.tickets import are_tickets, ticket_record
from dispatch.intake.matching.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Matched:
    """A file and what was found in it. columns: names by field. quality: where the truth was given.

    unused: the columns that are no field, as the file writes them. tickets: whether its rows report faults.
    """

    table: Table
    columns: Mapping[str, Sequence[str]]
    found: Found
    quality: Quality | None
    unused: Sequence[str] = ()
    tickets: bool = False


def match_file(
    file: Path,
    limits: Thresholds,
    *,
    given: Iterable[str] = (),
    truth: str | None = None,
    encoding: str | None = None,
    region: str = REGION,
    out: Path | None = None,
) -> Matched:
    """Matches the rows of a .csv or .xlsx file. given: "field=column" for columns that are not guessed.

    truth: a column with the same value in rows that are about the same. region: country (two letters) of telephone
    numbers without a country code. out: where the groups will go; it is looked at before any work is done.

    Raises NotFound when there is no such file; Invalid, which names the field or column, when it is empty or
    unreadable, a column is missing, there is no such country, or `out` cannot be written or is the file itself.
    """
    region = country(region)
    if out is not None:
        check_target(out, file)
    table = read_table(file, encoding=encoding)
    _require_single(table)
    if not table.rows:
        message = f"{file} has no rows below its heading; give a file with at least two"
        raise Invalid(message, (Fault("/file", message),))
    columns = mapped(table.heading, list(given), truth)
    habits = Habits.of(table.rows, columns, region)
    records = [row_record(row, columns, region, habits) for row in table.rows]
    if tickets := are_tickets(columns):
        records = [ticket_record(record, row, columns) for record, row in zip(records, table.rows, strict=True)]
    found = match_tickets(records, limits) if tickets else match_rows(records, limits)
    named = {field: [table.heading[place] for place in places] for field, places in columns.items()}
    place = None if truth is None else table.heading.index(as_heading(truth))
    taken = {place, *(each for places in columns.values() for each in places)}
    unused = [name for each, name in enumerate(table.written) if each not in taken]
    measured = None if place is None else quality(found, clusters_of([row[place] for row in table.rows]))
    return Matched(table, named, found, measured, unused, tickets)


def write_groups(matched: Matched, file: Path) -> int:
    """Writes all rows with the number of their group in front, from 1; returns how many.

    Headings are as in the file that was read, and so is the separator of a CSV. Raises Invalid, NotFound.
    """
    groups = {key: number for number, keys in enumerate(matched.found.groups, 1) for key in keys}
    rows: Iterator[list[Written]] = ([groups[place], *row] for place, row in enumerate(matched.table.rows))
    heading = ["group", *(neutralise(name) for name in matched.table.written)]
    return write_table(file, heading, rows, separator=matched.table.separator)


def _require_single(table: Table) -> None:
    """Raises Invalid where columns have the same name."""
    doubled = [name for name, count in Counter(table.heading).items() if count > 1 and name]
    if doubled:
        message = f"the heading has {', '.join(doubled)} more than once; give each column a name of its own"
        raise Invalid(message, (Fault("/file", message),))
