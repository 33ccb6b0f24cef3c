"""Text in cells: lists in one cell, and text that a spreadsheet would run as a formula."""

import re
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet runs, or might once it has trimmed it, after any quotes that we or others put before.

https://owasp.org/www-community/attacks/CSV_Injection
"""

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]")


def neutralise(text: str) -> str:
    """Text that no spreadsheet runs: one quote before what looks like a formula; `restore` takes it off again."""
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """The text that `neutralise` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def unprintable(text: str) -> str | None:
    """The first control character that no spreadsheet can hold, or None."""
    found = _UNPRINTABLE.search(text)
    return found.group() if found else None


def join_list(items: Iterable[str]) -> str:
    """Several texts in one cell, separated by semicolons; `split_list` takes them apart."""
    return "; ".join(item.replace("\\", "\\\\").replace(";", "\\;") for item in items)


def split_list(text: str) -> list[str]:
    """The texts of a cell, without empty ones."""
    parts = re.findall(r"(?:\\.|[^;\\]|\\$)+", text, flags=re.DOTALL)
    return [re.sub(r"\\(.)", r"\1", part.strip(), flags=re.DOTALL) for part in parts if part.strip()]
