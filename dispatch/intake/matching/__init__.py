"""Which tickets are about the same: candidates by keys, a probability with its evidence, and groups."""

from dispatch.intake.matching.grouping import grouped
from dispatch.intake.matching.thresholds import Thresholds, band

__all__ = ["Thresholds", "band", "grouped"]
