"""A file, matched: reading, mapping, matching, and the groups written out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dispatch.errors import Fault, Invalid
from dispatch.exchange.cells import Written
from dispatch.exchange.tables import Table, as_heading, read_table, write_table
from dispatch.intake.matching.record import REGION
from dispatch.intake.matching.table.checks import check_target, country
from dispatch.intake.matching.table.columns import mapped
from dispatch.intake.matching.table.matching import Found, match_rows
from dispatch.intake.matching.table.report import Quality, quality
from dispatch.intake.matching.table.rows import row_record
from dispatch.intake.matching.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Matched:
    """A file and what was found in it. columns: names by field. quality: where the truth was given."""

    table: Table
    columns: Mapping[str, Sequence[str]]
    found: Found
    quality: Quality | None


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
    if not table.rows:
        message = f"{file} has no rows below its heading; give a file with at least two"
        raise Invalid(message, (Fault("/file", message),))
    columns = mapped(table.heading, list(given), truth)
    records = [row_record(row, columns, region) for row in table.rows]
    found = match_rows(records, limits)
    named = {field: [table.heading[place] for place in places] for field, places in columns.items()}
    if truth is None:
        return Matched(table, named, found, None)
    place = table.heading.index(as_heading(truth))
    return Matched(table, named, found, quality(found, [row[place] for row in table.rows]))


def write_groups(matched: Matched, file: Path) -> int:
    """Writes all rows with the number of their group in front, from 1; returns how many. Raises Invalid, NotFound."""
    groups = {key: number for number, keys in enumerate(matched.found.groups, 1) for key in keys}
    rows: Iterator[list[Written]] = ([groups[place], *row] for place, row in enumerate(matched.table.rows))
    return write_table(file, ["group", *matched.table.heading], rows)
