"""What the commands do, one after another, as an operator would use them."""

import io
import json
from pathlib import Path
from typing import Final

import pytest

from tests.cli.running import Cli
from tests.exchange.files import COMPANY, write_csv

SIX: Final = Path(__file__).parents[2] / "fixtures" / "data" / "six-visits.json"
PASSWORD: Final = "correct horse battery"


def _stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def _import_company(cli: Cli, folder: Path) -> None:
    for kind, rows in COMPANY.items():
        cli.fine("import", kind, write_csv(folder / f"{kind}.csv", rows))


def test_a_new_database_needs_its_tables_first(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE_URL", f"sqlite:///{tmp_path}/new/dispatch.sqlite3")
    assert "run: dispatch db upgrade" in cli.refused(2, "user", "list")
    assert "at revision" in cli.fine("db", "upgrade")
    assert "as before" in cli.fine("db", "upgrade")
    assert cli.fine("db", "check") == "all is well\n"


def test_backup_and_restore(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cli.fine("user", "create", "ana@example.com", "--name", "Ana Ruiz", "--no-password")
    assert "0 attachments" in cli.fine("db", "backup", "saved.tar.gz")
    assert "name a new file" in cli.refused(2, "db", "backup", "saved.tar.gz")
    assert "--overwrite" in cli.refused(2, "db", "restore", "saved.tar.gz")
    monkeypatch.setenv("DISPATCH_DATABASE_URL", f"sqlite:///{tmp_path}/other.sqlite3")
    assert "restored what was saved" in cli.fine("db", "restore", "saved.tar.gz")
    assert "ana@example.com" in cli.fine("user", "list")
    Path("broken.tar.gz").write_bytes(b"nothing of the kind")
    assert "broken.tar.gz" in cli.refused(2, "db", "restore", "broken.tar.gz", "--overwrite")
    assert cli("db", "backup", tmp_path / "no" / "folder" / "x").code == 2


def test_the_life_of_a_user(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    _stdin(monkeypatch, f"{PASSWORD}\n")
    made = cli.fine("user", "create", "Ana@Example.com", "--name", "Ana Ruiz", "--password-stdin")
    assert made == "user 1: Ana Ruiz <ana@example.com>, administrator\n"
    assert "already a user" in cli.refused(1, "user", "create", "ana@example.com", "--name", "A", "--no-password")
    _stdin(monkeypatch, "short\n")
    assert "12 to 200" in cli.refused(2, "user", "password", "ana@example.com", "--password-stdin")
    _stdin(monkeypatch, "")
    assert "--password-stdin" in cli.refused(2, "user", "password", "ana@example.com")
    assert cli.fine("user", "token", "ana@example.com").startswith("dispatch_")
    assert cli.fine("user", "token", "ana@example.com", "--link").startswith("dispatch_")
    assert "last active administrator" in cli.refused(1, "user", "deactivate", "ana@example.com")
    cli.fine("user", "create", "bea@example.com", "--name", "Bea", "--no-password")
    assert "may not sign in" in cli.fine("user", "deactivate", "ana@example.com")
    listed = cli.fine("user", "list")
    assert "deactivated" in listed
    assert "tokens only" in listed


def test_no_address_is_cut_where_there_is_no_terminal(cli: Cli) -> None:
    long = f"{'a' * 60}@{'b' * 60}.example.com"
    cli.fine("user", "create", long, "--name", "Ana " + "Ruiz " * 12, "--no-password")
    heading, row = cli.fine("user", "list").splitlines()
    assert long in row
    assert max(map(len, (heading, row))) < 260


def test_users_of_a_territory(cli: Cli, tmp_path: Path) -> None:
    for kind in ("territories", "skills", "technicians"):
        cli.fine("import", kind, write_csv(tmp_path / f"{kind}.csv", COMPANY[kind]))
    base = ["user", "create", "x@example.com", "--name", "X", "--no-password"]
    assert "no technician with the code T-9" in cli.refused(2, *base, "--role", "technician", "--technician", "T-9")
    assert "technician" in cli.fine(*base, "--role", "technician", "--technician", "T-01")
    base[2] = "y@example.com"
    assert "scheduler" in cli.fine(*base, "--role", "scheduler", "--territory", "LS")


def test_a_company_goes_in_is_planned_and_comes_out(cli: Cli, tmp_path: Path) -> None:
    _import_company(cli, tmp_path)
    day = ["--territory", "LS", "--date", "2026-03-02", "--iterations", 2]
    assert "not applied" in cli.fine("plan", *day)
    told = cli.fine("plan", *day, "--publish")
    assert "published" in told
    assert "T-01" in told
    assert "served" in told
    again = cli("plan", *day, "--publish")
    assert again.code == 1
    assert "published" in again.err
    assert "visits" in cli.fine("export", "visits", "visits.csv")
    assert "scheduled" in Path("visits.csv").read_text("utf-8-sig") or "dispatched" in Path("visits.csv").read_text(
        "utf-8-sig"
    )
    assert cli.fine("import", "visits", "visits.csv") == "0 new, 0 changed, 2 as they were\n"


def test_bad_rows_are_listed_and_nothing_changes(cli: Cli, tmp_path: Path) -> None:
    rows = [{"code": "a", "name": "A"}, {"code": "", "name": "B"}, {"code": "a", "name": "C"}]
    file = write_csv(tmp_path / "skills.csv", rows)
    for options in ([], ["--dry-run"]):
        ended = cli("import", "skills", file, *options)
        assert ended.code == 2
        assert ended.out.splitlines() == [
            "row 3, column code: is empty; write a code without : and ;",
            "row 4, column code: 'a' repeats a, which row 2 has; remove one of the two rows",
        ]
        assert "2 of 3 rows are bad; nothing was changed" in ended.err
    assert "0 skills" in cli.fine("export", "skills", "out.csv")
    write_csv(file, rows[:1])
    assert "nothing was changed yet" in cli.fine("import", "skills", file, "--dry-run")


def test_templates_and_lists_of_kinds(cli: Cli) -> None:
    cli.fine("export", "sites", "sites.csv", "--template", "--separator", ";")
    heading = Path("sites.csv").read_text("utf-8-sig").strip().split(";")
    assert heading[0] == "organisation"
    assert "access_notes" in heading
    listed = cli.fine("export", "--kinds")
    assert "sites  (key: organisation, name)" in listed
    assert "skills" not in cli.fine("export", "sites", "--kinds").split("\n")[0]


def test_the_optimiser_alone(cli: Cli) -> None:
    ended = cli("solve", SIX, "-o", "plan.json", "--iterations", 5, "--progress", "plain")
    assert ended.code == 0
    assert "5 of 6 visits served" in ended.err
    assert "right: feasible" in cli.fine("check", SIX, "plan.json")
    sure = json.loads(cli.fine("confidence", SIX, "plan.json", "--samples", 10, "--json"))
    assert (sure["samples"], sure["expected_share"]) == (10, 1.0)
    plan = json.loads(Path("plan.json").read_text("utf-8"))
    plan["cost"]["total"] += 1
    Path("wrong.json").write_text(json.dumps(plan), "utf-8")
    assert cli("check", SIX, "wrong.json").code == 1
    assert json.loads(cli("check", SIX, "wrong.json", "--json").out)["right"] is False
    Path("broken.json").write_text("{", "utf-8")
    assert cli("solve", "broken.json").code == 2
    assert cli("check", SIX, "missing.json").code == 2


def test_a_shift_gets_the_local_day_it_starts_on(cli: Cli, tmp_path: Path) -> None:
    for kind in ("territories", "skills", "technicians"):
        cli.fine("import", kind, write_csv(tmp_path / f"{kind}.csv", COMPANY[kind]))
    night = {"technician": "T-02", "starts_at": "2026-03-02 22:30", "ends_at": "2026-03-03 06:00"}
    cli.fine("import", "shifts", write_csv(tmp_path / "shifts.csv", [night]))
    cli.fine("export", "shifts", "out.csv")
    assert "T-02,2026-03-02 22:30,2026-03-03 06:00,2026-03-02," in Path("out.csv").read_text("utf-8-sig")
    cli.fine("import", "shifts", write_csv(tmp_path / "empty.csv", [{**night, "local_date": ""}]))
    wrong = write_csv(tmp_path / "wrong.csv", [{**night, "local_date": "2026-03-03"}])
    said = cli("import", "shifts", wrong).out
    assert "local_date: '2026-03-03' is not the day of starts_at in America/Santiago, 2026-03-02;" in said


def test_an_export_goes_to_a_folder_and_a_kind_of_file_there_are(cli: Cli, tmp_path: Path) -> None:
    there = tmp_path / "nonexist"
    assert f"there is no folder {there};" in cli.refused(2, "export", "skills", there / "x.csv")
    assert not there.exists()
    assert "name it .csv or .xlsx" in cli.refused(2, "export", "skills", "--template", "x.txt")
    assert not Path("x.txt").exists()


def test_a_bad_heading_is_called_so(cli: Cli, tmp_path: Path) -> None:
    ended = cli("import", "skills", write_csv(tmp_path / "x.csv", [{"code": "a", "nam": "A"}]))
    assert ended.code == 2
    assert "the heading is bad; nothing was changed" in ended.err
    assert "Stop here" not in cli.fine("import", "--help")
    assert ". is a folder" in cli.refused(2, "import", "technicians", ".")


def test_what_a_user_lacks_is_named(cli: Cli, tmp_path: Path) -> None:
    rest = ["--name", "x", "--no-password", "--role"]
    assert "give --technician CODE" in cli.refused(2, "user", "create", "c@example.com", *rest, "technician")
    said = cli.refused(2, "user", "create", "noatsign", *rest, "administrator")
    assert "'noatsign' is no e-mail address; write it like ana@example.com" in said
    said = cli.refused(2, "user", "create", "c@example.com", *rest, "administrator", "--technician", "T-9")
    assert "no technician with the code T-9" in said
    cli.fine("import", "territories", write_csv(tmp_path / "territories.csv", COMPANY["territories"]))
    said = cli.refused(2, "user", "create", "c@example.com", *rest, "administrator", "--territory", "LS")
    assert "Only schedulers and call takers look after territories" in said


@pytest.mark.parametrize("role", ["scheduler", "call_taker"])
def test_who_sees_nothing_yet_is_made_with_a_remark(cli: Cli, role: str) -> None:
    ended = cli("user", "create", "d@example.com", "--name", "D", "--no-password", "--role", role)
    assert ended.code == 0
    assert role in ended.out
    assert "sees nothing until given a territory" in ended.err
    assert "--territory CODE" in ended.err
    ended = cli("user", "create", "e@example.com", "--name", "E", "--no-password")
    assert "territory" not in ended.err
