"""What the HTTP side works with, made once by whoever starts it."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from api.reception import link_key_of, rules_of
from db.session import UnitOfWork
from dispatch.access.passwords import Passwords
from dispatch.access.sign_ins import Door
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.offering.books import Books
from dispatch.clock import Clock
from dispatch.intake.channels.rules import Rules
from dispatch.settings import Settings
from dispatch.travel.cache import MatrixCache
from dispatch.travel.cached import CachedTravelTimes
from dispatch.travel.choice import choose
from dispatch.travel.places import TravelTimes


@dataclass(frozen=True, slots=True)
class Services:
    """What the HTTP side works with. `settings` are handed on as plain values where they are needed."""

    settings: Settings
    uow: UnitOfWork
    clock: Clock
    passwords: Passwords
    door: Door
    travel: TravelTimes
    intake: Rules
    link_key: LinkKey
    books: Books

    @classmethod
    def of(
        cls,
        settings: Settings,
        uow: UnitOfWork,
        clock: Clock,
        passwords: Passwords,
        travel: TravelTimes | None = None,
    ) -> Self:
        """The services for these settings; travel times as they say unless given, then kept in memory."""
        lasts = timedelta(hours=settings.session_hours)
        door = Door(uow, clock, passwords, lasts)
        source = travel or _travel_times(settings)
        return cls(settings, uow, clock, passwords, door, source, rules_of(settings), link_key_of(settings), Books(uow))

    @property
    def data_dir(self) -> Path:
        """Where attachments and cached matrices lie."""
        return self.settings.data_dir

    @property
    def is_https(self) -> bool:
        """Whether people reach the server by https, so that cookies are kept to it."""
        return (self.settings.public_url or "").lower().startswith("https://")


def _travel_times(settings: Settings) -> TravelTimes:
    source = choose(settings.travel, file=settings.roads_file, url=settings.travel_url)
    return CachedTravelTimes(source, MatrixCache())
