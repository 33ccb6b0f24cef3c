"""What goes out comes back in unchanged."""

from pathlib import Path

import pytest
from sqlalchemy import select

from db.models import Site
from db.session import UnitOfWork
from dispatch.exchange.exporting import export_rows, heading
from dispatch.exchange.importing import import_table
from dispatch.exchange.kinds import KINDS
from dispatch.exchange.tables import read_table, write_table
from tests.exchange.files import COMPANY, OPERATOR, bring, bring_company
from tests.exchange.other import closing_uow


def test_every_kind_is_in_the_sample() -> None:
    assert list(COMPANY) == list(KINDS)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_imports_as_nothing_new(uow: UnitOfWork, tmp_path: Path, ending: str) -> None:
    bring_company(uow, tmp_path)
    for kind in KINDS.values():
        path = tmp_path / f"out-{kind.name}.{ending}"
        with uow(viewer=OPERATOR, read_only=True) as session:
            count = write_table(path, heading(kind), list(export_rows(session, OPERATOR, kind)))
        outcome = import_table(uow, OPERATOR, kind, read_table(path))
        assert (outcome.new, outcome.changed, outcome.same, outcome.bad) == (0, 0, count, ())


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_fills_an_empty_system_with_the_same(
    uow: UnitOfWork, tmp_path: Path, sqlite_template: Path, ending: str
) -> None:
    bring_company(uow, tmp_path)
    with closing_uow(sqlite_template, tmp_path / "other.sqlite3") as other:
        for kind in KINDS.values():
            with uow(viewer=OPERATOR, read_only=True) as session:
                rows = list(export_rows(session, OPERATOR, kind))
            write_table(tmp_path / f"{kind.name}.{ending}", heading(kind), rows, separator=";")
            outcome = import_table(other, OPERATOR, kind, read_table(tmp_path / f"{kind.name}.{ending}"))
            assert (outcome.new, outcome.bad) == (len(rows), ())
            with other(viewer=OPERATOR, read_only=True) as session:
                assert list(export_rows(session, OPERATOR, kind)) == rows


def test_a_door_code_comes_in_but_never_out(uow: UnitOfWork, tmp_path: Path) -> None:
    bring_company(uow, tmp_path)
    with uow(viewer=OPERATOR, read_only=True) as session:
        assert session.scalars(select(Site.access_notes)).one() == "Code 4711"
        rows = list(export_rows(session, OPERATOR, KINDS["sites"]))
    assert "access_notes" not in heading(KINDS["sites"])
    assert "access_notes" in heading(KINDS["sites"], template=True)
    assert "4711" not in str(rows)


def test_only_what_a_file_holds_is_changed(uow: UnitOfWork, tmp_path: Path) -> None:
    bring_company(uow, tmp_path)
    outcome = bring(uow, tmp_path, "technicians", [{"code": "T-01", "phone": "+56 9 1"}, {"code": "T-02", "phone": ""}])
    assert (outcome.new, outcome.changed, outcome.same, outcome.saved) == (0, 1, 1, True)
    with uow(viewer=OPERATOR, read_only=True) as session:
        rows = dict(zip(("T-01", "T-02"), export_rows(session, OPERATOR, KINDS["technicians"]), strict=True))
    place = heading(KINDS["technicians"]).index
    assert rows["T-01"][place("skills")] == "boiler:2 until 2027-01-31; lift:3"
    assert rows["T-01"][place("phone")] == "+56 9 1"


def test_lists_are_replaced_as_a_whole(uow: UnitOfWork, tmp_path: Path) -> None:
    bring_company(uow, tmp_path)
    for skills in ("boiler:5; lift:1", "boiler:1", "", "lift:2; boiler:4"):
        outcome = bring(uow, tmp_path, "technicians", [{"code": "T-01", "skills": skills}])
        assert (outcome.changed, outcome.bad) == (1, ())
        with uow(viewer=OPERATOR, read_only=True) as session:
            row, *_ = export_rows(session, OPERATOR, KINDS["technicians"])
        assert row[heading(KINDS["technicians"]).index("skills")] == ("; ".join(sorted(skills.split("; "))) or None)


def test_a_dry_run_changes_nothing(uow: UnitOfWork, tmp_path: Path) -> None:
    outcome = bring(uow, tmp_path, "skills", [{"code": "gas", "name": "Gas"}], dry_run=True)
    assert (outcome.new, outcome.saved) == (1, False)
    with uow(viewer=OPERATOR, read_only=True) as session:
        assert list(export_rows(session, OPERATOR, KINDS["skills"])) == []


def test_sites_of_one_name_are_told_apart_by_their_addresses(
    uow: UnitOfWork, tmp_path: Path, sqlite_template: Path
) -> None:
    bring_company(uow, tmp_path)
    site = COMPANY["sites"][0]
    twins = [site, {**site, "house_number": "14", "access_notes": "Code 1"}]
    assert bring(uow, tmp_path, "sites", twins).new == 1
    assert bring(uow, tmp_path, "sites", twins).same == 2
    lonely = bring(uow, tmp_path, "sites", [{"organisation": "C-1", "name": "Faro", "city": "Coquimbo"}])
    assert "several rows of site" in str(lonely.bad[0])
    unit = {**COMPANY["equipment"][1], "label_code": "E-9", "serial": "9"}
    assert not bring(uow, tmp_path, "equipment", [unit]).saved
    assert bring(uow, tmp_path, "equipment", [{**unit, "site": "C-1/Faro, Avenida del Mar 14"}]).saved
    with uow(viewer=OPERATOR, read_only=True) as session:
        row = list(export_rows(session, OPERATOR, KINDS["equipment"]))[-1]
    assert row[1] == "C-1/Faro, Avenida del Mar 14"
