"""The token of a conversation: "[T-1042#k3f9xw2m7q]" in the subject of our e-mails, so that answers find back."""

import re
import secrets
from typing import Final

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH: Final = 12
_TAG: Final = re.compile(r"\[\s*([A-Za-z]{1,4}-\d{1,12})\s*#\s*([A-Za-z0-9]{6,32})\s*\]")
_NUMBER: Final = re.compile(r"(?<![\w-])(T-\d{3,12})(?![\w-])", re.IGNORECASE)


def new_token() -> str:
    """Twelve letters and digits that nobody guesses (59 bits), none of which looks like another."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def tag(number: str, token: str) -> str:
    """What stands in a subject."""
    return f"[{number}#{token}]"


def tag_in(subject: str) -> tuple[str | None, str | None]:
    """The ticket's number and the token in a subject; the last of several, as mail clients put new ones in front."""
    found = _TAG.findall(re.sub(r"\s+", " ", subject))
    return (found[-1][0].upper(), found[-1][1].lower()) if found else (number_in(subject), None)


def number_in(text: str) -> str | None:
    """The ticket number that a text names, if it names exactly one."""
    found = {number.upper() for number in _NUMBER.findall(text)}
    return found.pop() if len(found) == 1 else None


def without_tag(subject: str) -> str:
    """The subject without tags."""
    return re.sub(r"\s+", " ", _TAG.sub(" ", subject)).strip()
