"""Files as tables of text, and tables as files: CSV and XLSX.

Reading gives each cell as trimmed text, whatever the file held: a day as 2026-03-31, a number without a fraction of
zero, yes and no. Writing makes sure that no spreadsheet runs a cell.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dispatch.errors import Fault, Invalid, NotFound
from dispatch.exchange.cells import Written
from dispatch.exchange.texts import neutralise, restore, unprintable

MAX_BYTES: Final = 100_000_000
MAX_UNPACKED: Final = 1_000_000_000
MAX_ROWS: Final = 500_000
MAX_CELL: Final = 32_767
"""What one cell of a spreadsheet holds at most."""

UNREADABLE: Final = "#ERROR!"
"""In place of a cell whose formula failed."""


class Format(StrEnum):
    """Kinds of files."""

    CSV = "csv"
    XLSX = "xlsx"

    @classmethod
    def of(cls, path: Path) -> "Format":
        """What the file's name ends in says.

        Raises Invalid for anything else.
        """
        ending = path.suffix.lower().lstrip(".")
        if ending in ("csv", "txt", "tsv"):
            return cls.CSV
        if ending == "xlsx":
            return cls.XLSX
        remedy = "save it as .xlsx" if ending in ("xls", "xlsm", "ods") else "name it .csv or .xlsx"
        raise Invalid(f"{path} ends in {path.suffix or 'nothing'}, which is no kind of file we read; {remedy}")


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows of text; `numbers` are the rows' numbers in the file, the heading being row 1.

    written: the heading as the file writes it. separator: of a CSV.
    """

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    written: tuple[str, ...] = ()
    separator: str = ","


def read_table(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Table:
    """The table in a CSV or XLSX file. Rows without any text are left out.

    encoding: of a CSV; without it, UTF-8 (or UTF-16 when the file says so by its first bytes).
    sheet: of an XLSX; without it, the first.

    Raises NotFound when there is no such file, Invalid when it is a folder, unreadable, too large or no table.
    """
    if path.is_dir():
        raise Invalid(f"{path} is a folder; name a file in it")
    if not path.is_file():
        raise NotFound(f"there is no file {path}")
    form = Format.of(path)
    content = _bytes(path)
    if form is Format.XLSX:
        return _table(path, _xlsx_records(path, content, sheet))
    records, separator = _csv_records(path, content, encoding)
    return replace(_table(path, records), separator=separator)


def write_table(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Written]], *, separator: str = ",") -> int:
    """Write a table to a CSV (UTF-8 with a byte order mark, for spreadsheets) or XLSX file; returns how many rows.

    Raises Invalid when it is named neither .csv nor .xlsx or cannot be written, or a cell is too long for XLSX;
    NotFound when there is no such folder.
    """
    form = Format.of(path)
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise Invalid(f"{path} ends in {path.suffix}; name it .csv or .xlsx")
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {path.parent}; make it first, or name another")
    try:
        partial = path.with_name(f".{path.name}.partial{path.suffix}")
        count = write_to(partial, form, heading, rows, separator=separator)
        partial.replace(path)
    except OSError as error:
        raise Invalid(f"{path} cannot be written ({error.strerror}); name another file") from error
    return count


def write_to(
    target: Any, form: Format, heading: Sequence[str], rows: Iterable[Sequence[Written]], *, separator: str = ","
) -> int:
    """Write a table to a path or a binary stream; returns how many rows."""
    frame = pd.DataFrame([[_safe(cell) for cell in row] for row in rows], columns=list(heading), dtype=object)
    if form is Format.CSV:
        frame.to_csv(target, index=False, sep=separator, encoding="utf-8-sig", lineterminator="\r\n")
        return len(frame)
    longest = max(
        (len(cell) for row in frame.itertuples(index=False) for cell in row if isinstance(cell, str)), default=0
    )
    if longest > MAX_CELL:
        raise Invalid(f"a cell has {longest} characters, a spreadsheet holds {MAX_CELL}; export to .csv instead")
    with pd.ExcelWriter(target, engine="openpyxl") as writer:
        frame.to_excel(writer, index=False, freeze_panes=(1, 0))
        sheet = next(iter(writer.sheets.values()))
        for column, name in zip(sheet.columns, heading, strict=True):
            sheet.column_dimensions[column[0].column_letter].width = min(max(len(name) + 4, 12), 40)
    return len(frame)


