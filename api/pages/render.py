"""Templates into HTML; everything put into them is escaped."""

import hashlib
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages import labels
from dispatch.money import format_money

STATIC: Final = Path(__file__).with_name("static")
"""What pages load besides themselves."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": labels.clock,
        "lasting": labels.length,
        "kilometres": labels.kilometres,
        "windows": labels.windows,
        "day": day,
        "money": format_money,
        "priced": priced,
        "words": lambda code: str(code).replace("_", " "),
    }
    environment.globals["style_version"] = _style_version()
    return environment


def render(template: str, **values: Any) -> str:
    """A template with these values as HTML.

    Raises jinja2's UndefinedError when the template asks for a value that is not there.
    """
    return _environment().get_template(template).render(values)


def day(local_date: date) -> str:
    """A day as people say it: Monday 2 March 2026."""
    return f"{local_date:%A} {local_date.day} {local_date:%B %Y}"


def priced(message: str, currency: str) -> str:
    """A reason with its bare costs in minor units written as money: "costs 8977 more" → "costs CLP 8,977 more"."""
    return re.sub(r"(?<=\bcosts )\d+\b", lambda found: format_money(int(found[0]), currency), message)


def _style_version() -> str:
    """Changes with the style sheet and script, so that browsers that keep it ask for the new ones."""
    return hashlib.sha256(b"".join((STATIC / name).read_bytes() for name in ("dispatch.css", "intake.js"))).hexdigest()[
        :12
    ]
