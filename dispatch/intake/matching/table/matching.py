"""Finds the rows of a file that are about the same."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dispatch.intake.matching.blocking import MemoryIndex, keys_of, pairs_within
from dispatch.intake.matching.grouping import grouped
from dispatch.intake.matching.record import Record
from dispatch.intake.matching.table.adapting import TableCommonness, adapted
from dispatch.intake.matching.table.rows import TABLE_COMPARISONS
from dispatch.intake.matching.text import sound
from dispatch.intake.matching.thresholds import Thresholds
from dispatch.intake.matching.weights import Model, Score, compare

LARGEST: Final = (150, 80, 40, 20)
"""Keys of more rows than this are not compared row by row, only together with a second key; the first that is fast."""
MOST_PAIRS_PER_ROW: Final = 60
LEAST_KEPT: Final = 0.01
PERSONAL: Final = ("phone", "email", "identity", "birth_date", "serial")
"""What belongs to one person or thing."""

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
    model = adapted(records, pairs)
    commonness = TableCommonness.of(records, model.fields)
    scores: dict[Pair, Score] = {}
    clear: dict[Pair, float] = {}
    for one, other in pairs:
        score = _doubted(compare(records[one], records[other], model, commonness, TABLE_COMPARISONS), limits)
        clear[one, other] = score.probability
        if score.probability >= LEAST_KEPT:
            scores[one, other] = score
    groups = grouped(range(len(records)), clear, {}, limits)
    group = {key: place for place, keys in enumerate(groups) for key in keys}
    review = {
        pair: score
        for pair, score in scores.items()
        if score.probability >= limits.review and group[pair[0]] != group[pair[1]]
    }
    return Found(groups, review, scores, model)


def _doubted(score: Score, limits: Thresholds) -> Score:
    """The score, at most a question where the names are quite different and nothing that one person has agrees.

    Families and firms share an address; whoever lives there is somebody else still.
    """
    levels = {each.field: each.level for each in score.evidence}
    named = any(levels.get(field) in ("exact", "close") for field in PERSONAL)
    if levels.get("name") != "disagree" or named or score.probability < limits.merge:
        return score
    return replace(score, probability=(limits.merge + limits.review) / 2)


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
