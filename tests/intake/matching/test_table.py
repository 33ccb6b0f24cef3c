"""Files of other origin: people, restaurants and customers, with slips, gaps and swapped fields."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch.errors import Invalid, NotFound
from dispatch.exchange.tables import as_heading
from dispatch.intake.matching.table.columns import mapped
from dispatch.intake.matching.table.dates import date_of, is_month_first, moment_of
from dispatch.intake.matching.table.households import first_name, most_bits
from dispatch.intake.matching.table.report import clusters_of
from dispatch.intake.matching.table.rows import date_level, row_record
from dispatch.intake.matching.table.run import Matched, match_file, write_groups
from dispatch.intake.matching.thresholds import Thresholds
from dispatch.intake.matching.weights import probability_of
from tests.builders.duplicates import Rows, customers, families, people, restaurants

LIMITS = Thresholds()


def written(folder: Path, rows: Rows) -> Path:
    """A CSV file of these rows."""
    file = folder / "rows.csv"
    with file.open("w", encoding="utf-8", newline="") as to:
        csv.writer(to).writerows(rows)
    return file


@pytest.mark.parametrize(
    ("table", "least_recall"),
    [(people, 0.93), (restaurants, 0.93), (customers, 0.93)],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_duplicates_in_tables_of_other_shapes_are_found(
    tmp_path: Path, table: Callable[[int, int], Rows], least_recall: float
) -> None:
    found = match_file(written(tmp_path, table(11, 400)), LIMITS, truth="cluster", region="DE")
    assert found.quality is not None
    assert found.quality.pairs > 80
    assert found.quality.precision >= 0.99
    assert found.quality.recall >= least_recall
    assert found.quality.recall_with_review >= 0.95
    assert found.quality.review_share <= 0.08


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    heading, *rows = people(5, 100)

    def groups(rows: Rows) -> set[frozenset[tuple[str, ...]]]:
        found: Matched = match_file(written(tmp_path, [heading, *rows]), LIMITS)
        return {frozenset(tuple(rows[key]) for key in group) for group in found.found.groups}

    assert groups(rows) == groups(rows[::-1])


def test_columns_may_be_named_as_the_file_writes_them() -> None:
    heading = ("kunde", "postal_code", "true_id")
    assert mapped(heading, ["name=Kunde"], "True ID") == mapped(heading, ["name=kunde"], "true_id")


def test_columns_are_guessed_and_can_be_told() -> None:
    heading = ["id", "Kunde", "Strasse", "PLZ", "Ort", "cluster"]
    assert mapped(heading, [], "cluster") == {"name": (1,), "street": (2,), "postcode": (3,), "city": (4,)}
    assert mapped(heading, ["organisation=Kunde", "city="], "cluster") == {
        "organisation": (1,),
        "street": (2,),
        "postcode": (3,),
    }


@pytest.mark.parametrize(
    ("given", "truth", "said"),
    [
        (["nmae=Kunde"], None, "'nmae' is no field; did you mean name?"),
        (["name=Kundin"], None, "name: there is no column 'Kundin'"),
        ([], "wahr", "truth: there is no column 'wahr'"),
        (["name="], None, "map at least one"),
        (["name"], None, "--map name: it names no column; write --map name=COLUMN"),
    ],
)
def test_what_cannot_be_mapped_is_named(given: list[str], truth: str | None, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        mapped(["Kunde", "xyz"], given, truth)


def test_empty_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file"):
        match_file(tmp_path / "none.csv", LIMITS)
    with pytest.raises(Invalid, match="no rows below its heading"):
        match_file(written(tmp_path, [["name", "phone"]]), LIMITS)


def test_cells_that_say_nothing_are_missing() -> None:
    columns = mapped(["given_name", "surname", "phone", "dob"], [], None)
    record = row_record(["Ana", "n/a", "-", "09/12/1908"], columns)
    assert (record.names, record.phones) == (("ana",), ())
    assert record.others == {"birth_date": "19081209", "first name": "ana"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1908-12-09", "19081209"),
        ("19081209", "19081209"),
        ("9.12.1908", "19081209"),
        ("9/12/52", "19521209"),
        ("12/29/1908", "19081229"),
        ("29-12-08 17:30", "20081229"),
        ("9 de diciembre de 1980", "19801209"),
        ("9. März 1980", "19800309"),
        ("Dec 9, 1980", "19801209"),
        ("1980", "1980"),
    ],
)
def test_days_are_read_however_they_are_written(text: str, day: str) -> None:
    assert date_of(text) == day


def test_the_rows_show_whether_the_month_comes_first() -> None:
    assert is_month_first(["03/04/1980", "12/29/1980"], "DE")
    assert not is_month_first(["03/04/1980", "29/12/1980"], "US")
    assert [is_month_first(["03/04/1980"], region) for region in ("US", "CL")] == [True, False]
    assert date_of("03/04/1980", month_first=True) == "19800304"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-18T14:05:00+02:00", datetime(2026, 4, 18, 12, 5, tzinfo=UTC)),
        ("18.04.2026 14:05", datetime(2026, 4, 18, 14, 5, tzinfo=UTC)),
        ("4/18/2026 2:05:30 PM", datetime(2026, 4, 18, 14, 5, 30, tzinfo=UTC)),
        ("18 Apr 2026", datetime(2026, 4, 18, tzinfo=UTC)),
        ("yesterday", None),
    ],
)
def test_moments_keep_their_time_of_the_day(text: str, moment: datetime | None) -> None:
    assert moment_of(text) == moment


def test_days_with_day_and_month_swapped_are_close() -> None:
    levels = [date_level("19081209", other) for other in ("19081209", "19080912", "19081208", "19081225", "19500101")]
    assert levels == ["exact", "close", "close", "far", "disagree"]


def test_groups_are_written_beside_the_rows(tmp_path: Path) -> None:
    rows = [
        ["name", "phone"],
        ["Ana Soto", "+56912345678"],
        ["Ana Soto", "+56912345678"],
        ["Luis Vega", "+56987654321"],
    ]
    found = match_file(written(tmp_path, rows), LIMITS)
    out = tmp_path / "out.csv"
    assert write_groups(found, out) == 3
    with out.open(encoding="utf-8-sig", newline="") as file:
        again = list(csv.reader(file))
    assert again[0] == ["group", "name", "phone"]
    assert [row[1] for row in again[1:]] == ["Ana Soto", "Ana Soto", "Luis Vega"]


def test_who_lives_at_one_address_under_another_name_is_at_most_asked_about(tmp_path: Path) -> None:
    rows = [
        ["Name", "Telefon", "Adresse", "Ort"],
        ["Hans Müller", "030 1234567", "Hauptstr. 3", "Berlin"],
        ["Hanns Mueller", "+49 30 1234567", "Hauptstraße 3", "Berlin"],
        ["Petra Weiss", "", "Hauptstr. 3", "Berlin"],
        ["Bruno Soto", "0221 700001", "Lindenweg 5", "Köln"],
    ]
    found = match_file(written(tmp_path, rows), LIMITS, region="DE")
    assert sorted(map(sorted, found.found.groups)) == [[0, 1], [2], [3]]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Home Address", "address"),
        ("Wohnadresse", "address"),
        ("Post Code", "postcode"),
        ("Fecha de nacimiento", "birth_date"),
        ("Geb.-Tag", "birth_date"),
        ("Vollständiger Name", "name"),
        ("Fon privat", "phone"),
        ("Teléfono móvil", "phone"),
        ("Correo electrónico", "email"),
        ("res_street_address", "address"),
        ("res_city_desc", "city"),
        ("state_cd", "region"),
        ("full_phone_number", "phone"),
        ("Serial No.", "serial"),
        ("Kunde E-Mail", "email"),
        ("Fecha de ingreso", "date"),
    ],
)
def test_headings_of_other_languages_are_known(heading: str, field: str) -> None:
    assert mapped([as_heading(heading)], [], None) == {field: (0,)}


def test_a_file_keeps_its_separator_and_headings(tmp_path: Path) -> None:
    file, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    file.write_text("Full Name|Fon privat|Shoe Size\nAna Soto|+56912345678|38\nLuis Vega|+56987654321|44\n", "utf-8")
    found = match_file(file, LIMITS)
    assert (found.columns, list(found.unused)) == ({"name": ["full_name"], "phone": ["fon_privat"]}, ["Shoe Size"])
    write_groups(found, out)
    assert out.read_text("utf-8-sig").splitlines()[0] == "group|Full Name|Fon privat|Shoe Size"


def test_doubled_headings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="the heading has name more than once"):
        match_file(written(tmp_path, [["Name", "name"], ["Ana", "Soto"]]), LIMITS)


def test_few_rows_do_not_join_those_who_may_be_two(tmp_path: Path) -> None:
    rows = [
        ["name", "date_of_birth", "phone", "email", "address", "postcode"],
        ["Ana Soto", "1980-02-03", "+56912345678", "soto@example.com", "Balmaceda 120", "1700000"],
        ["Ana Soto", "2004-07-09", "+56912345678", "soto@example.com", "Balmaceda 120", "1700000"],
        ["Eva Soto", "1980-02-03", "+56912345678", "soto@example.com", "Balmaceda 120", "1700000"],
        ["Ana Sotto", "1980-02-03", "+56912345678", "soto@example.com", "Balmaceda 120", "1700000"],
    ]
    found = match_file(written(tmp_path, rows), LIMITS).found
    assert sorted(map(sorted, found.groups)) == [[0, 3], [1], [2]]
    assert {(0, 1), (0, 2)} <= set(found.review)


def test_families_at_one_address_stay_apart(tmp_path: Path) -> None:
    found = match_file(written(tmp_path, families(3, 110)), LIMITS, truth="cluster", region="DE")
    assert found.quality is not None
    assert found.quality.pairs > 80
    assert found.quality.precision >= 0.99
    assert found.quality.recall >= 0.95
    assert found.quality.review_share <= 0.08


def test_twins_are_asked_about_and_brothers_are_not() -> None:
    twins = {"first name": "disagree", "name": "far", "birth_date": "exact", "phone": "exact", "address": "exact"}
    brothers = twins | {"birth_date": "disagree"}
    one_person = brothers | {"identity": "exact"}
    assert LIMITS.review <= probability_of(most_bits(twins)) < LIMITS.merge
    assert probability_of(most_bits(brothers)) < LIMITS.review
    assert probability_of(most_bits(one_person)) > 0.999


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Hans Müller", "Petra Müller", "disagree"),
        ("Müller, Hans", "Johannes Müller", "close"),
        ("H. Müller", "Hans Müller", "far"),
        ("Müller Hans", "Hans Müller", "close"),
        ("Wanda Smith", "Wanda Jones", "exact"),
        ("Hans Müler", "Hasn Müller", "close"),
        ("Dr. Hans Müller", "Herr Hans Müller", "exact"),
    ],
)
def test_first_names_are_found_in_names(one: str, other: str, level: str) -> None:
    columns = mapped(["name"], [], None)
    agreed = [first_name(*(row_record([each], columns) for each in pair)) for pair in ((one, other), (other, one))]
    assert [each.level if each else None for each in agreed] == [level, level]


def test_headings_about_something_else_are_no_fields() -> None:
    heading = ["phone", "phone_type", "address_id", "first_name", "last_name", "name_suffix_lbl", "mail_address"]
    assert mapped([*heading, "street_address"], [], None) == {
        "phone": (0,),
        "given_name": (3,),
        "family_name": (4,),
        "address": (7,),
    }


def test_a_column_to_be_left_out_is_told_by_its_field() -> None:
    with pytest.raises(Invalid, match="write --map identity= to leave it out"):
        mapped(["name", "soc_sec_id"], ["soc_sec_id="], None)


def test_numbers_of_copies_are_the_truth_of_their_originals() -> None:
    assert clusters_of(["rec-1-org", "rec-1-dup-0", "rec-12-dup-3"]) == ["rec-1", "rec-1", "rec-12"]
    assert clusters_of(["a-org", "a-org", "b-org"]) == ["a-org", "a-org", "b-org"]
    assert clusters_of(["1 ", "1", ""]) == ["1", "1", ""]


def test_rows_that_report_faults_are_matched_by_fault_and_not_by_reporter(tmp_path: Path) -> None:
    rows = [
        ["subject", "reporter_name", "phone", "created_at", "address", "city"],
        ["The lift is very noisy", "Ana Soto", "+56912345678", "2026-03-02 08:10", "Balmaceda 120", "La Serena"],
        ["Loud noise from the lift", "Luis Vega", "+56987654321", "2026-03-02 08:55", "Balmaceda 120", "La Serena"],
        ["Water leaks from the boiler", "Ana Soto", "+56912345678", "2026-03-02 09:30", "Balmaceda 120", "La Serena"],
        ["The lift is very noisy", "Ana Soto", "+56912345678", "2026-08-20 10:00", "Balmaceda 120", "La Serena"],
    ]
    found = match_file(written(tmp_path, rows), LIMITS)
    assert found.tickets
    assert sorted(map(sorted, found.found.groups)) == [[0, 1], [2], [3]]
    assert not match_file(written(tmp_path, rows), LIMITS, given=["text="]).tickets
