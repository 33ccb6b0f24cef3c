"""Travel times that are computed once per pair of places and hour.

Of a table that is asked for, only what the cache does not hold is computed, and kept as a block of its own: one new
place costs its row and its column. A table pieced together from many blocks is kept as one in their place.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.travel.cache import UNKNOWN, Codes, Known, MatrixCache
from dispatch.travel.lines import I64
from dispatch.travel.places import Matrix, Place, RouteShape, TravelTimes

DECIMALS: Final = 5
"""Places closer than this many decimals of a degree, about a metre, are the same place."""

MANY_BLOCKS: Final = 16
"""A table that holds at least this many blocks is kept as one."""


class CachedTravelTimes:
    """Travel times from a source, computed once per pair of places and hour."""

    def __init__(self, source: TravelTimes, cache: MatrixCache) -> None:
        """Ask `cache` first, then `source`."""
        self._source = source
        self._cache = cache

    @property
    def by_hour(self) -> bool:
        """As the source."""
        return self._source.by_hour

    @property
    def attribution(self) -> str:
        """As the source."""
        return self._source.attribution

    def identity(self) -> str:
        """As the source."""
        return self._source.identity()

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each place to each other; see TravelTimes."""
        return self.table(places, places, depart_hour)

    def route(self, places: Sequence[Place], depart_hour: int | None = None) -> RouteShape:
        """As the source; shapes are not kept. Places are rounded as for tables, so that both agree."""
        return self._source.route([_rounded(place) for place in places], depart_hour)

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each source to each target; see TravelTimes. Places are rounded to about a metre."""
        rows, columns = _unique(sources), _unique(targets)
        places = [*rows.values()], [*columns.values()]
        codes = np.array([*rows], dtype=np.int64), np.array([*columns], dtype=np.int64)
        key = f"{self.identity()} hour {depart_hour if self.by_hour else None}"
        known = self._cache.read(key, *codes)
        self._complete(key, known, places, codes, depart_hour)
        row = _positions(rows, sources)[:, None], _positions(columns, targets)
        return Matrix(known.table.seconds[row], known.table.metres[row])

    def _complete(
        self,
        key: str,
        known: Known,
        places: tuple[list[Place], list[Place]],
        codes: tuple[Codes, Codes],
        hour: int | None,
    ) -> None:
        """Compute what is missing, fill it in and keep it."""
        many = len(known.within) >= MANY_BLOCKS
        for rows, columns in _cover(known.table.seconds == UNKNOWN):
            start, end = [places[0][i] for i in rows.tolist()], [places[1][j] for j in columns.tolist()]
            block = self._source.table(start, end, hour)
            at = np.ix_(rows, columns)
            known.table.seconds[at], known.table.metres[at] = block.seconds, block.metres
            if not many:
                self._cache.write(key, codes[0][rows], codes[1][columns], block)
        if many:
            self._cache.write(key, *codes, known.table, instead=known.within)


def _cover(missing: NDArray[np.bool_]) -> Iterator[tuple[I64, I64]]:
    """Blocks of rows and columns that hold all missing cells: new rows as a whole, then what is missing elsewhere."""
    new = missing.sum(axis=1) * 2 > missing.shape[1]
    for rows in (new, ~new):
        needed = missing & rows[:, None]
        if needed.any():
            yield needed.any(axis=1).nonzero()[0], needed.any(axis=0).nonzero()[0]


def _rounded(place: Place) -> Place:
    if round(place.lon, DECIMALS) == place.lon and round(place.lat, DECIMALS) == place.lat:
        return place
    return Place(round(place.lon, DECIMALS), round(place.lat, DECIMALS), place.name)


def _code(place: Place) -> int:
    return (round(place.lon * 10**DECIMALS) << 32) + round(place.lat * 10**DECIMALS)


def _unique(places: Sequence[Place]) -> dict[int, Place]:
    """Each place once, rounded, by its code."""
    return {_code(place): _rounded(place) for place in reversed(places)}


def _positions(unique: dict[int, Place], places: Sequence[Place]) -> I64:
    position = {code: index for index, code in enumerate(unique)}
    return np.array([position[_code(place)] for place in places], dtype=np.int64)
