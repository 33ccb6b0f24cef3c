"""What of a reply is new, and what it quotes."""

import re
from typing import Final

from mailparser_reply import EmailReplyParser

from dispatch.intake.channels.email import html as markup
from dispatch.intake.channels.email.bodies import Parts
from dispatch.intake.channels.words import storable

LONGEST: Final = 20_000
"""Characters that are searched for quotes; what is new stands at the top, or among the quotes."""

LANGUAGES: Final = ("en", "es", "de", "fr", "it", "nl", "pl", "sv", "da", "cs")
_SIGNATURE: Final = re.compile(r"^-- ?$", re.MULTILINE)
_ATTRIBUTION: Final = re.compile(
    r"^(?=.*\d)(?=.*(@|wrote|schrieb|escribi|[ée]crit|scritto|schreef|skrev|napisa)).{8,300}:\s*$", re.IGNORECASE
)
_QUOTED: Final = re.compile(r"^\s*>")


def reply_in(parts: Parts) -> str:
    """What the sender wrote anew: without quoted mails, and without a signature below "-- ".

    Answers between quoted lines keep their order. Where nothing new is found, all there is counts as new.
    """
    whole = parts.words
    if not parts.text.strip() and parts.html:
        marked = markup.reply_of(parts.html)
        if marked:
            return _without_signature(storable(marked)) or whole
    top = _above_quotes(whole)
    rest = whole[whole.find(top) + len(top) :] if top in whole else ""
    between = _between(rest)
    new = _unquoted("\n\n".join(part for part in (top, between) if part))
    return _without_signature(new) or whole


def _above_quotes(text: str) -> str:
    # The library fills the list it is given.
    replies = EmailReplyParser(languages=list(LANGUAGES)).read(text[:LONGEST]).replies
    if len(replies) < 2:
        return text
    return str(replies[0].content).strip() if not replies[0].headers else ""


def _between(rest: str) -> str:
    """Lines that stand alone after quoted ones, in a mail that is answered line by line."""
    lines = rest.splitlines()
    quoted = [index for index, line in enumerate(lines) if _QUOTED.match(line)]
    if not quoted:
        return ""
    return "\n".join(line for line in lines[quoted[0] :] if not _QUOTED.match(line)).strip()


def _unquoted(text: str) -> str:
    """Without quoted lines, and without the line above them that says whose they are."""
    kept: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line):
            _drop_attribution(kept)
        else:
            kept.append(line)
    return "\n".join(kept).strip()


def _drop_attribution(kept: list[str]) -> None:
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    for lines in (1, 2):
        if end >= lines and _ATTRIBUTION.match(" ".join(kept[end - lines : end])):
            del kept[end - lines :]
            return


def _without_signature(text: str) -> str:
    found = _SIGNATURE.search(text)
    return text if found is None or not text[: found.start()].strip() else text[: found.start()].rstrip()
