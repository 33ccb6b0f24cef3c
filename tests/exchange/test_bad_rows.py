"""Every bad row is listed with its place and a remedy, and nothing of the file is taken in."""

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update

from db.models import Role, Visit, VisitStatus, WorkOrder, WorkOrderStatus
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.errors import Forbidden, Invalid
from dispatch.exchange.exporting import export_rows
from dispatch.exchange.importing import import_table
from dispatch.exchange.kinds import KINDS, find_kind
from dispatch.exchange.reading import BadRow
from dispatch.exchange.tables import read_table
from tests.exchange.files import COMPANY, OPERATOR, bring, bring_company, write_csv
from tests.exchange.other import closing_uow

TWO_WINDOWS: Final = "2026-03-02 09:00 to 2026-03-02 11:00; 2026-03-02 10:00 to 2026-03-02 12:00"
UNPINNED: Final = {"pinned_shift": "", "pinned_start_at": "2026-03-02 09:00"}

BAD: Final = [
    ("territories", {"time_zone": "America/Atlantis"}, "time_zone", "is no time zone we know"),
    ("territories", {"currency": "XXQ"}, "currency", "is no currency we know"),
    ("territories", {"country": "cl"}, "country", "is not a country as two capitals"),
    ("organisations", {"kind": "wizard"}, "kind", "is not known"),
    ("organisations", {"name": ""}, "name", "is empty"),
    ("organisations", {"name": "x" * 201}, "name", "has 201 characters"),
    ("organisations", {"name": "bell\x07"}, "name", "holds a control character"),
    ("organisations", {"email": "faro at example.com"}, "email", "is not an e-mail address"),
    ("organisations", {"phone": "call me"}, "phone", "is not a telephone number"),
    ("organisations", {"language": "Spanish!"}, "language", "is not a language"),
    ("contacts", {"organisation": "C-9"}, "organisation", "is no organisation we know"),
    ("contacts", {"may_be_written_to": "maybe"}, "may_be_written_to", "is neither yes nor no"),
    ("sites", {"latitude": "91"}, "latitude", "is above 90"),
    ("sites", {"latitude": "north"}, "latitude", "is not a number"),
    ("sites", {"latitude": "1.234,5"}, "latitude", "is not a number"),
    ("sites", {"longitude": ""}, "longitude", "is empty, the other coordinate is not"),
    ("sites", {"territory": "SL"}, "territory", "is no territory we know"),
    ("sites", {"opening_hours": "mon 8 to 5"}, "opening_hours", "which is no span of time"),
    ("sites", {"opening_hours": "someday 08:00-17:00"}, "opening_hours", "which is no weekday"),
    ("sites", {"opening_hours": "mon 17:00-08:00"}, "opening_hours", "closes before it opens"),
    ("sites", {"opening_hours": "mon 08:00-25:00"}, "opening_hours", "is not a time of day"),
    ("skills", {"code": "a:b"}, "code", "is not a code without"),
    ("technicians", {"skills": "lift"}, "skills", "which is no skill with a level"),
    ("technicians", {"skills": "lift:9"}, "skills", "is above 5"),
    ("technicians", {"skills": "magic:2"}, "skills", "is no skill we know"),
    ("technicians", {"skills": "lift:2; lift:3"}, "skills", "names the same thing twice"),
    ("technicians", {"cost_per_km": "-5"}, "cost_per_km", "is below 0"),
    ("technicians", {"cost_per_km": "12.50"}, "cost_per_km", "is not a whole number"),
    ("technicians", {"home_longitude": ""}, "home_longitude", "is empty, the other"),
    ("shifts", {"technician": "T-99"}, "technician", "is no technician we know"),
    ("shifts", {"ends_at": "2026-03-02 07:00"}, "ends_at", "is not after starts_at"),
    ("shifts", {"starts_at": "2026-09-06 00:30"}, "starts_at", "never was in America/Santiago"),
    ("shifts", {"starts_at": "2026-04-04 23:30"}, "starts_at", "was twice in America/Santiago"),
    ("shifts", {"starts_at": "8 o'clock"}, "starts_at", "is not a date and time"),
    ("shifts", {"local_date": "2026-04-02"}, "local_date", "is not the day of starts_at in America/Santiago, 2026-03"),
    ("shifts", {"local_date": "02/03/2026"}, "local_date", "may be day/month or month/day"),
    ("shifts", {"local_date": "2026-02-30"}, "local_date", "is not in the calendar"),
    ("shifts", {"max_overtime": "an hour"}, "max_overtime", "is not a length of time"),
    ("shifts", {"breaks": "noon"}, "breaks", "which is no break"),
    ("shifts", {"breaks": "2026-03-02 06:00 to 2026-03-02 07:00, 30 min"}, "breaks", "has a break before the shift"),
    ("absences", {"kind": "party"}, "kind", "is not known"),
    ("parts", {"superseded_by": "P-9"}, "superseded_by", "is no part we know"),
    ("parts", {"manufacturer": "M-2"}, "manufacturer", "is no organisation we know"),
    ("part-substitutes", {"substitute": "P-1"}, "substitute", "is the part itself"),
    ("warehouses", {"latitude": ""}, "latitude", "is empty"),
    ("warehouse-stock", {"quantity": "-1"}, "quantity", "is below 0"),
    ("warehouse-stock", {"quantity": "1,000"}, "quantity", "is not a whole number"),
    ("van-stock", {"maximum": "0"}, "maximum", "is below minimum"),
    ("work-types", {"parts": "P-9 x2"}, "parts", "is no part we know"),
    ("work-types", {"skills": "lift:2 until 2027-01-01"}, "skills", "only technicians' skills end"),
    ("equipment", {"site": "C-1/Faroe"}, "site", "did you mean C-1/Faro"),
    ("equipment", {"retired_on": "2014-01-01"}, "retired_on", "is before installed_on"),
    ("equipment", {"replaced_by": "E-9"}, "replaced_by", "is no equipment we know"),
    ("contracts", {"ends_on": "2024-12-31"}, "ends_on", "is before starts_on"),
    ("contracts", {"response_minutes": "0"}, "response_minutes", "is below 1"),
    ("contracts", {"covered": "E-1; E-1"}, "covered", "names the same thing twice"),
    ("inspections", {"interval_days": "0"}, "interval_days", "is below 1"),
    ("work-orders", {"priority": "whenever"}, "priority", "is not known"),
    ("work-orders", {"status": "planned"}, "status", "is set by planning"),
    ("work-orders", {"reported_at": ""}, "reported_at", "is empty"),
    ("work-orders", {"territory": "nowhere"}, "territory", "is no territory we know"),
    ("visits", {"status": "on site"}, "status", "is set by planning"),
    ("visits", {"status": "incomplete"}, "incomplete_reason", "is empty for an incomplete visit"),
    ("visits", {"windows": "2026-03-02 12:00 to 2026-03-02 09:00"}, "windows", "which closes before it opens"),
    ("visits", {"windows": "morning"}, "windows", "which is no window"),
    ("visits", {"windows": TWO_WINDOWS}, "windows", "windows that overlap"),
    ("visits", {"technicians": "maybe T-01"}, "technicians", "says nothing of a technician"),
    ("visits", {"technicians": "only T-01; never T-01"}, "technicians", "names the same thing twice"),
    ("visits", UNPINNED, "pinned_shift", "is empty, pinned_start_at is not"),
    ("visits", {"pinned_shift": "T-01/2026-03-02 09:00"}, "pinned_shift", "is no shift we know"),
    ("visits", {"follow_up_of": "WO-1/7"}, "follow_up_of", "is no visit we know"),
]  # fmt: skip


