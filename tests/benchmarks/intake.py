"""How well tickets about one fault are found: fitted on one seed of the sample tickets, measured on five others."""

import argparse
import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from db.models import MatchBand
from dispatch.intake.matching.aspects import aspects_of
from dispatch.intake.matching.blocking import LiveCommonness, MemoryIndex, candidates, keys_of
from dispatch.intake.matching.fitting import fitted
from dispatch.intake.matching.grouping import grouped, grouping
from dispatch.intake.matching.learning import SHIPPED, Example, shipped_model
from dispatch.intake.matching.record import Record, record_of
from dispatch.intake.matching.thresholds import Thresholds, band
from dispatch.intake.matching.weights import Model, agreements, compare
from fixtures.tickets import TROUBLES, LabelledTicket, labelled_tickets
from tests.benchmarks.arriving import arriving

FIT_SEED = 1
SEEDS = (2, 3, 4, 5, 6)
COUNT = 5_000
FIT_COUNT = 12_000
"""More tickets of the seed that is fitted on: rare levels are seen often enough."""

Pair = tuple[int, int]


@dataclass
class Outcome:
    """What became of the pairs of one seed. By kind of trouble: pairs joined, of these right; pairs that there are."""

    joined: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    reviewed: Counter[str] = field(default_factory=Counter)
    tickets: int = 0
    to_review: int = 0

    def add(self, other: "Outcome") -> None:
        """Counts another seed's too."""
        for name in ("joined", "right", "there", "reviewed"):
            getattr(self, name).update(getattr(other, name))
        self.tickets += other.tickets
        self.to_review += other.to_review

    def precision(self, of: str = "all") -> float:
        """Of the pairs joined without asking, the share that is right."""
        return self.right[of] / max(1, self.joined[of])

    def recall(self, of: str = "all") -> float:
        """Of the pairs there are, the share joined without asking."""
        return self.right[of] / max(1, self.there[of])

    def recall_with_review(self, of: str = "all") -> float:
        """Of the pairs there are, the share joined, once people have answered all that they are asked."""
        return self.reviewed[of] / max(1, self.there[of])

    def review_share(self) -> float:
        """Share of tickets that a person is asked about."""
        return self.to_review / max(1, self.tickets)


def record(ticket: LabelledTicket) -> Record:
    """The record that the system would make of a ticket: what it knows first, then what was said."""
    said = {name: list(values) for name, values in ticket.known.items()}
    for name, values in ticket.said.items():
        if not (ticket.site_id and name in ("street", "house_number", "postcode", "city")):
            said.setdefault(name, []).extend(value for value in values if value not in said.get(name, ()))
    return record_of(
        said,
        site_id=ticket.site_id,
        equipment_id=ticket.equipment_id,
        contact_id=ticket.contact_id,
        place=ticket.place,
        units=ticket.units,
        received_at=ticket.received_at,
        channel=ticket.channel,
    )


def candidate_pairs(records: Sequence[Record]) -> tuple[MemoryIndex, list[Pair]]:
    """What each ticket is compared with on its arrival."""
    index, pairs = MemoryIndex(), []
    for place, each in enumerate(records):
        keys = keys_of(each)
        pairs += [(other, place) for other in candidates(index, keys)]
        index.add(place, keys)
    return index, pairs


