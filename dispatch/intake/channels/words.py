"""What is done to words as they come in: made storable, cut to size."""

import re
import unicodedata
from typing import Final

from dispatch.intake.channels.heard import Heard
from dispatch.messaging.tokens import without_tag

LONGEST_BODY: Final = 100_000
LONGEST_SUBJECT: Final = 200
_GAPS: Final = re.compile(r"\n{4,}")
_PREFIXES: Final = re.compile(r"^\s*((re|aw|wg|fw|fwd|rv|res|antw|sv|tr)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def storable(text: str) -> str:
    """The text without what a database refuses or a screen cannot show: NUL, halves of pairs, control signs."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs", "Cn")
    )
    return _GAPS.sub("\n\n\n", kept).strip()[:LONGEST_BODY]


def one_line(text: str, longest: int) -> str:
    """The text on one line, cut where it is too long."""
    line = re.sub(r"\s+", " ", storable(text)).strip()
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def subject_of(heard: Heard) -> str:
    """What a ticket is called: its subject without "Re:" and the token of a thread, else the first words."""
    # A token that somebody else's mail brought along would hand the thread on in our answers.
    subject = _PREFIXES.sub("", without_tag(one_line(heard.subject, 1000)))
    first = next((said for line in heard.body.splitlines() if (said := without_tag(line))), "")
    return one_line(subject or first, LONGEST_SUBJECT) or "(no words)"
