"""How surely a plan keeps what was promised, by simulating it with random durations and travel."""

from solver.confidence.promises import Confidence, Promise
from solver.confidence.simulation import MOST_SAMPLES, SAMPLES, confidence

__all__ = ["MOST_SAMPLES", "SAMPLES", "Confidence", "Promise", "confidence"]
