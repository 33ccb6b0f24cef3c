"""Facts that name something of ours: a skill or part that is needed, and how much of it; a priority."""

from typing import Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Part, Priority, Skill
from dispatch.access import elevated
from dispatch.errors import Fault, Invalid
from dispatch.intake.facts.said import Field

HIGHEST_LEVEL: Final = 5
MOST_PARTS: Final = 999
SHOWN: Final = 3
NEAR: Final = 60
"""Per cent of likeness from which a code is worth proposing."""


def amount_of(said: str, most: int) -> tuple[str, int]:
    """A code and how much of it: "P-1:2" → ("P-1", 2); one where nothing is said, or nothing that is a count."""
    code, _, count = said.strip().rpartition(":")
    if code and count.strip().isdecimal():
        return code.strip(), min(max(int(count), 1), most)
    return said.strip(), 1


def checked(session: Session, field: Field, value: str, pointer: str) -> str:
    """What somebody of ours writes down about a field, with codes as the catalogue writes them: "LIFT : 3" → "lift:3".

    Only skills, parts and priorities are looked up; all else may be said in any words. pointer: of the value, in what
    was sent.

    Raises Invalid, which names what comes near, for a skill, part or priority that there is not, or too much of it.
    """
    if field is Field.SKILL:
        return _known(session, value, pointer, Skill.code, Skill.name, "skill", "level", HIGHEST_LEVEL)
    if field is Field.PART:
        return _known(session, value, pointer, Part.number, Part.name, "part", "quantity", MOST_PARTS)
    if field is Field.PRIORITY:
        said = value.strip().casefold()
        if said not in set(Priority):
            raise _wrong(pointer, f"There is no priority {value.strip()!r}; write one of {', '.join(Priority)}.")
        return said
    return value


def _known(session: Session, value: str, pointer: str, code: Any, name: Any, what: str, amount: str, most: int) -> str:
    said, count, before = value.strip(), "", value.strip()
    with elevated(session, "catalogue"):
        found = _find(session, code, said)
        if found is None and ":" in said:
            before, _, count = (part.strip() for part in said.rpartition(":"))
            found = _find(session, code, before) if count.isdecimal() else None
        if found is None:
            raise _wrong(pointer, _unknown(session, before if count.isdecimal() else said, code, name, what))
    if not count:
        return found
    if not 1 <= int(count) <= most:
        raise _wrong(pointer, f"The {amount} of {what} {found} is {count}; write {found}:1 to {found}:{most}.")
    return f"{found}:{int(count)}"


def _find(session: Session, code: Any, said: str) -> str | None:
    """The code as it is kept; in capitals or not, unless that leaves several."""
    rows = session.scalars(select(code).where(func.lower(code) == said.lower())).all()
    return said if said in rows else (rows[0] if len(rows) == 1 else None)


def _unknown(session: Session, said: str, code: Any, name: Any, what: str) -> str:
    words = {code: f"{code} {name}" for code, name in session.execute(select(code, name))}
    low = said.casefold()
    near: dict[str, float] = {}
    for scorer, texts in ((fuzz.ratio, {each: each for each in words}), (fuzz.partial_token_set_ratio, words)):
        found = process.extract(low, texts, scorer=scorer, processor=str.casefold, limit=SHOWN, score_cutoff=NEAR)
        for _, score, key in found:
            near[key] = max(score, near.get(key, 0.0))
    best = sorted(near, key=lambda key: (-near[key], key))[:SHOWN]
    hint = f"did you mean {', '.join(best)}?" if best else f"GET /v1/{what}s lists those there are."
    return f"There is no {what} {said!r}; {hint}"


def _wrong(pointer: str, message: str) -> Invalid:
    return Invalid(message, (Fault(pointer, message),))