def fit(seed: int, count: int) -> Model:
    """Parameters from one seed: tickets of a company with its sites on record, and half as many as they are told, of
    which few sites are known; so that what addresses say is learned too."""
    base = shipped_model()
    known, unknown = arriving(seed, count), labelled_tickets(seed, count // 2)
    return fitted(base, [*examples(known, base), *examples(unknown, base)])


def examples(tickets: Sequence[LabelledTicket], base: Model) -> list[Example]:
    """Each pair of tickets that would be compared, and whether they are about one fault."""
    records = [record(ticket) for ticket in tickets]
    found = []
    for one, other in candidate_pairs(records)[1]:
        levels = {name: each.level for name, each in agreements(records[one], records[other], base).items()}
        levels |= aspects_of(records[one], records[other])
        found.append(Example(levels, float(tickets[one].fault == tickets[other].fault)))
    return found


def measure(tickets: Sequence[LabelledTicket], model: Model, limits: Thresholds) -> Outcome:
    """Matches and groups the tickets, and counts what became of each pair."""
    records = [record(ticket) for ticket in tickets]
    index, pairs = candidate_pairs(records)
    commonness = LiveCommonness(index)
    scores = {(a, b): compare(records[a], records[b], model, commonness).probability for a, b in pairs}
    for a, b in _hanging_together(scores, len(tickets), limits):
        scores[a, b] = compare(records[a], records[b], model, commonness).probability
    faults = [ticket.fault for ticket in tickets]
    found = grouping(range(len(tickets)), scores, {}, limits)
    alone = found.groups
    group = {key: place for place, keys in enumerate(alone) for key in keys}
    asked = {
        pair
        for pair, value in scores.items()
        if (band(value, limits) is MatchBand.REVIEW or pair in found.asked) and group[pair[0]] != group[pair[1]]
    }
    answers = {pair: faults[pair[0]] == faults[pair[1]] for pair in asked}
    answered = grouped(range(len(tickets)), scores, answers, limits)
    outcome = Outcome(tickets=len(tickets), to_review=len({key for pair in asked for key in pair}))
    _count(outcome.joined, tickets, _pairs_of(alone))
    _count(outcome.right, tickets, (pair for pair in _pairs_of(alone) if faults[pair[0]] == faults[pair[1]]))
    _count(outcome.reviewed, tickets, (pair for pair in _pairs_of(answered) if faults[pair[0]] == faults[pair[1]]))
    by_fault: dict[int, list[int]] = {}
    for place, fault in enumerate(faults):
        by_fault.setdefault(fault, []).append(place)
    _count(outcome.there, tickets, _pairs_of(by_fault.values()))
    return outcome


def _hanging_together(scores: Mapping[Pair, float], count: int, limits: Thresholds) -> list[Pair]:
    """Pairs that share no key, of tickets that a chain of pairs to be merged leads to: they are compared as well."""
    certain = dict.fromkeys((pair for pair, value in scores.items() if value >= limits.merge), True)
    return [pair for pair in _pairs_of(grouped(range(count), {}, certain, limits)) if pair not in scores]


def _pairs_of(groups: Iterable[Collection[int]]) -> list[Pair]:
    return [pair for keys in groups for pair in itertools.combinations(sorted(keys), 2)]


def _count(counter: Counter[str], tickets: Sequence[LabelledTicket], pairs: Iterable[Pair]) -> None:
    for one, other in pairs:
        counter["all"] += 1
        counter.update({tickets[one].trouble, tickets[other].trouble})


def line(name: str, outcome: Outcome, of: str = "all") -> str:
    """A row of the table."""
    return (
        f"{name:<14} {outcome.there[of]:>7,} {outcome.precision(of):>10.4f} {outcome.recall(of):>10.4f} "
        f"{outcome.recall_with_review(of):>12.4f}"
    )


def main() -> None:
    """Fit, or measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help=f"fit on seed {FIT_SEED} and write the shipped parameters")
    parser.add_argument("--count", type=int, default=COUNT, help="tickets per seed, default %(default)s")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--merge", type=float, default=Thresholds().merge)
    parser.add_argument("--review", type=float, default=Thresholds().review)
    asked = parser.parse_args()
    if asked.fit:
        model = fit(FIT_SEED, FIT_COUNT)
        SHIPPED.write_text(json.dumps(model.as_json(), indent=1) + "\n", encoding="utf-8")
        print(f"written: {SHIPPED.name}, prior {model.prior}, scales {dict(model.scales)}")
    limits, total = Thresholds(asked.merge, asked.review), Outcome()
    model = Model.from_json(json.loads(SHIPPED.read_text(encoding="utf-8")))
    print(f"{'seed':<14} {'pairs':>7} {'precision':>10} {'recall':>10} {'with review':>12} {'to review':>10}")
    for seed in asked.seeds:
        outcome = measure(arriving(seed, asked.count), model, limits)
        print(f"{line(str(seed), outcome)} {outcome.review_share():>9.1%}")
        total.add(outcome)
    print(f"{line('all', total)} {total.review_share():>9.1%}\n")
    print(f"{'trouble':<14} {'pairs':>7} {'precision':>10} {'recall':>10} {'with review':>12}")
    for trouble in TROUBLES:
        print(line(trouble, total, trouble))
