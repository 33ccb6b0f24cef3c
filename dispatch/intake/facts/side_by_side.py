"""Facts of several tickets side by side: which hold, who said the same, and who contradicts whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import Channel, Fact, Priority
from dispatch.intake.facts.danger import Danger
from dispatch.intake.facts.said import OF_WHO_REPORTS, SECRET, SEVERAL, Field


@dataclass(frozen=True, slots=True)
class Source:
    """Who said it, when, over which channel. noted_by_id: the user of ours who wrote it down.

    fact_id: None: it stands in the ticket itself.
    """

    fact_id: int | None
    ticket_id: int
    ticket_number: str
    contact_id: int | None
    contact_name: str | None
    said_at: datetime
    channel: Channel
    noted_by_id: int | None


@dataclass(frozen=True, slots=True)
class FoldedValue:
    """One value, and everybody who said it, the earliest first. `value` None: a secret that this viewer may not see."""

    value: str | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FoldedField:
    """All that was said of one field. `conflicting`: the parties contradict each other."""

    field: Field
    values: tuple[FoldedValue, ...]
    conflicting: bool


def holding(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that hold: of each ticket and field the latest, of fields that may have several all of them."""
    held: dict[tuple[int, str, str], Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.said_at, fact.id)):
        which = normal(fact.value) if fact.field in SEVERAL else ""
        key = (fact.ticket_id, fact.field, which)
        if fact.field not in SEVERAL or key not in held:
            held[key] = fact
    return sorted(held.values(), key=lambda fact: (fact.said_at, fact.id))


def normal(value: str) -> str:
    """A value as it is compared with others: case and spaces do not count."""
    return " ".join(value.casefold().split())


def fold_facts(
    facts: Iterable[Fact],
    tickets: Mapping[int, str],
    names: Mapping[int, str],
    *,
    secrets: bool,
    danger: Sequence[Danger] = (),
) -> tuple[FoldedField, ...]:
    """Every field that something was said of, in the order of `Field`; what most said comes first, then the earliest.

    tickets: {id: number}. names: {contact id: name} of those the viewer may see. secrets: whether secrets show.
    danger: who told of it; that is a priority too, and comes first.
    """
    said: dict[Field, dict[str, list[Fact]]] = {}
    for fact in holding(facts):
        said.setdefault(Field(fact.field), {}).setdefault(normal(fact.value), []).append(fact)
    folded = []
    for name in Field:
        values = _alarms(danger, names) if name is Field.PRIORITY else ()
        groups = sorted(said.get(name, {}).values(), key=lambda group: (-len(group), group[0].said_at, group[0].id))
        values += tuple(_value(group, tickets, names, hidden=name in SECRET and not secrets) for group in groups)
        if values:
            folded.append(FoldedField(name, values, len(values) > 1 and name not in SEVERAL | OF_WHO_REPORTS))
    return tuple(folded)


def _alarms(danger: Sequence[Danger], names: Mapping[int, str]) -> tuple[FoldedValue, ...]:
    """The priority that danger makes, with everybody who told of it."""
    sources = tuple(
        Source(
            fact_id=None if each.fact is None else each.fact.id,
            ticket_id=each.ticket.id,
            ticket_number=each.ticket.number,
            contact_id=(teller := each.ticket.contact_id if each.fact is None else each.fact.said_by_id),
            contact_name=names.get(teller or 0),
            said_at=each.said_at,
            channel=each.ticket.channel if each.fact is None else each.fact.channel,
            noted_by_id=None if each.fact is None else each.fact.noted_by_id,
        )
        for each in danger
    )
    return (FoldedValue(Priority.EMERGENCY.value, sources),) if sources else ()


def _value(group: Sequence[Fact], tickets: Mapping[int, str], names: Mapping[int, str], *, hidden: bool) -> FoldedValue:
    sources = tuple(
        Source(
            fact_id=fact.id,
            ticket_id=fact.ticket_id,
            ticket_number=tickets[fact.ticket_id],
            contact_id=fact.said_by_id,
            contact_name=names.get(fact.said_by_id or 0),
            said_at=fact.said_at,
            channel=fact.channel,
            noted_by_id=fact.noted_by_id,
        )
        for fact in group
    )
    return FoldedValue(None if hidden else group[0].value, sources)