@pytest.fixture
def database_kind() -> str:
    """What differs between databases is tested with the round trips."""
    return "sqlite"


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds the whole company, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    with closing_uow(sqlite_template, folder / "filled.sqlite3") as uow:
        bring_company(uow, folder)
    return folder / "filled.sqlite3"


@pytest.mark.parametrize(("kind", "change", "column", "problem"), BAD)
def test_a_bad_cell_is_listed(
    filled: Path, tmp_path: Path, kind: str, change: dict[str, str], column: str, problem: str
) -> None:
    with closing_uow(filled, tmp_path / "copy.sqlite3") as uow:
        before = _rows(uow, kind)
        good, *more = COMPANY[kind]
        outcome = bring(uow, tmp_path, kind, [{**good, **change}, *more])
        assert not outcome.saved
        found = [bad for bad in outcome.bad if bad.row == 2]
        assert [bad.column for bad in found] == [column]
        assert problem in str(found[0])
        assert found[0].remedy
        assert _rows(uow, kind) == before


def _rows(uow: UnitOfWork, kind: str) -> list[object]:
    with uow(viewer=OPERATOR, read_only=True) as session:
        return list(export_rows(session, OPERATOR, find_kind(kind)))


def test_every_kind_has_bad_rows_here() -> None:
    assert {kind for kind, *_ in BAD} == set(KINDS)


def test_all_faults_of_all_rows_are_listed(uow: UnitOfWork, tmp_path: Path) -> None:
    rows = [
        {"number": "C-1", "name": "", "kind": "wizard", "email": "x"},
        {"number": "C-2", "name": "Fine", "kind": "owner"},
        {"number": "C-2", "name": "Again", "kind": "owner"},
        {"number": "", "name": "No number", "kind": "owner"},
    ]
    outcome = bring(uow, tmp_path, "organisations", rows)
    assert [(bad.row, bad.column) for bad in outcome.bad] == [
        (2, "email"), (2, "kind"), (2, "name"), (4, "number"), (5, "number"),
    ]  # fmt: skip


