"""The catalogues, compiled in memory from their text when a language is first spoken."""

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = {"en": "English", "es": "Español"}
"""The languages by their code, each called as it calls itself."""

FOLDER: Final = Path(__file__).parent


@cache
def words(language: str) -> GNUTranslations:
    """The catalogue of one of our languages."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def spoken(language: str | None) -> str:
    """The language of ours that is nearest to a language tag: es-CL is es; English where none is."""
    code = (language or "").replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else "en"


def in_words(language: str | None) -> Callable[[str], str]:
    """Says a text of ours in the language nearest to this tag."""
    return words(spoken(language)).gettext


def best_language(accepted: str) -> str:
    """The language of ours that a browser likes best (RFC 9110, Accept-Language); English when it names none."""
    best, most = "en", 0.0
    for each in accepted.split(",")[:20]:
        tag, _, rest = each.strip().partition(";")
        code, liking = tag.strip().partition("-")[0].lower(), _quality(rest)
        if code in LANGUAGES and liking > most:
            best, most = code, liking
    return best


def _quality(said: str) -> float:
    name, _, value = said.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
