"""The books of territory-days, kept in memory from one question to the next.

Before each use the days' stamps are read anew. A day whose stamp is another is read again; where only other days' plans
take other parts, its problem alone is made anew; a hold that has run out is taken from its route in place. What is kept
was read in a transaction that only reads: what a transaction has written and may yet undo never gets here.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from threading import Lock, RLock, Semaphore
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import is_reading
from db.models import Territory
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.appointments.offering.day_books import DayBook, read_day_book, restocked
from dispatch.appointments.offering.quoting import KnownWays
from dispatch.appointments.offering.stamps import Numbers, lapsed, stamps
from dispatch.errors import NotFound
from dispatch.planning.day.reserved import beside, reserved_by_plan
from dispatch.travel.places import TravelTimes

MOST_BOOKS: Final = 150
"""So many territory-days are kept, those used last; with 100 technicians one takes some 5 MB."""

AT_ONCE: Final = 4
"""So many read-only sessions beside those of writing requests, so that these never wait for each other's connection."""

PLANNER: Final = Viewer.system("slots")


class Books:
    """Books by territory and local date. Threads may share them; those who ask about one territory take turns."""

    def __init__(self, uow: UnitOfWork | None = None, most: int = MOST_BOOKS) -> None:
        """uow: opens read-only sessions, for who asks in a transaction that writes; None: such a one keeps nothing."""
        self._uow, self._most = uow, most
        self._kept: OrderedDict[tuple[int, date], DayBook] = OrderedDict()
        self._taken: dict[int, Numbers] = {}
        self._turns: dict[int, RLock] = {}
        self._own, self._sessions = Lock(), Semaphore(AT_ONCE)
        self.ways: Final = KnownWays()

    def of(
        self, session: Session, travel: TravelTimes, territory_id: int, dates: Sequence[date], now: datetime
    ) -> dict[date, DayBook]:
        """The book of each of these dates, as the database is now. travel: always the same source.

        Raises NotFound, Unavailable when travel times are away.
        """
        if not dates:
            return {}
        with self._own:
            turn = self._turns.setdefault(territory_id, RLock())
        with self._reading(session) as (reader, keeps), turn, elevated(reader, "slots"):
            return self._fresh(reader, travel, territory_id, dates, now, keeps=keeps)

    @contextmanager
    def _reading(self, session: Session) -> Iterator[tuple[Session, bool]]:
        """(a session that sees what was committed, whether what it reads may be kept)."""
        if is_reading(session.get_bind()) or self._uow is None:
            yield session, is_reading(session.get_bind())
            return
        with self._sessions, self._uow(viewer=PLANNER, read_only=True) as own:
            yield own, True

    def _fresh(
        self,
        session: Session,
        travel: TravelTimes,
        territory_id: int,
        dates: Sequence[date],
        now: datetime,
        *,
        keeps: bool,
    ) -> dict[date, DayBook]:
        today = self._today(session, territory_id, now)
        seen = stamps(session, territory_id, min(dates), max(dates), today)
        gone = lapsed(session, territory_id, now)
        if self._taken.get(territory_id) != seen.taken:
            self._restock(session, territory_id, today, keeps=keeps)
            if keeps:
                self._taken[territory_id] = seen.taken
        found = {}
        for local_date in dates:
            key = territory_id, local_date
            book = self._kept.get(key)
            if book is None or book.stamp != seen.of(local_date):
                book = read_day_book(session, travel, territory_id, local_date, now, seen.of(local_date), gone)
            elif book.lapsed != book.known(gone):
                book = book.lapsing(book.known(gone))
            found[local_date] = book
            if keeps:
                self._keep(key, book)
        return found

    def _today(self, session: Session, territory_id: int, now: datetime) -> date:
        zone = session.scalar(select(Territory.time_zone).where(Territory.id == territory_id))
        if zone is None:
            raise NotFound(f"there is no territory {territory_id}; GET /v1/territories lists those you may see")
        return now.astimezone(ZoneInfo(zone)).date()

    def _restock(self, session: Session, territory_id: int, today: date, *, keeps: bool) -> None:
        """Makes those books anew that other days' plans now leave other parts for; or forgets them."""
        plans = reserved_by_plan(session, territory_id, today)
        for key, book in list(self._kept.items()):
            if key[0] != territory_id:
                continue
            plan = book.rows.plan
            left = beside(plans, None if plan is None else plan.id)
            if left != book.rows.reserved:
                if keeps:
                    self._kept[key] = restocked(book, left)
                else:
                    del self._kept[key]

    def _keep(self, key: tuple[int, date], book: DayBook) -> None:
        with self._own:
            self._kept[key] = book
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
