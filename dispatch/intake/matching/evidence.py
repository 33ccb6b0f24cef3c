"""Evidence in plain words: "same telephone number (+5.1 bits)"."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from dispatch.intake.matching.aspects import SPANS
from dispatch.intake.matching.levels import Agreement

_WORDS: Final = {
    "equipment": {"exact": "the same equipment", "disagree": "other equipment"},
    "serial": {
        "exact": "same serial number",
        "close": "serial numbers differ by one sign",
        "disagree": "other serial number",
    },
    "label": {"exact": "same label code", "close": "label codes differ by one sign", "disagree": "other label code"},
    "one unit": {
        "same": "it is the same unit",
        "other": "it is another unit",
        "only": "there is one such unit",
        "matching": "one names a side, the other a number, and they go together",
        "crossed": "one names a side, the other a number, and they do not go together",
        "one_says": "only one names which of several units",
        "none_says": "nobody names which of several units",
        "unknown": "nobody knows whether there are several units",
        "vague": "the house is not certain",
    },
    "reporter": {
        "same": "the same reporter",
        "name": "reporters of the same name",
        "other": "another reporter",
        "organisation": "reporters of the same organisation",
        "unsaid": "nothing to tell the reporters by",
    },
    "place": {
        "site": "both sites are known and the same",
        "other_site": "both sites are known, and differ",
        "exact": "address by word only: the same",
        "close": "address by word only: the same but for spelling",
        "street_far": "address by word only: similar street",
        "street": "address by word only: house number missing",
        "number_close": "address by word only: house numbers nearly the same",
        "neighbour": "address by word only: another house number",
        "number_only": "address by word only: another street",
        "disagree": "address by word only: another one",
        "unsaid": "one side says no address",
    },
    "span": {
        **{str(hours): f"at most {hours} hours apart" for hours in SPANS},
        "later": f"more than {SPANS[-1]} hours apart",
        "unsaid": "time missing on one side",
    },
    "kind": {"exact": "same kind of equipment", "disagree": "another kind of equipment"},
    "site": {"exact": "the same site", "disagree": "another site"},
    "address": {
        "exact": "same address",
        "close": "same address but for spelling",
        "street_far": "similar street, same house number",
        "street": "same street, house number missing on one side",
        "number_close": "same street, house numbers differ by one digit",
        "neighbour": "same street, another house number",
        "number_only": "another street, same house number",
        "disagree": "another street",
    },
    "coordinates": {
        "exact": "within 40 m",
        "close": "within 200 m",
        "far": "within 1.5 km",
        "disagree": "more than 1.5 km apart",
    },
    "contact": {"exact": "the same contact", "disagree": "another contact"},
    "name": {
        "exact": "same name",
        "close": "same name but for spelling",
        "far": "part of the name is the same",
        "disagree": "another name",
    },
    "symptom": {
        "exact": "same words for the symptom",
        "concept": "same symptom",
        "overlap": "part of the symptom is the same",
        "close": "similar words for the symptom",
        "related": "symptoms that one fault may have",
        "stopped": "both say that it stands still, and no more",
        "halted": "one says only that it stands still",
        "general": "symptom said in general terms only",
        "unclear": "symptom not understood on one side",
        "unsaid": "symptom missing on one side",
        "disagree": "another symptom",
    },
    "together": {"all": "what, where, who and when, taken together"},
    "doubt": {
        "house": "it is not certain that it is the same house: a person is asked",
        "unit": "it is not said which of several units: a person is asked",
        "symptom": "one side does not say what is wrong: a person is asked",
    },
    "talk": {
        "chasing": "the later one asks after an earlier report",
        "another": "the later one says it is something else",
        "plain": "the later one speaks of no other report",
    },
    "time": {
        "hours": "within 2 hours",
        "half_day": "within half a day",
        "day": "within a day and a half",
        "days": "within three days and a half",
        "week": "within 8 days",
        "weeks": "within three weeks",
        "disagree": "more than three weeks apart",
    },
    "reference": {"exact": "the same number of a ticket or claim is mentioned"},
}
_NAMES: Final = {"phone": "telephone number", "email": "e-mail address", "born_on": "date of birth"}
_ANY: Final = {
    "exact": "same {field}",
    "close": "{field} the same but for spelling",
    "far": "similar {field}",
    "disagree": "another {field}",
    "swapped": "{field} with parts swapped",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one field says, for (weight above 0) or against; weight in bits, 0 where another field said it already."""

    field: str
    level: str
    weight: float
    words: str

    def as_json(self) -> dict[str, Any]:
        """As `MatchPair.evidence` keeps it."""
        return {"field": self.field, "level": self.level, "weight": round(self.weight, 3), "words": self.words}


_WHAT: Final = {
    "same": "same symptom",
    "part": "part of the symptom is the same",
    "open": "symptom said in general terms on one side",
    "other": "another symptom",
    "asks": "the later one asks after an earlier report",
    "new": "the later one says it is something else",
    "unsaid": "symptom missing on one side",
}
_WHICH: Final = {
    "same": "of the same unit",
    "only": "at a site with one such unit",
    "open": "at one of several units, nobody says which",
    "unknown": "at this place",
    "vague": "at a house that is not certain",
    "other": "of another unit",
}


@cache
def _said(field: str, level: str) -> str:
    general = _ANY.get(level, f"{{field}}: {level}").format(field=_NAMES.get(field, field))
    what, _, which = level.partition("/")
    return f"{_WHAT[what]}, {_WHICH[which]}" if which else _WORDS.get(field, {}).get(level, general)


def words_for(field: str, agreed: Agreement, bits: float | None) -> str:
    """What a level of a field says, with its weight; `bits` None: a stronger field of its group has said it."""
    said = _said(field, agreed.level)
    return f"{said} (counted already)" if bits is None else f"{said} ({bits:+.1f} bits)"