def test_headings_are_judged_before_rows(uow: UnitOfWork, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("nam,kind,kind,,email\na,owner,owner,,x\n", "utf-8")
    outcome = import_table(uow, OPERATOR, KINDS["organisations"], read_table(tmp_path / "x.csv"))
    assert [(bad.column, bad.problem) for bad in outcome.bad] == [
        ("kind", "is there twice"),
        ("nam", "is not known"),
        ("number", "is missing"),
        ("number 4", "has no name"),
    ]
    assert "did you mean name?" in str(outcome.bad[1])


def test_a_secret_does_not_show(uow: UnitOfWork, tmp_path: Path) -> None:
    for kind in ("territories", "organisations"):
        bring(uow, tmp_path, kind, COMPANY[kind])
    outcome = bring(uow, tmp_path, "sites", [{**COMPANY["sites"][0], "access_notes": "4711\x07"}])
    assert [bad.value for bad in outcome.bad] == ["(hidden)"]


def test_new_rows_need_more_columns_than_changes(uow: UnitOfWork, tmp_path: Path) -> None:
    bring_company(uow, tmp_path)
    assert bring(uow, tmp_path, "parts", [{"number": "P-1", "unit_cost": "5"}]).saved
    outcome = bring(uow, tmp_path, "parts", [{"number": "P-3", "unit_cost": "5"}])
    assert [(bad.column, bad.problem) for bad in outcome.bad] == [("name", "is missing")]


def test_what_is_in_a_plan_may_be_repeated_but_not_changed(uow: UnitOfWork, tmp_path: Path) -> None:
    bring_company(uow, tmp_path)
    with uow(viewer=OPERATOR) as session:
        session.execute(update(WorkOrder).values(status=WorkOrderStatus.PLANNED))
        session.execute(update(Visit).where(Visit.sequence == 1).values(status=VisitStatus.SCHEDULED))
        session.commit()
    key = {"work_order": "WO-1", "sequence": "1"}
    assert bring(uow, tmp_path, "visits", [{**key, "status": "scheduled", "duration": "1:30"}]).same == 1
    for change in ({"duration": "2:00"}, {"status": "unscheduled"}, {"tools": "saw"}, {"skills": "lift:5"}):
        outcome = bring(uow, tmp_path, "visits", [{**key, **change}])
        assert ["of a visit that is scheduled" in str(bad) for bad in outcome.bad] == [True]
    assert bring(uow, tmp_path, "work-orders", [{"number": "WO-1", "summary": "Door stuck"}]).changed == 1
    outcome = bring(uow, tmp_path, "work-orders", [{"number": "WO-1", "status": "done"}])
    assert not outcome.saved


def test_what_only_the_database_sees_is_traced_to_its_row(uow: UnitOfWork, tmp_path: Path) -> None:
    bring_company(uow, tmp_path)
    base = {"site": "C-1/Faro", "kind": "lift", "manufacturer": "M-1", "model": "S300"}
    rows = [
        {**base, "label_code": f"E-{number}", "serial": serial} for number, serial in ((7, "a"), (8, "a"), (9, "b"))
    ]
    outcome = bring(uow, tmp_path, "equipment", rows)
    assert [(bad.row, bad.column) for bad in outcome.bad] == [(3, "label_code")]
    assert "has a value that another row has" in outcome.bad[0].problem


def test_who_may_not_make_such_rows_imports_none(uow: UnitOfWork, tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "skills.csv", COMPANY["skills"]))
    with pytest.raises(Forbidden):
        import_table(uow, Viewer("Ana", Role.TECHNICIAN), KINDS["skills"], table)


def test_a_bad_row_reads_like_a_sentence() -> None:
    bad = BadRow(7, "level", "9", "is above 5", "write 5 or less")
    assert str(bad) == "row 7, column level: '9' is above 5; write 5 or less"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "no heading"),
        ("a.csv", b"\n\ncode,name\n", "no heading"),
        ("a.csv", b"code,name\na,b,c\nd,e,f\n", "rows longer than its heading"),
        ("a.csv", b'code,name\n"a,b\n', "no well-formed CSV"),
        ("a.csv", "code,name\na,Aéreo\n".encode("cp1252"), "is not UTF-8 (line 2)"),
        ("a.xlsx", b"PK but not really", "no XLSX file"),
        ("a.xls", b"", "save it as .xlsx"),
        ("a.pdf", b"", "name it .csv or .xlsx"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid) as refusal:
        read_table(tmp_path / name)
    assert says in str(refusal.value)


def test_rows_longer_than_the_heading_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"code,name\na,b,c\nd,e\nf,g,h\n")
    with pytest.raises(Invalid) as refusal:
        read_table(tmp_path / "a.csv")
    assert [fault.pointer for fault in refusal.value.faults] == ["row 2", "row 4"]
