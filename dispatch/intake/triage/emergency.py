"""Whether a text says that somebody is in danger; in doubt it does."""

import re
from typing import Final

from dispatch.intake.triage.dangers import Danger, lexicon
from dispatch.intake.triage.words import clauses, plain, sentences

WET: Final = "water near electricity"
_NO: Final = r"(?:no|none|nobody|0|nein|keine?r?|niemand|nadie|ningun[oa]?s?)"
_ANSWERED_NO: Final = re.compile(rf"\W*{_NO}\W*$")
_QUESTION_AND_NO: Final = re.compile(rf"[?]\s*(?={_NO}\s*(?:[.;,!\n]|$))")
_LEAVING: Final = re.compile(r"\b(?:salir|(?:he)?raus)$")
"""That one cannot get out is the danger itself: there the "not" is no denial."""

_CLOSE: Final = 8
"""Words between water and electricity, at most, that still are about the same place."""

_PLACELESS: Final = frozenset({"wet", "mojado", "mojada", "mojados", "nass"})
"""What is itself wet: "the panel is wet" needs no word for nearness."""


def is_emergency(text: str) -> str | None:
    """Why somebody is in danger by these words, in English, Spanish or German; None: they do not say so.

    A danger that is denied where it is named ("nobody is trapped", "no hay olor a gas") does not count; everything else
    that may be one does.
    """
    whole = plain(text)
    dangers = lexicon().dangers
    for sentence in sentences(_QUESTION_AND_NO.sub(": ", whole)):
        for danger in dangers:
            if any(_is_said(danger, clause) for clause in clauses(sentence)):
                return danger.reason
        if _is_wet(sentence):
            return WET
    # A headache and a boiler may stand in two sentences.
    spread = next(danger for danger in dangers if danger.name == "carbon_monoxide")
    return spread.reason if _is_said(spread, whole.replace("\n", " ")) else None


def _is_said(danger: Danger, clause: str) -> bool:
    clause = danger.harmless.sub(" ", clause)
    return any(not _is_denied(danger, clause, found) for found in danger.said.finditer(clause))


def _is_denied(danger: Danger, clause: str, found: re.Match[str]) -> bool:
    negators, fillers = lexicon().negators, lexicon().fillers
    if danger.name == "trapped" and _LEAVING.search(found[0]):
        return not _is_any(negators, re.findall(r"\w+", clause[: found.end()])[-8:])
    if _ANSWERED_NO.match(clause[found.end() :]):
        return True
    if danger.name == "gas" and _is_any(negators, found[0].split()):
        return True
    for word in reversed(re.findall(r"\w+", clause[: found.start()])):
        if word in negators:
            return True
        if word not in fillers:
            return False
    return False


def _is_any(words: frozenset[str], said: list[str]) -> bool:
    return not words.isdisjoint(said)


def _is_wet(sentence: str) -> bool:
    wet = lexicon().wet
    sentence = wet.harmless_wet.sub(" ", sentence)
    power = list(wet.electricity.finditer(sentence))
    if not power:
        return False
    if any(not _is_denied_before(sentence, flood) for flood in wet.flood.finditer(sentence)):
        return True
    return any(_is_near(sentence, water, each) for water in wet.water.finditer(sentence) for each in power)


def _is_denied_before(sentence: str, found: re.Match[str]) -> bool:
    return _is_any(lexicon().negators, re.findall(r"\w+", sentence[: found.start()])[-2:])


def _is_near(sentence: str, water: re.Match[str], power: re.Match[str]) -> bool:
    wet = lexicon().wet
    first, second = sorted((water, power), key=lambda each: each.start())
    between = sentence[first.end() : second.start()]
    if len(between.split()) > _CLOSE or wet.not_near.search(between) or _is_denied_before(sentence, first):
        return False
    return bool(wet.near.search(between)) or (second is water and water[0] in _PLACELESS)
