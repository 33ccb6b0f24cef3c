"""Whether a text says that somebody is in danger; in doubt it does."""

import re
from typing import Final

from dispatch.intake.triage.dangers import (
    CARBON_MONOXIDE,
    DANGERS,
    ELECTRICITY,
    FILLERS,
    FLOOD,
    HARMLESS_WET,
    NEAR,
    NEGATORS,
    NOT_NEAR,
    TRAPPED,
    WATER,
    Danger,
)
from dispatch.intake.triage.words import clauses, plain, sentences

WET: Final = "water near electricity"
_ANSWERED_NO: Final = re.compile(r"\W*(?:no|none|nobody|0|nein|keine?r?|niemand|nadie|ningun[oa]?s?)\W*$")
_HELP_OUT: Final = re.compile(r"\b(?:salir|out|raus|heraus)$")
"""Of whom it is said that they cannot get out, the "not" is the danger, not its denial."""


def is_emergency(text: str) -> str | None:
    """Why somebody is in danger by these words, in English, Spanish or German; None: they do not say so.

    A danger that is denied where it is named ("nobody is trapped", "no hay olor a gas") does not count; everything else
    that may be one does.
    """
    whole = plain(text)
    for sentence in sentences(_joined_denials(whole)):
        for danger in DANGERS:
            if any(_is_said(danger, clause) for clause in clauses(sentence)):
                return danger.reason
        if _is_wet(sentence):
            return WET
    # A headache and a boiler may stand in two sentences.
    return CARBON_MONOXIDE.reason if _is_said(CARBON_MONOXIDE, whole.replace("\n", " ")) else None


def _joined_denials(text: str) -> str:
    """A question and the "no" after it become one clause: "people trapped? no." → "people trapped: no."."""
    return re.sub(r"[?]\s*(?=(?:no|none|nobody|nein|niemand|nadie|ningun[oa]?)\s*(?:[.;,!\n]|$))", ": ", text)


def _is_said(danger: Danger, clause: str) -> bool:
    if danger.harmless is not None:
        clause = danger.harmless.sub(" ", clause)
    return any(not _is_denied(danger, clause, found) for found in danger.said.finditer(clause))


def _is_denied(danger: Danger, clause: str, found: re.Match[str]) -> bool:
    if danger is TRAPPED and _HELP_OUT.search(found[0]):
        return not _cannot_get_out(clause, found)
    if _ANSWERED_NO.match(clause[found.end() :]):
        return True
    if danger is not CARBON_MONOXIDE and any(word in NEGATORS for word in found[0].split()):
        return True
    for word in reversed(re.findall(r"\w+", clause[: found.start()])):
        if word in NEGATORS:
            return True
        if word not in FILLERS:
            return False
    return False


def _cannot_get_out(clause: str, found: re.Match[str]) -> bool:
    before = re.findall(r"\w+", clause[: found.end()])[-8:]
    return any(word in NEGATORS or word == "unable" for word in before) or "out" in found[0]


def _is_wet(sentence: str) -> bool:
    sentence = HARMLESS_WET.sub(" ", sentence)
    power = list(ELECTRICITY.finditer(sentence))
    if not power:
        return False
    if any(not _flood_denied(sentence, flood) for flood in FLOOD.finditer(sentence)):
        return True
    return any(_is_near(sentence, water, each) for water in WATER.finditer(sentence) for each in power)


def _flood_denied(sentence: str, flood: re.Match[str]) -> bool:
    before = re.findall(r"\w+", sentence[: flood.start()])[-3:]
    return any(word in NEGATORS for word in before)


def _is_near(sentence: str, water: re.Match[str], power: re.Match[str]) -> bool:
    first, second = sorted((water, power), key=lambda each: each.start())
    between = sentence[first.end() : second.start()]
    before = sentence[: first.start()].split()[-2:]
    if len(between.split()) > 8 or NOT_NEAR.search(between) or any(word in NEGATORS for word in before):
        return False
    wet = {"wet", "mojado", "mojada", "mojados", "nass"}
    return bool(NEAR.search(between)) or (second is water and water[0] in wet)
