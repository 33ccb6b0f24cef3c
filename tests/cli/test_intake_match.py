"""dispatch intake match, as somebody uses it on a file of their own."""

from pathlib import Path

import pytest

from api.reception import thresholds
from dispatch.intake.matching import Thresholds
from dispatch.settings import Settings
from tests.cli.running import Cli

ROWS = "name,phone\nAna Soto,+56912345678\nAna Soto,+56912345678\nLuis Vega,+56987654321\n"


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """A small file."""
    file = tmp_path / "customers.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


def test_groups_go_to_another_file(cli: Cli, customers: Path) -> None:
    assert "3 rows written to groups.xlsx" in cli.fine("intake", "match", customers, "--out", "groups.xlsx")
    assert "3 rows written to groups.xlsx" in cli.fine("intake", "match", customers, "--out", "groups.xlsx")
    assert customers.read_text(encoding="utf-8") == ROWS


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("customers.csv", "--out: customers.csv is the file that is read; name another"),
        ("./same/../customers.csv", "is the file that is read"),
        ("link.csv", "--out: link.csv is the file that is read"),
        ("none/groups.csv", "--out: there is no folder none; make it first"),
        ("same", "--out: same ends in nothing"),
        ("same.csv", "--out: same.csv is a folder; name a file in it"),
        ("groups.pdf", "--out: groups.pdf ends in .pdf"),
        ("groups.txt", "--out: groups.txt ends in .txt; name it .csv or .xlsx"),
    ],
)
def test_a_file_that_cannot_be_the_result_is_refused_before_any_work(
    cli: Cli, customers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, said: str
) -> None:
    for folder in ("same", "same.csv"):
        (tmp_path / folder).mkdir()
    (tmp_path / "link.csv").symlink_to(customers)
    monkeypatch.delattr("dispatch.intake.matching.table.run.read_table")
    assert said in cli.refused(2, "intake", "match", customers, "--out", out)
    assert customers.read_text(encoding="utf-8") == ROWS


@pytest.mark.parametrize("region", ["XX", "Chile", ""])
def test_a_country_that_is_none_is_refused_before_any_work(
    cli: Cli, customers: Path, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.delattr("dispatch.intake.matching.table.run.read_table")
    said = cli.refused(2, "intake", "match", customers, "--region", region)
    assert f"--region: {region!r} is no country; give its two letters" in said


def test_a_country_may_be_written_small(cli: Cli, customers: Path) -> None:
    assert "3 rows: 1 group of several, 1 row alone" in cli.fine("intake", "match", customers, "--region", "cl")


def test_the_setting_of_the_country_is_checked_too(cli: Cli, customers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_DEFAULT_COUNTRY", "XX")
    assert "DISPATCH_DEFAULT_COUNTRY is 'XX'" in cli.refused(2, "intake", "match", customers)


@pytest.mark.parametrize(("option", "value"), [("--merge", "1.5"), ("--merge", "nan"), ("--review", "0.95")])
def test_thresholds_that_leave_no_band_are_refused(cli: Cli, customers: Path, option: str, value: str) -> None:
    assert "choose 0 < review <= merge < 1" in cli.refused(2, "intake", "match", customers, option, value)


def test_what_has_no_settings_goes_by_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPATCH_MATCH_MERGE", "DISPATCH_MATCH_REVIEW"):
        monkeypatch.delenv(name, raising=False)
    assert thresholds(Settings()) == Thresholds()


def test_columns_that_are_not_used_are_told(cli: Cli, customers: Path) -> None:
    customers.write_text("name,Shoe Size\nAna Soto,38\nLuis Vega,44\n", encoding="utf-8")
    said = cli("intake", "match", customers)
    assert "not used: Shoe Size;" in said.err
    assert "--map address='Shoe Size'" in said.err
    assert "weights cannot be fitted to fewer than 30 rows" in said.err
    assert "write --map name=COLUMN" in cli.refused(2, "intake", "match", customers, "--map", "name")
