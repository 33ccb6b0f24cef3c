"""The text of HTML mail."""

import re
from typing import Final

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString

LONGEST: Final = 2_000_000
_GONE: Final = ("script", "style", "head", "title", "template", "noscript")
_BLOCKS: Final = frozenset(
    (
        "p",
        "div",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "pre",
        "section",
    )
)
_QUOTES: Final = (
    "blockquote[type=cite]",
    "blockquote.gmail_quote",
    "div.gmail_quote",
    "div.gmail_extra",
    "div.yahoo_quoted",
    "div.moz-cite-prefix",
    "div.protonmail_quote",
    "#divRplyFwdMsg",
    "#appendonsend",
    "#OLK_SRC_BODY_SECTION",
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)


def text_of(html: str) -> str:
    """All that a reader sees, line by line."""
    return _lines(_soup(html))


def reply_of(html: str) -> str | None:
    """What a reader sees without what mail clients mark as quoted; None where they mark nothing."""
    soup = _soup(html)
    marked = [tag for selector in _QUOTES for tag in soup.select(selector)]
    for tag in marked:
        if not tag.decomposed:
            if tag.get("id") in ("divRplyFwdMsg", "appendonsend"):
                for later in list(tag.find_next_siblings()):
                    later.decompose()
            tag.decompose()
    return _lines(soup) if marked else None


def _soup(html: str) -> BeautifulSoup:
    # In an element of ours, so that text that looks like an address or a declaration is text.
    soup = BeautifulSoup(f"<div>{html[:LONGEST]}</div>", "html.parser")
    for tag in soup(list(_GONE)):
        tag.decompose()
    for tag in soup.find_all(style=_HIDDEN):
        if not tag.decomposed:
            tag.decompose()
    return soup


def _lines(soup: BeautifulSoup) -> str:
    parts: list[str] = []
    for node in soup.descendants:
        if isinstance(node, Tag):
            if node.name == "br" or node.name in _BLOCKS:
                parts.append("\n")
            if node.name == "li":
                parts.append("- ")
            if node.name == "td":
                parts.append(" ")
        elif isinstance(node, NavigableString) and not isinstance(node, Comment):
            parts.append(re.sub(r"\s+", " ", str(node)))
    lines = (re.sub(r"[ \xa0\u200b\u200c\ufeff]+", " ", line).strip() for line in "".join(parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
