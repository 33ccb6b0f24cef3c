"""The parts of an e-mail: what it says, and the files that came with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Final

from dispatch.intake.channels.email import html
from dispatch.intake.channels.email.headers import header
from dispatch.intake.channels.words import storable
from dispatch.records.attachments import Given

MOST_PARTS: Final = 200
DEEPEST: Final = 8
_ENDINGS: Final = {"text/plain": ".txt", "text/html": ".html", "image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(slots=True)
class Parts:
    """What the parts of a mail hold. `html`: as it came, for finding what is quoted in it."""

    text: str = ""
    html: str = ""
    files: list[Given] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What the mail says: its plain text, else the text of its HTML."""
        plain = storable(self.text)
        return plain or storable(html.text_of(self.html))


def parts_of(mail: Message) -> Parts:
    """The mail taken apart. Files of mails inside it are taken out; such a mail is kept as text."""
    found = Parts()
    for count, (part, depth) in enumerate(_walk(mail, 0)):
        if count >= MOST_PARTS:
            found.left_out.append(f"the parts of the mail beyond the first {MOST_PARTS} were left out")
            break
        _take(found, part, depth)
    return found


def _walk(part: Message, depth: int) -> Iterator[tuple[Message, int]]:
    """The leaves, and mails inside before what they hold; of alternatives the one that is plainest."""
    if part.get_content_type() == "message/rfc822":
        inside = part.get_payload()
        for mail in inside if isinstance(inside, list) else []:
            if isinstance(mail, Message):
                yield mail, depth + 1
                if depth < DEEPEST:
                    yield from ((each, deep) for each, deep in _walk(mail, depth + 1) if each is not mail)
        return
    if part.is_multipart():
        for each in part.get_payload():
            if isinstance(each, Message) and depth < DEEPEST * 4:
                yield from _walk(each, depth)
        return
    yield part, depth


def _take(found: Parts, part: Message, depth: int) -> None:
    if depth and _is_mail(part):
        found.files.append(_inner(part))
        return
    kind, name = part.get_content_type(), _name(part)
    if kind.startswith("multipart/"):
        # One without a boundary: all it holds is words.
        kind = "text/plain"
    is_words = kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment" and not name
    if not is_words:
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            found.files.append(Given(name or f"{kind.replace('/', '-')}{_ENDINGS.get(kind, '')}", content))
    elif depth == 0:
        if kind == "text/plain":
            found.text = "\n".join(each for each in (found.text, text_in(part)) if each)
        else:
            found.html += text_in(part)


def _is_mail(part: Message) -> bool:
    return part.get("From") is not None or part.get("Message-ID") is not None or part.is_multipart()


def _inner(mail: Message) -> Given:
    """A mail inside another, as the text of its head and words: its files are kept beside it."""
    words = Parts()
    for part, depth in _walk(mail, 0):
        if depth == 0:
            _take(words, part, 0)
    head = "\n".join(f"{name}: {header(mail, name)}" for name in ("From", "To", "Date", "Subject"))
    subject = header(mail, "Subject") or "mail"
    return Given(f"{subject[:80]}.eml", f"{head}\n\n{words.words}\n".encode())


def _name(part: Message) -> str:
    try:
        return str(part.get_filename() or "")
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""


def text_in(part: Message) -> str:
    """The text of a part, in whatever encoding it says or seems to have."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return content.decode(charset)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return content.decode("latin-1")
