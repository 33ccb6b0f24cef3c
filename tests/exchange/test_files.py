"""Tables through files and back: whatever a text holds, and never a formula."""

import tempfile
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from dispatch.exchange.cells import BadCell, Day, Duration, Moment, Number, Whole, local_text, place
from dispatch.exchange.kinds import KINDS
from dispatch.exchange.lists import Count, Counts, Hours, Level, Levels, Pause, Pauses, Span, WeeklyHours
from dispatch.exchange.reading import Dates, read_entries
from dispatch.exchange.tables import UNREADABLE, read_table, write_table
from dispatch.exchange.texts import join_list, neutralise, restore, split_list

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("=+-@'\"\n,; "), max_size=20)
TRIMMED = PRINTABLE.map(lambda text: text.strip()).filter(lambda text: text not in ("", UNREADABLE))
SANTIAGO = ZoneInfo("America/Santiago")


def _through(rows: list[list[str]], ending: str, separator: str = ",") -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{ending}"
        write_table(path, ["a", "b"], rows, separator=separator)
        return [list(row) for row in read_table(path).rows]


@settings(max_examples=60)
@given(st.lists(st.lists(TRIMMED, min_size=2, max_size=2), max_size=4), st.sampled_from([",", ";", "\t"]))
def test_texts_go_through_csv(rows: list[list[str]], separator: str) -> None:
    assert _through(rows, "csv", separator) == rows


@settings(max_examples=30)
@given(st.lists(st.lists(TRIMMED, min_size=2, max_size=2), max_size=4))
def test_texts_go_through_xlsx(rows: list[list[str]]) -> None:
    assert _through(rows, "xlsx") == rows


