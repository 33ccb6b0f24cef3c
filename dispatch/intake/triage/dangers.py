"""How people say that somebody is in danger, as `dangers.toml` lists it."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Self

NOTHING: Final = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger: what we call it, and what is said of it. harmless: what looks like it, and is cut out first."""

    name: str
    reason: str
    said: re.Pattern[str]
    harmless: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Wet:
    """What is said of water and electricity.

    near, not_near: words between the two. harmless: what names electricity and is none.
    """

    water: re.Pattern[str]
    flood: re.Pattern[str]
    electricity: re.Pattern[str]
    near: re.Pattern[str]
    not_near: re.Pattern[str]
    harmless_wet: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All of it. negators deny a danger named after them, if only fillers stand between."""

    dangers: tuple[Danger, ...]
    wet: Wet
    negators: frozenset[str]
    fillers: frozenset[str]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """The lexicon as the file's content has it."""
        words: dict[str, str] = data["words"]

        def any_of(patterns: list[str]) -> re.Pattern[str]:
            if not patterns:
                return NOTHING
            spelt = (re.sub(r"<([A-Z]+)>", lambda found: words[found[1]], pattern) for pattern in patterns)
            return re.compile("|".join(f"(?:{pattern})" for pattern in spelt))

        dangers = (
            Danger(each["name"], each["reason"], any_of(each["said"]), any_of(each["harmless"]))
            for each in data["danger"]
        )
        wet = Wet(**{name: re.compile(pattern) for name, pattern in data["wet"].items()})
        denial = data["denial"]
        return cls(tuple(dangers), wet, frozenset(denial["negators"].split()), frozenset(denial["fillers"].split()))


@cache
def lexicon() -> Lexicon:
    """What is shipped."""
    text = files("dispatch.intake.triage").joinpath("dangers.toml").read_text(encoding="utf-8")
    return Lexicon.of(tomllib.loads(text))
