"""What our own mail server found out about who sent a mail (Authentication-Results, RFC 8601).

We check neither SPF nor DKIM nor DMARC ourselves. Anybody can write such a header into a mail: only the topmost one
counts, and only under the name of the server that the settings trust.
"""

import re
from email.message import Message
from typing import Final

from dispatch.intake.channels.email.headers import address, headers

_COMMENT: Final = re.compile(r"\((?:[^()\\]|\\.)*\)")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_RESULT: Final = re.compile(r"^\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_SIGNER: Final = re.compile(r"\bheader\.[di]\s*=\s*(?:[^\s;]*@)?([\w.-]+)", re.IGNORECASE)
_STRONGEST: Final = ("pass", "fail", "softfail")


def forged(mail: Message, authserv: str) -> str | None:
    """Why a mail is not from whom it says, in words; None: nothing says so.

    It is where DMARC fails; and where DMARC says nothing, if no signature holds and either SPF fails, or both SPF and
    DKIM are less than well. authserv: the trusted server's name, folded; "": none is.
    """
    found = results(mail, authserv, address(mail, "From")[1].rpartition("@")[2].casefold())
    dmarc, spf, dkim = (found.get(method, "none") for method in ("dmarc", "spf", "dkim"))
    bad = dmarc == "fail" or (
        dmarc != "pass" and dkim != "pass" and (spf == "fail" or (spf == "softfail" and dkim == "fail"))
    )
    if not bad:
        return None
    said = ", ".join(f"{method}={found[method]}" for method in ("dmarc", "spf", "dkim") if method in found)
    return f"the sender may be forged: our mail server says {said}; make sure by another way who wrote this"


def results(mail: Message, authserv: str, domain: str) -> dict[str, str]:
    """{method: result} of the topmost header, if the trusted server wrote it; the best of several of one method.

    A signature of another domain than the sender's (or one above it) says nothing of the sender.
    """
    written = headers(mail, "Authentication-Results")
    if not authserv or not written:
        return {}
    # Comments may hold anything, also what looks like a result.
    parts = _parts(written[0])
    name = parts[0].split()
    if not name or name[0].strip('"').casefold() != authserv:
        return {}
    found: dict[str, str] = {}
    for part in parts[1:]:
        said = _RESULT.match(part)
        if said is not None:
            method, result = said[1].casefold(), said[2].casefold()
            if method == "dkim" and result == "pass" and not _signs(part, domain):
                result = "none"
            found[method] = min(found.get(method, result), result, key=_rank)
    return found


def _parts(value: str) -> list[str]:
    """The header's parts between semicolons, without comments and what stands in quotes after the first."""
    text, before = re.sub(r"\s+", " ", value), ""
    while text != before:
        before, text = text, _COMMENT.sub(" ", text)
    first, _, rest = text.partition(";")
    return [first, *_QUOTED.sub('""', rest).split(";")]


def _signs(part: str, domain: str) -> bool:
    """Whether the signature that a result is about is the domain's; where it does not say whose, it is."""
    named = _SIGNER.search(part)
    if named is None:
        return True
    signer = named[1].casefold().rstrip(".")
    return domain == signer or domain.endswith(f".{signer}") or signer.endswith(f".{domain}")


def _rank(result: str) -> int:
    return _STRONGEST.index(result) if result in _STRONGEST else len(_STRONGEST)
