"""Finds the rows of a file that are about the same."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz import fuzz

from dispatch.intake.matching.blocking import MemoryIndex, keys_of, pairs_within
from dispatch.intake.matching.evidence import Evidence
from dispatch.intake.matching.grouping import grouped
from dispatch.intake.matching.learning import shipped_model
from dispatch.intake.matching.record import Record
from dispatch.intake.matching.table.adapting import TableCommonness, adapted
from dispatch.intake.matching.table.households import is_pet_form, most_bits
from dispatch.intake.matching.table.tickets import compare_tickets, near_in_time
from dispatch.intake.matching.text import sound
from dispatch.intake.matching.thresholds import Thresholds
from dispatch.intake.matching.weights import Model, Score, probability_of, weighed

LARGEST: Final = (150, 80, 40, 20)
"""Keys of more rows than this are not compared row by row, only together with a second key; the first that is fast."""
MOST_PAIRS_PER_ROW: Final = 60
LEAST_KEPT: Final = 0.01
PERSONAL: Final = ("phone", "email", "identity", "birth_date", "serial")
"""What belongs to one person or thing."""

FEWEST: Final = 30
"""Weights cannot be fitted to fewer rows than these: what tells two people apart is then for a person to weigh."""
SAME_WORD: Final = 85
"""Words of names from here on (of 100) may be the same with a slip."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: groups of rows by place, each row in one; pairs for a person to look at; all scores kept."""

    groups: Sequence[frozenset[int]]
    review: Mapping[Pair, Score]
    scores: Mapping[Pair, Score]
    model: Model


def match_rows(records: Sequence[Record], limits: Thresholds) -> Found:
    """Compares the candidates, groups what is certain, and tells what a person should look at. Deterministic."""
    pairs = candidate_pairs(records)
    fitted = adapted(records, pairs)
    commonness = TableCommonness.of(records, fitted.model.fields)
    scores: dict[Pair, Score] = {}
    apart: dict[Pair, bool] = {}
    for (one, other), agreed in zip(pairs, fitted.agreed, strict=True):
        compared = weighed(records[one], records[other], agreed, fitted.model, commonness)
        score = _doubted(_within_household(compared, fitted.alone), limits)
        if len(records) < FEWEST and score.probability >= limits.merge and _may_be_two(records[one], records[other]):
            score = _asked(score, limits)
            apart[one, other] = False
        scores[one, other] = score
    return _found(len(records), scores, apart, fitted.model, limits)


def match_tickets(records: Sequence[Record], limits: Thresholds) -> Found:
    """The same for rows that are reports of faults, see `tickets`."""
    model = shipped_model()
    scores: dict[Pair, Score] = {}
    for one, other in candidate_pairs(records):
        if near_in_time(records[one], records[other]):
            score, one_fault = compare_tickets(records[one], records[other], model)
            scores[one, other] = score if one_fault or score.probability < limits.merge else _asked(score, limits)
    return _found(len(records), scores, {}, model, limits)


def _found(
    count: int, scores: Mapping[Pair, Score], apart: Mapping[Pair, bool], model: Model, limits: Thresholds
) -> Found:
    groups = grouped(range(count), {pair: score.probability for pair, score in scores.items()}, apart, limits)
    group = {key: place for place, keys in enumerate(groups) for key in keys}
    kept = {pair: score for pair, score in scores.items() if score.probability >= LEAST_KEPT}
    review = {
        pair: score
        for pair, score in kept.items()
        if score.probability >= limits.review and group[pair[0]] != group[pair[1]]
    }
    return Found(groups, review, kept, model)


def _within_household(score: Score, alone: float) -> Score:
    """The score with no more bits than two of one household can have."""
    over = score.bits - most_bits({each.field: each.level for each in score.evidence}, alone)
    if over <= 0:
        return score
    why = Evidence("household", "other", -over, f"may be two people of one household ({-over:+.1f} bits)")
    bits = score.bits - over
    return Score(probability_of(bits), bits, (why, *score.evidence))


def _doubted(score: Score, limits: Thresholds) -> Score:
    """The score, at most a question where the names are quite different and nothing that one person has agrees.

    Families and firms share an address; whoever lives there is somebody else still.
    """
    levels = {each.field: each.level for each in score.evidence}
    named = any(levels.get(field) in ("exact", "close") for field in PERSONAL)
    if levels.get("name") != "disagree" or named or score.probability < limits.merge:
        return score
    return _asked(score, limits)


def _asked(score: Score, limits: Thresholds) -> Score:
    return replace(score, probability=(limits.merge + limits.review) / 2)


def _may_be_two(one: Record, other: Record) -> bool:
    """Whether birth dates differ, or first names do, so that these may be two people of one family."""
    born = one.others.get("birth_date"), other.others.get("birth_date")
    if all(born) and born[0] != born[1]:
        return True
    pairs = list(itertools.product(one.names, other.names))
    return bool(pairs) and not any(_named_alike(a.split(), b.split()) for a, b in pairs)


def _named_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether each word of the shorter name is in the other too, perhaps with a slip or as an initial."""
    fewer, more = sorted((one, other), key=len)
    return all(any(_same_word(word, each) for each in more) for word in fewer)


def _same_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    initial = len(short) == 1 and long.startswith(short)
    return initial or fuzz.ratio(one, other) >= SAME_WORD or is_pet_form(short, long)


def candidate_pairs(records: Sequence[Record]) -> list[Pair]:
    """All pairs worth comparing, in order."""
    index = MemoryIndex()
    for place, record in enumerate(records):
        index.add(place, sorted({*keys_of(record), *_row_keys(record)}))
    pairs: set[Pair] = set()
    for largest in LARGEST:
        pairs = pairs_within(index, largest)
        if len(pairs) <= MOST_PAIRS_PER_ROW * len(records):
            break
    return sorted(pairs)


def _row_keys(record: Record) -> set[str]:
    """Further keys, for rows with slips in any field: halves of numbers, and words together with places and days."""
    keys = {f"{name}:{value}" for name, value in record.others.items() if name in ("birth_date", "identity")}
    for code in (*record.phones, record.others.get("identity", "")):
        if len(code) >= 6:
            keys |= {f"h1:{code[: len(code) // 2]}", f"h2:{code[len(code) // 2 :]}"}
    names = {sound(word) for name in record.names for word in name.split() if len(word) > 1}
    born = record.others.get("birth_date", "")
    if len(born) == 8:
        keys.add(f"bs:{born[:4]}{''.join(sorted(born[4:]))}")
        keys |= {f"bn:{part} {name}" for part in (f"y{born[:4]}", f"d{born[4:]}") for name in names}
    words = {sound(word) for name in record.organisations for word in name.split() if len(word) > 1}
    keys |= {f"ow:{word}" for word in words}
    keys |= {f"o2:{one} {other}" for one, other in itertools.combinations(sorted(words)[:6], 2)}
    city = sound(record.city.replace(" ", ""))
    keys |= {f"cn:{city} {word}" for word in names | words if city}
    keys |= {f"nn:{record.number} {word}" for word in names | words if record.number}
    keys |= {f"pw:{record.postcode} {word}" for word in words if record.postcode}
    keys |= {f"tx:{word}" for word in record.words if len(word) > 3}
    if record.postcode and record.street:
        keys.add(f"ps:{record.postcode} {sound(record.street.split()[0])}")
    return keys
