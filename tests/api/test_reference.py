"""The reference page says what there is: every route, who may use it, every setting, every kind of problem."""

import re
from pathlib import Path

import pytest

from api.app import create_app
from api.problems import KINDS
from db.models import Role
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.settings import Settings
from tests.api.expectations import expectations

PAGE = (Path(__file__).parents[2] / "api" / "README.md").read_text(encoding="utf-8")
LETTERS = {
    "A": Role.ADMINISTRATOR,
    "S": Role.SCHEDULER,
    "C": Role.CALL_TAKER,
    "T": Role.TECHNICIAN,
    "I": Role.INTEGRATOR,
}

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def documented() -> dict[tuple[str, str], dict[Role, bool] | None]:
    """The routes on the page, and who may use them; None: everybody."""
    found: dict[tuple[str, str], dict[Role, bool] | None] = {}
    for method, path, who in re.findall(r"^\| `([A-Z]+) (/\S*)` \| .* \| (.*) \|$", PAGE, flags=re.M):
        letters = None if who == "everybody" else {LETTERS[each[0]]: each.endswith("*") for each in who.split()}
        found[method, path] = letters
    return found


def test_every_route_is_documented_with_who_may_use_it(uow: UnitOfWork, clock: FixedClock) -> None:
    paths = create_app(Settings(), uow, clock).openapi()["paths"]
    routes = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    assert routes == documented().keys()
    for key, each in expectations().items():
        assert documented()[key] == (None if each.kind == "open" else each.allowed), key


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str, database_kind: str) -> None:
    setting = Settings.model_fields[name]
    (line,) = (each for each in PAGE.splitlines() if each.startswith(f"| `DISPATCH_{name.upper()}` |"))
    assert str(setting.description) in line


def test_no_setting_is_documented_that_is_gone(database_kind: str) -> None:
    named = set(re.findall(r"^\| `DISPATCH_([A-Z_]+)`", PAGE, flags=re.M))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_kind_of_problem_is_documented(database_kind: str) -> None:
    named = set(re.findall(r"`urn:dispatch:([a-z-]+)`", PAGE))
    assert named == set(KINDS) | {"not-ready", "internal"}
