"""Which tickets are about the same: candidates by keys, a probability with its evidence, and groups."""

from dispatch.intake.matching.grouping import Grouping, Rivals, grouped, grouping
from dispatch.intake.matching.index import forget, remember
from dispatch.intake.matching.learning import active_model, learn, learned
from dispatch.intake.matching.matched import matched, pairs_among
from dispatch.intake.matching.record import Record, record_of
from dispatch.intake.matching.thresholds import Thresholds, band
from dispatch.intake.matching.weights import Model, Score, compare

__all__ = [
    "Grouping",
    "Model",
    "Record",
    "Rivals",
    "Score",
    "Thresholds",
    "active_model",
    "band",
    "compare",
    "forget",
    "grouped",
    "grouping",
    "learn",
    "learned",
    "matched",
    "pairs_among",
    "record_of",
    "remember",
]
