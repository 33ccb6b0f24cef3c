"""Random offers put into the plan, and small cases by brute force; `python -m tests.long slots` tries thousands."""

import shutil
from pathlib import Path

from tests.long.slots import brute_force, verified


def test_offers_fit_into_the_full_plan(sqlite_template: Path, tmp_path: Path) -> None:
    assert verified(Path(shutil.copy(sqlite_template, tmp_path)), 3, 6)


def test_offers_and_reasons_are_those_of_brute_force(sqlite_template: Path, tmp_path: Path) -> None:
    assert brute_force(Path(shutil.copy(sqlite_template, tmp_path)), 5, 8)