def _safe(cell: Written) -> Written:
    if not isinstance(cell, str):
        return cell
    while found := unprintable(cell):
        cell = cell.replace(found, "\ufffd")
    return neutralise(cell)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Invalid(f"{path} has {size} bytes, above the limit of {MAX_BYTES}; split it")
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read ({error.strerror}); check its rights") from error


def _csv_records(path: Path, content: bytes, encoding: str | None) -> tuple[list[list[str]], str]:
    """The records of a CSV, and its separator.

    They are split here, not by pandas: it drops or refuses records of uneven length without naming them all.
    """
    text = _decode(path, content, encoding)
    separator = _separator(text)
    if text[:4].lower() == "sep=" and len(text) > 4:
        separator, text = text[4], text.split("\n", 1)[-1]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)), separator
    except csv.Error as error:
        raise Invalid(f"{path} is no well-formed CSV ({error}); save it again from your spreadsheet") from error


def _decode(path: Path, content: bytes, encoding: str | None) -> str:
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    chosen = encoding or ("utf-16" if wide else "utf-8-sig")
    try:
        return content.decode(chosen).removeprefix("\ufeff")
    except LookupError:
        raise Invalid(f"there is no encoding called {chosen!r}; try utf-8, cp1252 or latin-1") from None
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        name = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(chosen, chosen)
        raise Invalid(
            f"{path} is not {name} (line {row}); save it as 'CSV UTF-8', or say --encoding cp1252 "
            "if it comes from an older spreadsheet"
        ) from error


def _separator(text: str) -> str:
    """The separator that the heading uses most, outside quotes."""
    heading = "".join(text.split("\n", 1)[0].split('"')[::2])
    counts = Counter({mark: heading.count(mark) for mark in (",", ";", "\t", "|")})
    return counts.most_common(1)[0][0]


def _xlsx_records(path: Path, content: bytes, sheet: str | None) -> list[list[str]]:
    unpacked = _unpacked_size(path, content)
    if unpacked > MAX_UNPACKED:
        raise Invalid(f"{path} unpacks to {unpacked} bytes, above the limit of {MAX_UNPACKED}; split it")
    try:
        frame = pd.read_excel(
            io.BytesIO(content),
            sheet_name=sheet if sheet is not None else 0,
            header=None,
            dtype=object,
            na_filter=False,
            engine="openpyxl",
        )
    except ValueError as error:
        raise Invalid(f"{path} cannot be read ({error}); check the name of the sheet") from error
    except Exception as error:
        # openpyxl hands on whatever its XML parser came across.
        raise Invalid(f"{path} is no readable XLSX file ({type(error).__name__}); save it again") from error
    return [[_as_text(cell) for cell in row] for row in frame.itertuples(index=False)]


def _unpacked_size(path: Path, content: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Invalid(f"{path} is no XLSX file, whatever its name says; save it again as .xlsx") from error


def _as_text(cell: object) -> str:
    if cell is None or cell is pd.NaT:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # pandas gives NaN for a cell with an error, and an empty text for one without content.
        return UNREADABLE if cell != cell else str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def as_heading(said: str) -> str:
    """The name of a column as tables have it, however it is written: "Given name" → "given_name"."""
    return said.strip().lower().replace(" ", "_").replace("-", "_")


def _table(path: Path, records: list[list[str]]) -> Table:
    if len(records) > MAX_ROWS:
        raise Invalid(f"{path} has {len(records)} rows, above the limit of {MAX_ROWS}; split it")
    filled = [(number, row) for number, row in enumerate(records, start=1) if any(cell.strip() for cell in row)]
    if not filled or filled[0][0] != 1:
        raise Invalid(f"{path} has no heading in its first row; see dispatch export KIND --template")
    heading = [as_heading(cell) for cell in records[0]]
    while heading and not heading[-1]:
        heading.pop()
    faults = [
        Fault(f"row {number}", f"row {number} has {_width(row)} cells, the heading {len(heading)}")
        for number, row in filled
        if _width(row) > len(heading)
    ]
    if faults:
        raise Invalid(
            f"{path} has rows longer than its heading; put quotes around cells with separators", tuple(faults)
        )
    return Table(
        tuple(heading),
        tuple(
            tuple(_cell(row[place]) if place < len(row) else "" for place in range(len(heading)))
            for _, row in filled[1:]
        ),
        tuple(number for number, _ in filled[1:]),
        tuple(_cell(cell) for cell in records[0][: len(heading)]),
    )


def _width(row: list[str]) -> int:
    return max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _cell(text: str) -> str:
    return restore(text.replace("\r\n", "\n").replace("\r", "\n").strip())
