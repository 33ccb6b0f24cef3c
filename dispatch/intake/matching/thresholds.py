"""The three bands of a score: merge, ask a person, keep apart."""

from dataclasses import dataclass

from db.models import MatchBand
from dispatch.errors import Fault, Invalid
from dispatch.settings import MATCH_MERGE, MATCH_REVIEW


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on two tickets are merged (`merge`), and from which a person is asked (`review`).

    Raises Invalid unless 0 < review <= merge < 1.
    """

    merge: float = MATCH_MERGE
    review: float = MATCH_REVIEW

    def __post_init__(self) -> None:
        """Refuse thresholds that leave no band in between, or merge everything."""
        if not 0 < self.review <= self.merge < 1:
            message = (
                f"The thresholds are merge {self.merge} and review {self.review}; choose 0 < review <= merge < 1, "
                f"such as {MATCH_MERGE} and {MATCH_REVIEW}."
            )
            raise Invalid(message, (Fault("/review", message),))


def band(probability: float, thresholds: Thresholds) -> MatchBand:
    """What is to be done with two tickets that are about the same with this probability."""
    if probability >= thresholds.merge:
        return MatchBand.MERGE
    return MatchBand.REVIEW if probability >= thresholds.review else MatchBand.SEPARATE
