"""What we tell parties unasked, in their language. Plain data: no catalogue has to be built.

Each text speaks of the party's own ticket, `{number}`, and of nobody else.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

DEFAULT: Final = "en"

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "ready": "Your report {number} is accepted. We will tell you when somebody comes.",
        "planned": "About your report {number}: a technician is planned to come on {on}.",
        "postponed": "About your report {number}: the visit cannot be as planned. We will tell you the new day.",
        "in_progress": "About your report {number}: the work has begun.",
        "waiting_for_customer": "About your report {number}: we need an answer from you before we can go on.",
        "waiting_for_parts": "About your report {number}: we wait for parts. We will tell you when somebody comes.",
        "done": "Your report {number} is dealt with: the work is done. If something is still wrong, answer here.",
        "cancelled": "About your report {number}: no visit will take place. If you still need one, answer here.",
        "taken_back": (
            "A correction about your report {number}: what we told you here from {since} on was about another matter. "
            "Your report is looked after on its own; we will tell you how it goes on."
        ),
    },
    "es": {
        "ready": "Su aviso {number} fue aceptado. Le diremos cuándo irá alguien.",
        "planned": "Sobre su aviso {number}: está previsto que un técnico vaya el {on}.",
        "postponed": "Sobre su aviso {number}: la visita no podrá ser como estaba prevista. Le diremos el nuevo día.",
        "in_progress": "Sobre su aviso {number}: el trabajo ha comenzado.",
        "waiting_for_customer": "Sobre su aviso {number}: necesitamos una respuesta suya para poder seguir.",
        "waiting_for_parts": "Sobre su aviso {number}: esperamos repuestos. Le diremos cuándo irá alguien.",
        "done": "Su aviso {number} está resuelto: el trabajo terminó. Si algo sigue mal, responda aquí.",
        "cancelled": "Sobre su aviso {number}: no habrá visita. Si todavía la necesita, responda aquí.",
        "taken_back": (
            "Una corrección sobre su aviso {number}: lo que le dijimos aquí desde el {since} era de otro asunto. "
            "Su aviso se atiende por separado; le diremos cómo sigue."
        ),
    },
}


def language_of(wanted: str) -> str:
    """The language of ours for what a party speaks: "es-CL" → "es"; English where we have none."""
    short = wanted.replace("_", "-").split("-")[0].casefold()
    return short if short in TEXTS else DEFAULT


def text(key: str, wanted: str, values: Mapping[str, object]) -> str:
    """The text in the party's language; dates are written as people of that language and country write them.

    Raises KeyError for a text that there is not, or a value it needs.
    """
    language = language_of(wanted)
    locale = _locale(wanted, language)
    said = {
        name: format_date(value, "full", locale=locale) if isinstance(value, date) else value
        for name, value in values.items()
    }
    return TEXTS[language][key].format_map(said)


def _locale(wanted: str, language: str) -> Locale:
    try:
        locale = Locale.parse(wanted.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale(language)
    return locale if locale.language == language else Locale(language)
