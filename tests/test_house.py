"""The shape of the project itself: folders, reference pages, sizes, and a lock file that names no host."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"dispatch", "solver", "db", "migrations", "api", "fixtures", "tests"}
FILES = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "requirements.lock"}
LONGEST_MODULE = 400


def tracked() -> list[Path]:
    """The files git tracks, or would."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listing.stdout.splitlines() if (path := ROOT / line).is_file()]


def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {top for top in tops if not top.startswith(".")} == FOLDERS | FILES


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_every_folder_has_its_reference_page(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# "), f"{folder}/README.md starts with no heading"
    assert len(text) > 300, f"{folder}/README.md says next to nothing"


def test_no_module_is_too_long_to_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for path in tracked()
        if path.suffix == ".py" and "versions" not in path.parts
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_the_lock_file_names_no_host_and_every_pin_has_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.findall(r"^([\w.\-\[\]]+==\S+)(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 30
    assert [name for name, rest in pins if "--hash=sha256:" not in rest] == []


def test_every_dependency_says_why_it_is_here() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    runtime = text.split("\ndependencies = [")[1].split("\n]")[0]
    entries = [line.strip() for line in runtime.splitlines() if line.strip()]
    assert entries
    assert [entry for entry in entries if not re.search(r"#\s\w.{5,}", entry)] == []


def test_decisions_are_numbered_without_a_gap_and_fit_a_page() -> None:
    records = sorted((ROOT / "dispatch" / "decisions").glob("*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    assert [record.name for record in records if record.read_text(encoding="utf-8").count("\n") > 60] == []
