"""Every text of ours that customers read, found in the templates and modules that say it."""

from pathlib import Path
from typing import Final

from babel.messages.extract import extract

ROOT: Final = Path(__file__).parents[3]
TEMPLATES: Final = ROOT / "api" / "pages" / "templates"
KEYWORDS: Final = {"N_": None, "_": None, "say": None, "say_count": (1, 2)}
OPTIONS: Final = {"trimmed": "true", "silent": "false"}

Said = str | tuple[str, str]


def said() -> set[Said]:
    """The texts; a pair where a number decides between two forms."""
    found: set[Said] = set()
    for file in sources():
        method = "jinja2.ext:babel_extract" if file.suffix == ".html" else "python"
        with file.open("rb") as source:
            for _, message, _, _ in extract(method, source, keywords=KEYWORDS, options=OPTIONS):
                found.add(message if isinstance(message, str) else (message[0], message[1]))
    return found


def sources() -> list[Path]:
    """The files that say something to customers."""
    pages = ROOT / "api" / "pages"
    rooms = ROOT / "dispatch" / "appointments"
    return [
        *sorted(TEMPLATES.glob("customer*.html")),
        *sorted(TEMPLATES.glob("_customer*.html")),
        *sorted(pages.glob("customer*.py")),
        *sorted((rooms / "calendars").glob("*.py")),
    ]
