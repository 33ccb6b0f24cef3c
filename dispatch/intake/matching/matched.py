"""Which open tickets one is about the same as: candidates by keys, scored, and kept as pairs."""

import itertools
from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db.models import MatchBand, MatchPair, MatchRecord, ReviewStatus
from dispatch.access import elevated
from dispatch.intake.matching.blocking import LiveCommonness, candidates, keys_of
from dispatch.intake.matching.learning import active_model
from dispatch.intake.matching.record import Record
from dispatch.intake.matching.rivals import rival_line
from dispatch.intake.matching.stored import StoredIndex
from dispatch.intake.matching.thresholds import Thresholds, band
from dispatch.intake.matching.weights import Score, compare

LEAST_KEPT: Final = 0.01
"""Pairs less probable than this are kept only where they keep apart what others would join."""
MOST_TOGETHER: Final = 60
"""Tickets that hang together by scores; all pairs of so many are looked at."""


def matched(session: Session, ticket_id: int, thresholds: Thresholds) -> list[MatchPair]:
    """Compares a remembered ticket with the open ones that share a key; returns the pairs that are not separate.

    The most probable first. Each pair is kept once, the lower id first; comparing again updates its score and evidence,
    and leaves what a person decided. A pair in the middle band waits for a person; one that has left it is settled.
    All tickets that hang together by pairs to be merged are compared with each other, so that groups can tell what is
    clearly separate. An empty list when the ticket was never remembered, or is forgotten. Flushes.
    """
    with elevated(session, "matching"):
        comparing = _Comparing(session, StoredIndex(session, but=ticket_id), thresholds)
        kept = comparing.keep(ticket_id)
        comparing.complete(ticket_id)
        session.flush()
    found = [pair for pair in kept if pair.band is not MatchBand.SEPARATE]
    return sorted(found, key=lambda pair: (-pair.probability, pair.ticket_id, pair.other_id))


class _Comparing:
    """One comparison of a ticket: what it reads once, and the pairs it writes."""

    def __init__(self, session: Session, index: StoredIndex, thresholds: Thresholds) -> None:
        self._session = session
        self._index = index
        self._thresholds = thresholds
        self._model = active_model(session)
        self._commonness = LiveCommonness(index)

    def keep(self, ticket_id: int) -> list[MatchPair]:
        """Scores a ticket with its candidates, and those it was compared with before; returns its kept pairs."""
        record = self._records([ticket_id]).get(ticket_id)
        if record is None:
            return []
        kept = {_other(pair, ticket_id): pair for pair in self._pairs([ticket_id])}
        others = self._records(sorted({*candidates(self._index, keys_of(record)), *kept}))
        for other_id, other in sorted(others.items()):
            score = compare(record, other, self._model, self._commonness)
            if other_id not in kept and score.probability >= LEAST_KEPT:
                kept[other_id] = self._new(ticket_id, other_id)
            if other_id in kept:
                self._update(kept[other_id], score)
        self._session.flush()
        return [pair for other_id, pair in kept.items() if other_id in others]

    def complete(self, ticket_id: int) -> None:
        """Compares all that hang together with a ticket with each other, where that was not done yet."""
        together = self._together(ticket_id)
        known = {(pair.ticket_id, pair.other_id) for pair in self._pairs(together)}
        records = self._records(together)
        for low, high in itertools.combinations(sorted(records), 2):
            if (low, high) not in known:
                score = compare(records[low], records[high], self._model, self._commonness)
                self._update(self._new(low, high), score)

    def _together(self, ticket_id: int) -> list[int]:
        """The tickets that a chain of pairs to be merged leads to."""
        found, edge = {ticket_id}, {ticket_id}
        while edge and len(found) < MOST_TOGETHER:
            joined = [pair for pair in self._pairs(sorted(edge)) if pair.probability >= self._thresholds.merge]
            edge = {each for pair in joined for each in (pair.ticket_id, pair.other_id)} - found
            found |= edge
        return sorted(found)

    def _records(self, ticket_ids: Sequence[int]) -> dict[int, Record]:
        query = select(MatchRecord.ticket_id, MatchRecord.fields).where(
            MatchRecord.ticket_id.in_(ticket_ids), MatchRecord.is_open.is_(True)
        )
        return {ticket_id: Record.from_fields(fields) for ticket_id, fields in self._session.execute(query)}

    def _pairs(self, ticket_ids: Sequence[int]) -> list[MatchPair]:
        query = select(MatchPair).where(or_(MatchPair.ticket_id.in_(ticket_ids), MatchPair.other_id.in_(ticket_ids)))
        return list(self._session.scalars(query.order_by(MatchPair.ticket_id, MatchPair.other_id)))

    def _new(self, one: int, other: int) -> MatchPair:
        pair = MatchPair(ticket_id=min(one, other), other_id=max(one, other))
        self._session.add(pair)
        return pair

    def _update(self, pair: MatchPair, score: Score) -> None:
        """Writes a score, and whether a person is to be asked unless one has decided; nothing when all is as it was."""
        evidence, now_in = [each.as_json() for each in score.evidence], band(score.probability, self._thresholds)
        if now_in is MatchBand.MERGE and (held := rival_line(pair)) is not None:
            evidence, now_in = [*evidence, held], MatchBand.REVIEW
        if (pair.probability, pair.evidence, pair.band) == (score.probability, evidence, now_in):
            return
        pair.probability, pair.evidence, pair.band = score.probability, evidence, now_in
        pair.compared_at = self._session.info["now"]()
        if pair.status in (ReviewStatus.ACCEPTED, ReviewStatus.REJECTED):
            return
        if now_in is MatchBand.REVIEW:
            pair.status = ReviewStatus.WAITING
        elif pair.status is ReviewStatus.WAITING:
            pair.status = ReviewStatus.SETTLED


def _other(pair: MatchPair, ticket_id: int) -> int:
    return pair.other_id if pair.ticket_id == ticket_id else pair.ticket_id


def pairs_among(session: Session, ticket_ids: Sequence[int]) -> list[MatchPair]:
    """The kept pairs of which both tickets are among these."""
    with elevated(session, "matching"):
        ids = list(ticket_ids)
        query = select(MatchPair).where(and_(MatchPair.ticket_id.in_(ids), MatchPair.other_id.in_(ids)))
        return list(session.scalars(query.order_by(MatchPair.ticket_id, MatchPair.other_id)))
