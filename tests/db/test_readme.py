"""The reference page tells the truth."""

import re
from pathlib import Path

import pytest

import db
from db import errors, operations
from db.base import Base

PAGE = Path(db.__path__[0], "README.md").read_text(encoding="utf-8")


def test_every_table_is_on_the_page_once() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \|", PAGE.partition("## Tables")[2].partition("## Tests")[0], re.MULTILINE)
    assert sorted(listed) == sorted(Base.metadata.tables)


def test_every_operation_is_on_the_page() -> None:
    functions = {name for name in operations.__all__ if name[0].islower()}
    assert {name for name in functions if f"`{name}(" not in PAGE} == set()


def test_every_error_is_on_the_page() -> None:
    assert {name for name in errors.__all__ if f"`{name}`" not in PAGE} - {"DatabaseError"} == set()


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(PAGE.partition("```python\n")[2].partition("```")[0], names)
    names["uow"].engine.dispose()  # type: ignore[attr-defined]
    assert capsys.readouterr().out == "['Door operator']\n"