@given(st.text())
def test_what_is_neutralised_is_no_formula_and_comes_back(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert safe.lstrip()[:1] not in tuple("=+-@＝＋－＠")
    assert safe[:1] not in ("\t", "\r", "\n")


@pytest.mark.parametrize(
    "text", ["=1+1", "+56 51 200", "-x", "@SUM(A1)", "\t=1", " =1", "'=1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_of_a_spreadsheet_is_a_formula(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.xlsx"
    write_table(path, ["a"], [[text]])
    cell = load_workbook(path).active["A2"]  # type: ignore[index]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")
    assert read_table(path).rows[0][0].strip() == text.strip()
    write_table(tmp_path / "x.csv", ["a"], [[text]])
    assert (tmp_path / "x.csv").read_text("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")


def test_numbers_stay_numbers_and_control_characters_go(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_table(path, ["a", "b", "c", "d"], [[-29.9027, 12, date(2026, 3, 31), "a\x07b"]])
    row = [cell.value for cell in load_workbook(path).active[2]]  # type: ignore[index]
    assert row == [-29.9027, 12, datetime(2026, 3, 31), "a\ufffdb"]  # noqa: DTZ001  (as the library reads it)
    assert read_table(path).rows == (("-29.9027", "12", "2026-03-31", "a\ufffdb"),)


def test_a_csv_is_made_for_spreadsheets(tmp_path: Path) -> None:
    write_table(tmp_path / "x.csv", ["a", "b"], [["Ñuñoa", 'say "hi"']])
    assert (tmp_path / "x.csv").read_bytes() == '\ufeffa,b\r\nÑuñoa,"say ""hi"""\r\n'.encode()


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffcode;name\r\na;Ñuñoa\r\n".encode(),
        "code\tname\na\tÑuñoa\n".encode("utf-16"),
        "sep=;\ncode;name\na;Ñuñoa\n".encode(),
        "Code , NAME\n a , Ñuñoa \n,\n\n".encode(),
        '"code","name"\n"a","Ñuñoa"'.encode(),
    ],
)
def test_files_as_spreadsheets_write_them(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    table = read_table(tmp_path / "x.csv")
    assert (table.heading, table.rows) == (("code", "name"), (("a", "Ñuñoa"),))


def test_an_older_encoding_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("code;name\na;Ñuñoa\n".encode("cp1252"))
    assert read_table(tmp_path / "x.csv", encoding="cp1252").rows == (("a", "Ñuñoa"),)


def test_rows_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b'code,name\na,"two\nlines"\n\nb,x\n')
    assert read_table(tmp_path / "x.csv").numbers == (2, 4)


def test_what_spreadsheets_make_of_cells(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "First"
    cells = [datetime(2026, 3, 31), datetime(2026, 3, 31, 8, 30), time(1, 30), 5.0, 0.5, True, None, "#N/A", " x "]  # noqa: DTZ001  (as people type it)
    sheet.append([f"c{place}" for place in range(len(cells))])
    sheet.append(cells)
    sheet["H2"].data_type = "e"
    book.create_sheet("Second").append(["code"])
    book.save(tmp_path / "x.xlsx")
    row = read_table(tmp_path / "x.xlsx").rows[0]
    assert row == ("2026-03-31", "2026-03-31 08:30:00", "01:30:00", "5", "0.5", "yes", "", UNREADABLE, "x")
    assert read_table(tmp_path / "x.xlsx", sheet="Second").heading == ("code",)


@pytest.mark.parametrize(("dates", "day"), [(Dates.DMY, "2026-04-03"), (Dates.MDY, "2026-03-04")])
def test_days_with_slashes_are_read_as_told(tmp_path: Path, dates: Dates, day: str) -> None:
    (tmp_path / "x.csv").write_bytes(
        b"technician,starts_at,ends_at,local_date\nT,03/04/2026 08:00,03/04/2026 17:00,3/4/2026\n"
    )
    entries, bad = read_entries(KINDS["shifts"], read_table(tmp_path / "x.csv"), dates)
    assert bad == []
    assert str(entries[0].values["local_date"]) == day
    assert str(entries[0].values["starts_at"]) == f"{day} 08:00:00"


@given(st.lists(TRIMMED, max_size=5))
def test_lists_in_a_cell_come_back(items: list[str]) -> None:
    assert split_list(join_list(items)) == items


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001  (a zone is put on them)
    st.sampled_from(["America/Santiago", "Europe/Berlin", "Asia/Kathmandu"]),
)
def test_instants_come_back_from_local_time(naive: datetime, zone: str) -> None:
    instant = naive.replace(tzinfo=ZoneInfo("UTC"))
    text = local_text(instant, ZoneInfo(zone))
    assert place(Moment().read(text), ZoneInfo(zone)) == instant


def test_times_that_clocks_skip_or_repeat_need_more() -> None:
    assert local_text(datetime(2026, 4, 5, 2, 30, tzinfo=ZoneInfo("UTC")), SANTIAGO) == "2026-04-04 23:30-03:00"
    for text, says in (("2026-04-04 23:30", "was twice"), ("2026-09-06 00:30", "never was")):
        with pytest.raises(BadCell, match=says):
            place(Moment().read(text), SANTIAGO)
    assert place(Moment().read("2026-04-04 23:30-04:00"), SANTIAGO) == datetime(
        2026, 4, 5, 3, 30, tzinfo=ZoneInfo("UTC")
    )


@given(st.integers(0, 359_999))
def test_lengths_come_back(seconds: int) -> None:
    assert Duration().read(Duration().write(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 5400), ("90 min", 5400), ("1:30", 5400), ("01:30:00", 5400), ("0:00:05", 5)]
)
def test_lengths_as_people_write_them(text: str, seconds: int) -> None:
    assert Duration().read(text) == seconds


@given(st.floats(-90, 90))
def test_coordinates_come_back(value: float) -> None:
    assert Number(-90, 90).read(str(Number(-90, 90).write(value))) == value
    assert Number(-90, 90).read(str(value).replace(".", ",")) == value


def test_days_and_numbers_as_people_write_them() -> None:
    assert Day().read("31.3.2026") == Day().read("2026-3-31") == Day().read("2026-03-31 00:00:00") == date(2026, 3, 31)
    assert Whole().read("5,00") == Whole().read("5.0") == Whole().read("+5") == 5


CODES = TRIMMED.map(lambda text: text.replace(":", "").replace("\\", "").strip()).filter(
    lambda text: text and " until " not in text and "\n" not in text
)


@given(st.lists(st.builds(Level, CODES, st.integers(1, 5), st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)))))
def test_levels_come_back(levels: list[Level]) -> None:
    assert Levels().read(Levels().write(levels)) == levels


@given(st.lists(st.builds(Count, CODES.filter(lambda text: " x" not in text), st.integers(1, 999))))
def test_counts_come_back(counts: list[Count]) -> None:
    assert Counts().read(Counts().write(counts)) == counts


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 22))))
def test_weekly_hours_come_back(spans: set[tuple[int, int]]) -> None:
    hours = sorted(Hours(day, time(hour), time((hour + 1) % 24)) for day, hour in spans)
    assert WeeklyHours().read(WeeklyHours().write(hours)) == hours if hours else True


def test_breaks_come_back() -> None:
    text = "2026-03-02 12:00 to 2026-03-02 13:30, 30 min, unpaid, optional; 2026-03-02 16:00 to 2026-03-02 16:00, 90 s"
    noon, later, four = (datetime(2026, 3, 2, *clock) for clock in ((12, 0), (13, 30), (16, 0)))  # noqa: DTZ001  (local)
    pauses = [Pause(Span(noon, later), 1800, False, True), Pause(Span(four, four), 90, True, False)]
    assert Pauses().read(text) == pauses
    texts = [Pause(Span(f"{p.span.opens:%Y-%m-%d %H:%M}", f"{p.span.closes:%Y-%m-%d %H:%M}"), *p[1:]) for p in pauses]
    assert Pauses().write(texts) == text
