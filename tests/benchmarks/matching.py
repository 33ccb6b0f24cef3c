"""How long matching a new ticket takes among 2,000, 20,000 and 200,000 open ones, in SQLite."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from db.bulk import insert_rows
from db.engine import make_engine
from db.models import MatchKey, MatchRecord, Ticket, TicketStatus
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.intake.matching import Record, Thresholds, matched
from dispatch.intake.matching.blocking import keys_of
from fixtures.tickets import LabelledTicket, labelled_tickets
from tests.benchmarks.intake import record

SIZES = (2_000, 20_000, 200_000)
SHARED = 5_000
"""Tickets with the telephone number of one call centre."""
CALL_CENTRE = "600123456"
NEW = 200
NOW = datetime(2026, 12, 1, tzinfo=UTC)
SYSTEM = Viewer.system("benchmark")


def main() -> None:
    """Measure and print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    asked = parser.parse_args()
    sizes = sorted(asked.sizes)
    tickets = labelled_tickets(1, sizes[-1] + NEW)
    places = [place for place in range(len(tickets)) if place % (len(tickets) // NEW) == 0][:NEW]
    new = [tickets[place] for place in places]
    chosen = set(places)
    old = [ticket for place, ticket in enumerate(tickets) if place not in chosen]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'dispatch.sqlite3'}"
        upgrade(url)
        engine = make_engine(url)
        uow = UnitOfWork(engine, now=lambda: NOW)
        print(f"{'open tickets':>12} {'one number has':>14} {'median ms':>10} {'p99 ms':>8} {'most ms':>8}")
        kept = 0
        for size in sizes:
            enter(uow, old, kept, size, max(4, (size - kept) // SHARED))
            kept = size
            times = measure(uow, new)
            middle, high = statistics.median(times), statistics.quantiles(times, n=100)[98]
            print(f"{size:>12,} {count_shared(uow):>14,} {middle:>10.1f} {high:>8.1f} {max(times):>8.1f}", flush=True)
        engine.dispose()


def enter(uow: UnitOfWork, tickets: Sequence[LabelledTicket], first: int, last: int, each: int) -> None:
    """Enters open tickets with their records and keys; every so many has called through the call centre."""
    rows: dict[type[Any], list[dict[str, Any]]] = {Ticket: [], MatchRecord: [], MatchKey: []}
    for place in range(first, last):
        add(rows, place + 1, tickets[place], through_call_centre=place % each == 0)
    with uow(viewer=SYSTEM) as session:
        for model, made in rows.items():
            insert_rows(session, model, made)
        session.commit()


def add(
    rows: dict[type[Any], list[dict[str, Any]]], key: int, ticket: LabelledTicket, *, through_call_centre: bool
) -> None:
    """The rows of one ticket."""
    made = compared(ticket, through_call_centre=through_call_centre)
    rows[Ticket].append(ticket_row(key, ticket))
    rows[MatchRecord].append(
        {"ticket_id": key, "fields": made.as_fields(), "received_at": ticket.received_at, "is_open": True}
    )
    rows[MatchKey] += [{"key": each, "ticket_id": key} for each in keys_of(made)]


def compared(ticket: LabelledTicket, *, through_call_centre: bool) -> Record:
    """Its record, with the call centre's number when it came through it."""
    made = record(ticket)
    return replace(made, phones=(CALL_CENTRE,)) if through_call_centre else made


def ticket_row(key: int, ticket: LabelledTicket) -> dict[str, Any]:
    """A bare row of a ticket: matching reads records only."""
    return {
        "id": key, "number": f"B-{key}", "channel": ticket.channel, "status": TicketStatus.OPEN, "subject": "",
        "symptom": "", "received_at": ticket.received_at, "version": 1, "created_at": NOW, "updated_at": NOW,
        "emergency": False,
    }  # fmt: skip


def count_shared(uow: UnitOfWork) -> int:
    """How many open tickets have the call centre's number."""
    with uow(viewer=SYSTEM, read_only=True) as session:
        return session.query(MatchKey).filter_by(key=f"ph:{CALL_CENTRE[-8:]}").count()


def measure(uow: UnitOfWork, new: Sequence[LabelledTicket]) -> list[float]:
    """Milliseconds of matching each new ticket, its record and keys written, rolled back afterwards."""
    times = []
    for place, ticket in enumerate(new):
        with uow(viewer=SYSTEM) as session:
            key = write(session, ticket, through_call_centre=place % 4 == 0)
            started = time.perf_counter()
            matched(session, key, Thresholds())
            times.append(1000 * (time.perf_counter() - started))
    return times


def write(session: Session, ticket: LabelledTicket, *, through_call_centre: bool) -> int:
    """Enters a new ticket as `remember` would; returns its id."""
    rows: dict[type[Any], list[dict[str, Any]]] = {Ticket: [], MatchRecord: [], MatchKey: []}
    add(rows, 10_000_000, ticket, through_call_centre=through_call_centre)
    for model, made in rows.items():
        insert_rows(session, model, made)
    return 10_000_000


if __name__ == "__main__":
    main()
