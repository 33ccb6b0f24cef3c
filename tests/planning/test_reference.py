"""The reference page names every code of the linter, every topic of the outbox, and what every rule is called."""

from pathlib import Path

import pytest

from dispatch.planning.change import news
from dispatch.planning.findings import Code
from dispatch.planning.linter import RULES

PAGE = Path(__file__).parents[2] / "dispatch" / "README.md"


@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_described(code: Code) -> None:
    assert f"`{code.value}`" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("topic", [value for name, value in vars(news).items() if name.isupper()])
def test_every_topic_is_described(topic: str) -> None:
    assert f"`{topic}`" in PAGE.read_text(encoding="utf-8")


def test_every_rule_says_what_it_finds() -> None:
    assert all(rule.__doc__ for rule in RULES)
