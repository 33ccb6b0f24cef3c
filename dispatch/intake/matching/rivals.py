"""Pairs that a score would merge and a person is asked about, as one of the two tickets fits other work as well.

Such a pair is in the band for review, whatever its probability; a line of its evidence says why.
"""

from typing import Any, Final

from db.models import MatchBand, MatchPair, ReviewStatus

RIVAL: Final = "rival"
"""The field of that line of evidence."""
ONE_OF_TWO: Final = -1.0
"""The bits of the line: of two that are as probable each is half as probable. They are not in the probability."""


def rival_line(pair: MatchPair) -> dict[str, Any] | None:
    """The line of evidence that says why a person is asked about this pair; None: there is none."""
    return next((line for line in pair.evidence or () if line["field"] == RIVAL), None)


def torn_ticket(pair: MatchPair) -> int | None:
    """The ticket of this pair that fits other work as well; None: neither does."""
    line = rival_line(pair)
    return None if line is None else int(line["ticket_id"])


def ask(pair: MatchPair, ticket_id: int, words: str) -> None:
    """Lets an undecided pair that a score would merge wait for a person, as this ticket fits other work as well."""
    line = {"field": RIVAL, "level": "as well", "weight": ONE_OF_TWO, "words": words, "ticket_id": ticket_id}
    if rival_line(pair) != line:
        pair.evidence = [*_others(pair), line]
    pair.band = MatchBand.REVIEW
    pair.status = ReviewStatus.WAITING


def ask_no_more(pair: MatchPair, now_in: MatchBand) -> None:
    """Takes that question back: the pair is in the band that its score says."""
    pair.evidence, pair.band = _others(pair), now_in
    if pair.status is ReviewStatus.WAITING and now_in is not MatchBand.REVIEW:
        pair.status = ReviewStatus.SETTLED


def _others(pair: MatchPair) -> list[Any]:
    return [line for line in pair.evidence if line["field"] != RIVAL]
