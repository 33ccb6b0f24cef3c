"""So many looks and tries at customers' pages from one address and by one link; the rest is told to wait.

Counted in this process: several server processes allow so many each. What counts for security, wrong answers, is
counted in the database.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from dispatch.access.errors import TooManyAttempts

SPAN: Final = timedelta(minutes=5)
LOOKS: Final = {"link": 60, "address": 300}
"""Pages within `SPAN`: working out what is free costs more than other pages; one address may be a whole house's."""

ACTS: Final = {"link": 20, "address": 60}
"""Forms sent within `SPAN`."""

MOST_KEPT: Final = 20_000
"""So many links and addresses are remembered at most; the one that was quiet longest is forgotten first."""


@dataclass
class Limits:
    """Counts who comes how often; safe to use from many threads."""

    _seen: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, now: datetime, *, acts: bool, link: str, address: str) -> None:
        """Counts one look, or one form sent.

        Raises TooManyAttempts when it is one too many; that one is not counted.
        """
        most, kind = (ACTS, "act") if acts else (LOOKS, "look")
        named = {f"{kind} link {link}": most["link"], f"{kind} address {address}": most["address"]}
        with self._lock:
            for name, limit in named.items():
                self._refuse_if_full(name, limit, now)
            for name in named:
                self._seen[name].append(now)

    def _refuse_if_full(self, name: str, limit: int, now: datetime) -> None:
        times = self._seen.setdefault(name, deque())
        self._seen.move_to_end(name)
        while len(self._seen) > MOST_KEPT:
            self._seen.popitem(last=False)
        while times and times[0] <= now - SPAN:
            times.popleft()
        if len(times) >= limit:
            wait = max(1, int((times[0] + SPAN - now).total_seconds()) + 1)
            raise TooManyAttempts(f"Too many requests ({len(times)} within 5 minutes). Wait {wait} seconds.", wait)
