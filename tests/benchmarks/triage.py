"""How often triage finds the right work type, on the sample company: as reported, misspelt, and in words never seen."""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select

from db.engine import make_engine
from db.models import Ticket, TicketMembership, WorkOrder, WorkOrderStatus
from db.operations import upgrade
from db.session import Session, UnitOfWork
from dispatch.access import Viewer
from dispatch.intake.triage import propose
from fixtures.company.generate import generate
from fixtures.company.load import load
from fixtures.company.size import Size

DAY: Final = date(2026, 3, 2)
MISSPELT: Final = 0.25
"""Words that get one wrong letter."""


@dataclass
class Tally:
    """How many proposals there were, how many were right, and how sure they were."""

    asked: int = 0
    right: int = 0
    silent: int = 0
    sure: int = 0
    sure_right: int = 0

    def row(self, name: str) -> str:
        """A line of the table."""
        answered = max(1, self.asked - self.silent)
        return (
            f"| {name} | {self.asked} | {self.right / max(1, self.asked):.3f} | {self.right / answered:.3f} "
            f"| {self.silent} | {self.sure} | {self.sure_right / max(1, self.sure):.3f} |"
        )


def main() -> None:
    """Print accuracy per kind of words, and how long a proposal takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=150)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    tallies: dict[str, Tally] = {}
    waits: list[float] = []
    firsts: list[float] = []
    for seed in range(1, given.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'triage.sqlite3'}"
            upgrade(url)
            engine = make_engine(url)
            uow = UnitOfWork(engine, now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
            with uow(viewer=Viewer.system()) as session:
                load(session, generate(seed, DAY, Size(visits=given.visits, technicians=20, months=given.months)))
                _measure(session, random.Random(seed), tallies, waits, firsts)
            engine.dispose()
    print("| words | tickets | right | right of those answered | without answer | at least 0.8 sure | right of those |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, tally in tallies.items():
        print(tally.row(name))
    first, each = 1000 * statistics.median(firsts), 1000 * statistics.median(waits)
    print(f"\nlearning takes {first:.0f} ms, now and then; a proposal {each:.1f} ms")


def _measure(
    session: Session, rng: random.Random, tallies: dict[str, Tally], waits: list[float], firsts: list[float]
) -> None:
    rows = session.execute(
        select(Ticket, WorkOrder)
        .join(TicketMembership, TicketMembership.ticket_id == Ticket.id)
        .join(WorkOrder, WorkOrder.id == TicketMembership.work_order_id)
        .where(WorkOrder.status.not_in((WorkOrderStatus.DONE, WorkOrderStatus.CANCELLED)))
        .order_by(Ticket.id)
    ).all()
    pairs = [(ticket, order) for ticket, order in rows]
    start = time.perf_counter()
    propose(session, pairs[0][0].id)
    firsts.append(time.perf_counter() - start)
    _ask(session, pairs, "as noted and said", lambda ticket: (ticket.subject, ticket.symptom), tallies, waits)
    _ask(session, pairs, "as noted, misspelt", lambda ticket: (_misspelt(ticket.subject, rng), ""), tallies, waits)
    _ask(session, pairs, "only Spanish, which the past never used", lambda ticket: ("", ticket.symptom), tallies, waits)
    for index, (_, order) in enumerate(pairs):
        if index % 2:
            order.status = WorkOrderStatus.DONE
    session.flush()
    rest = [(ticket, order) for ticket, order in pairs if order.status is not WorkOrderStatus.DONE]
    said = "only Spanish, half of the others done"
    _ask(session, rest, said, lambda ticket: ("", ticket.symptom), tallies, waits)
    _ask(session, rest, f"{said}, misspelt", lambda ticket: ("", _misspelt(ticket.symptom, rng)), tallies, waits)


def _ask(
    session: Session,
    pairs: Iterable[tuple[Ticket, WorkOrder]],
    name: str,
    words: Callable[[Ticket], tuple[str, str]],
    tallies: dict[str, Tally],
    waits: list[float],
) -> None:
    tally = tallies.setdefault(name, Tally())
    for ticket, order in pairs:
        before = ticket.subject, ticket.symptom
        ticket.subject, ticket.symptom = words(ticket)
        session.flush()
        start = time.perf_counter()
        proposal = propose(session, ticket.id)
        waits.append(time.perf_counter() - start)
        ticket.subject, ticket.symptom = before
        is_right = proposal.work_type_id == order.work_type_id
        tally.asked += 1
        tally.right += is_right
        tally.silent += proposal.work_type_id is None
        tally.sure += proposal.confidence >= 0.8
        tally.sure_right += is_right and proposal.confidence >= 0.8


def _misspelt(text: str, rng: random.Random) -> str:
    return " ".join(_one_wrong(word, rng) if rng.random() < MISSPELT else word for word in text.split())


def _one_wrong(word: str, rng: random.Random) -> str:
    if len(word) < 3:
        return word
    place = rng.randrange(1, len(word) - 1)
    how = rng.randrange(3)
    if how == 0:
        return word[:place] + word[place + 1 :]
    if how == 1:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + word[place] + word[place:]
