"""What a call taker still has to ask: only what nobody has said and no record tells."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from dispatch.intake.facts.said import Field


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a matter, as far as questions depend on it.

    said: fields that somebody said something of. contact, site, unit: whether these are recognised; reachable: whether
    we have a number or address of whoever reports. access: whether our records tell how to get in; hours: when the site
    is open. insured: whether an insurer is a party.
    """

    said: Collection[Field] = ()
    contact: bool = False
    reachable: bool = False
    site: bool = False
    unit: bool = False
    several_units: bool = True
    access: bool = False
    hours: bool = False
    insured: bool = False
    kind: str = ""
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question to ask. why: what depends on the answer. urgent: asked first, before anything else."""

    field: Field
    words: str
    why: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    question: Question
    is_open: Callable[[Known], bool]


def _unsaid(known: Known, *fields: Field) -> bool:
    return not any(field in known.said for field in fields)


_RULES: Final = (
    _Rule(
        Question(Field.SYMPTOM, "What is wrong? Is anybody in danger?", "It decides what is done, and how soon.", True),
        lambda known: _unsaid(known, Field.SYMPTOM),
    ),
    _Rule(
        Question(Field.REPORTER_NAME, "Who is calling?", "So that nobody has to say it twice."),
        lambda known: not known.contact and _unsaid(known, Field.REPORTER_NAME),
    ),
    _Rule(
        Question(Field.REPORTER_PHONE, "On which number can we reach you?", "For the technician, and for a callback."),
        lambda known: not known.reachable and _unsaid(known, Field.REPORTER_PHONE, Field.REPORTER_EMAIL),
    ),
    _Rule(
        Question(
            Field.REPORTER_FUNCTION,
            "What is your role there: tenant, caretaker, owner …?",
            "It tells who decides and who pays.",
        ),
        lambda known: not known.contact and _unsaid(known, Field.REPORTER_FUNCTION, Field.ORGANISATION),
    ),
    _Rule(
        Question(Field.STREET, "In which street?", "Without a place nobody can come.", True),
        lambda known: not known.site and _unsaid(known, Field.STREET, Field.LABEL_CODE, Field.SERIAL),
    ),
    _Rule(
        Question(Field.HOUSE_NUMBER, "Which house number?", "Without a place nobody can come.", True),
        lambda known: not known.site and _unsaid(known, Field.HOUSE_NUMBER, Field.LABEL_CODE, Field.SERIAL),
    ),
    _Rule(
        Question(
            Field.UNIT, "Which one: left or right, which staircase, what does its label say?", "There are several."
        ),
        lambda known: (
            not known.unit and known.several_units and _unsaid(known, Field.UNIT, Field.LABEL_CODE, Field.SERIAL)
        ),
    ),
    _Rule(
        Question(Field.EQUIPMENT_KIND, "What is it: a lift, a boiler …?", "It decides who can come."),
        lambda known: not known.unit and _unsaid(known, Field.EQUIPMENT_KIND, Field.LABEL_CODE, Field.SERIAL),
    ),
    _Rule(
        Question(Field.OCCURRED_AT, "Since when?", "It helps to find the cause, and other reports of it."),
        lambda known: not known.emergency and _unsaid(known, Field.OCCURRED_AT),
    ),
    _Rule(
        Question(Field.ACCESS, "How does the technician get in?", "A closed door is a wasted visit."),
        lambda known: not known.access and _unsaid(known, Field.ACCESS),
    ),
    _Rule(
        Question(Field.AVAILABILITY, "When can somebody come?", "The visit is planned into these hours."),
        lambda known: not known.emergency and not known.hours and _unsaid(known, Field.AVAILABILITY),
    ),
    _Rule(
        Question(Field.REFERENCE, "Which reference does the insurer have for it?", "The bill needs it."),
        lambda known: known.insured and not known.emergency and _unsaid(known, Field.REFERENCE),
    ),
)
_OF_KIND: Final = {
    "boiler": Question(Field.MODEL, "What does the boiler's display show? Which make is it?", "It tells which parts."),
}


def questions(known: Known) -> tuple[Question, ...]:
    """What to ask, urgent things first; nothing of what is known."""
    found = [rule.question for rule in _RULES if rule.is_open(known)]
    special = _OF_KIND.get(known.kind)
    if special is not None and not known.unit and not known.emergency and _unsaid(known, special.field):
        found.append(special)
    return tuple(sorted(found, key=lambda question: not question.urgent))
