"""Who is who: what a row is called in files, and its id; read once per import or export."""

from difflib import get_close_matches
from zoneinfo import ZoneInfo

from sqlalchemy import select

from db.models import Route, Technician, Territory, WorkOrder
from db.session import Session
from dispatch.exchange.cells import BadCell
from dispatch.exchange.names import FULL_NAMES, NAMES

NEAR_LIMIT = 5000
"""Among more names than this, no similar one is looked for: it would take too long for each bad cell."""

AMBIGUOUS = -1
"""In place of an id: several rows are called the same."""


class Book:
    """Names of rows, by what they are ("site"): "C-0012/Torre Norte" is the site Torre Norte of organisation C-0012."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[str, dict[str, int]] = {}
        self._names: dict[str, dict[int, str]] = {}
        self._zones: dict[int, ZoneInfo] | None = None
        self._homes: dict[str, dict[int, int]] = {}
        self._planned: frozenset[int] | None = None

    def ids(self, what: str) -> dict[str, int]:
        """Ids by name; `AMBIGUOUS` where several rows are called the same."""
        if what not in self._ids:
            ids: dict[str, int] = {}
            full = FULL_NAMES[what](self._session, self) if what in FULL_NAMES else ()
            for key, name in (*NAMES[what](self._session, self), *full):
                ids[name] = AMBIGUOUS if name in ids else key
            self._ids[what] = ids
        return self._ids[what]

    def find(self, what: str, name: str) -> int:
        """The id of what is called so.

        Raises BadCell when there is none, or several.
        """
        found = self.ids(what).get(name)
        label = what.replace("_", " ")
        if found is None:
            known = self.ids(what)
            near = get_close_matches(name, known, 1, 0.75) if len(known) <= NEAR_LIMIT else []
            raise BadCell(f"is no {label} we know", f"did you mean {near[0]}?" if near else f"import the {label} first")
        if found == AMBIGUOUS:
            raise BadCell(
                f"is what several rows of {label} are called", "add what tells them apart, or rename all but one"
            )
        return found

    def name(self, what: str, key: int) -> str:
        """What the row with this id is called."""
        if what not in self._names:
            self._names[what] = dict(NAMES[what](self._session, self))
            if what in FULL_NAMES:
                ids, full = self.ids(what), dict(FULL_NAMES[what](self._session, self))
                self._names[what] = {
                    key: full[key] if ids[name] == AMBIGUOUS else name for key, name in self._names[what].items()
                }
        return self._names[what][key]

    def add(self, what: str, name: str, key: int) -> None:
        """Note a row that was just made."""
        if what in NAMES:
            self.ids(what)[name] = key
            if what in self._names:
                self._names[what][key] = name

    def zone(self, territory_id: int | None) -> ZoneInfo:
        """The time zone of a territory; UTC without one, for rows that are bad already and only read on."""
        if territory_id is None:
            return ZoneInfo("UTC")
        if self._zones is None:
            rows = self._session.execute(select(Territory.id, Territory.time_zone))
            self._zones = {key: ZoneInfo(zone) for key, zone in rows}
        return self._zones[territory_id]

    def zone_of(self, what: str, key: int | None) -> ZoneInfo:
        """The time zone of the territory that a technician or work order belongs to; UTC without one, as in `zone`."""
        if what not in self._homes:
            model = Technician if what == "technician" else WorkOrder
            self._homes[what] = dict(self._session.execute(select(model.id, model.territory_id)).all())
        return self.zone(None if key is None else self._homes[what].get(key))

    def planned_shifts(self) -> frozenset[int]:
        """The shifts that have a route in a plan."""
        if self._planned is None:
            self._planned = frozenset(self._session.scalars(select(Route.shift_id)))
        return self._planned
