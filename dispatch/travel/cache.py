"""Travel times kept by place and hour, in a file that several processes share, or in memory.

A table is kept as a block: its places, its seconds, its metres, and the identity of the source they came from. A table
that is asked for is put together from all blocks that share cells with it. Blocks are facts, never changed: two
processes that compute the same one lose nothing. The oldest go when the file grows too large.
"""

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import Unavailable
from dispatch.travel.lines import I64
from dispatch.travel.places import Matrix

MAX_BYTES: Final = 512 * 2**20
"""What a cache may hold; a table of 2,200 places takes 39 MB for each hour."""

UNKNOWN: Final = -2
"""What a table holds where no block says anything."""

_FILE: Final = "travel.sqlite3"
_WAIT_SECONDS: Final = 30.0
_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS block (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        sources BLOB NOT NULL,
        targets BLOB NOT NULL,
        seconds BLOB NOT NULL,
        metres BLOB NOT NULL,
        bytes INTEGER NOT NULL
    )
"""

Codes = NDArray[np.int64]
"""Places as whole numbers, one each."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the blocks say of a table, UNKNOWN where nothing; and the blocks that lie within it."""

    table: Matrix
    within: list[int]


class MatrixCache:
    """Keeps tables of travel times; see the module. Safe between threads and between processes."""

    def __init__(self, directory: Path | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        """Keep them in a file in `directory`, which is made if need be, or in memory without one."""
        self._lock = threading.Lock()
        self._max_bytes = max_bytes
        self._path = None if directory is None else directory / _FILE
        self._memory = _shared_memory(self) if directory is None else None
        if directory is not None:
            _make(directory)
        with self._connection() as connection:
            connection.execute(_SCHEMA)
            connection.execute("CREATE INDEX IF NOT EXISTS block_source ON block (source)")

    def clear(self) -> None:
        """Forget everything."""
        with self._connection() as connection:
            connection.execute("DELETE FROM block")

    def size(self) -> int:
        """Bytes of the tables held."""
        with self._connection() as connection:
            return _size(connection)

    def blocks(self) -> int:
        """How many tables are held."""
        with self._connection() as connection:
            (count,) = connection.execute("SELECT count(*) FROM block").fetchone()
            return int(count)

    def read(self, source: str, sources: Codes, targets: Codes) -> Known:
        """What is known of a table from one source of travel times; the places of each side differ."""
        shape = len(sources), len(targets)
        table = Matrix(np.full(shape, UNKNOWN, dtype=np.int64), np.full(shape, UNKNOWN, dtype=np.int64))
        within = []
        with self._connection() as connection:
            heads = connection.execute("SELECT id, sources, targets FROM block WHERE source = ? ORDER BY id", (source,))
            for block, *places in heads.fetchall():
                start, end = (np.frombuffer(codes, dtype="<i8") for codes in places)
                rows, columns = _where(start, sources), _where(end, targets)
                if not len(rows[0]) or not len(columns[0]):
                    continue
                body = connection.execute("SELECT seconds, metres FROM block WHERE id = ?", (block,)).fetchone()
                if body is None:  # another process has just put a larger block in its place
                    continue
                if len(rows[0]) == len(start) and len(columns[0]) == len(end):
                    within.append(block)
                for whole, part in zip((table.seconds, table.metres), body, strict=True):
                    cells = np.frombuffer(part, dtype="<i4").reshape(len(start), len(end))
                    whole[np.ix_(rows[1], columns[1])] = cells[np.ix_(rows[0], columns[0])]
        return Known(table, within)

    def write(self, source: str, sources: Codes, targets: Codes, table: Matrix, instead: Sequence[int] = ()) -> None:
        """Keep a table, `instead` of some blocks; the oldest blocks make room, and what is too large is not kept."""
        blobs = [array.astype("<i8").tobytes() for array in (sources, targets)]
        blobs += [array.astype("<i4").tobytes() for array in (table.seconds, table.metres)]
        size = sum(map(len, blobs))
        if size > self._max_bytes:
            return
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("DELETE FROM block WHERE id = ?", [(block,) for block in instead])
            while _size(connection) + size > self._max_bytes:
                connection.execute("DELETE FROM block WHERE id = (SELECT min(id) FROM block)")
            connection.execute(
                "INSERT INTO block (source, sources, targets, seconds, metres, bytes) VALUES (?, ?, ?, ?, ?, ?)",
                (source, *blobs, size),
            )
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection to the file for one use, or the one to the memory; an open transaction is undone on errors."""
        with self._lock:
            try:
                connection = self._memory or sqlite3.connect(
                    self._path or "", timeout=_WAIT_SECONDS, isolation_level=None
                )
                try:
                    yield connection
                finally:
                    if connection.in_transaction:
                        connection.rollback()
                    if connection is not self._memory:
                        connection.close()
            except sqlite3.Error as error:
                raise Unavailable(
                    f"the cache of travel times {self._path or 'in memory'} cannot be used ({error}); "
                    "delete the file, it is made again"
                ) from error


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"the directory for travel times {directory} cannot be made ({error}); name another"
        ) from error


def _shared_memory(owner: object) -> sqlite3.Connection:
    """A database in memory that lives as long as its owner."""
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    weakref.finalize(owner, connection.close)
    return connection


def _where(have: Codes, want: Codes) -> tuple[I64, I64]:
    """Positions in `have` and in `want` of what is in both."""
    _, ours, theirs = np.intersect1d(have, want, assume_unique=True, return_indices=True)
    return ours, theirs


def _size(connection: sqlite3.Connection) -> int:
    (size,) = connection.execute("SELECT coalesce(sum(bytes), 0) FROM block").fetchone()
    return int(size)
