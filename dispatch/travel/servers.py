"""What the clients of routing servers share: requests with retries, and tables asked for in blocks."""

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import httpx
import numpy as np
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from dispatch.errors import Invalid, Unavailable
from dispatch.travel.places import UNREACHABLE, Matrix, Place, same_places

CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 60.0
"""How long a server may take to accept a connection, and to answer one request."""

TRIES: Final = 3
_TRY_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
"""Statuses that say "not now"; everything else would be answered the same again."""

OSM: Final = "© OpenStreetMap contributors, ODbL 1.0"
"""Both servers run on OpenStreetMap data."""


class Refused(Exception):
    """The server answered that it will not answer this request; never leaves this package."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _NotNow(Exception):
    """A failure that may pass."""


@dataclass(frozen=True, eq=False)
class Server:
    """An HTTP server that answers JSON; a request is tried again when that can help. Threads may share it."""

    name: str
    url: str
    answer_seconds: float = ANSWER_SECONDS
    tries: int = TRIES
    first_wait: float = 0.2

    def __post_init__(self) -> None:
        """Refuse what is not an address."""
        wrong = f"the address of {self.name} is {self.url!r}; give one like http://127.0.0.1:8002"
        try:
            parts = httpx.URL(self.url)
        except (httpx.InvalidURL, ValueError) as error:
            raise Invalid(wrong) from error
        if parts.scheme not in ("http", "https") or not parts.host:
            raise Invalid(wrong)

    def ask(self, method: str, path: str, params: Mapping[str, str] | None = None, body: object = None) -> Any:
        """The JSON answer to a request: an object or a list.

        Raises Unavailable when the server is away, keeps failing or answers something that is not JSON, and Refused
        when it answers that this request is at fault.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_NotNow),
            stop=stop_after_attempt(self.tries),
            wait=wait_exponential(multiplier=self.first_wait, max=5),
            retry_error_callback=self._give_up,
        )
        return retrying(self._once, method, path, params, body)

    def malformed(self, what: str) -> Unavailable:
        """The error for an answer that makes no sense."""
        return Unavailable(f"{self.name} at {self.url} answered {what}; check that the address is that of {self.name}")

    @cached_property
    def _client(self) -> httpx.Client:
        """One client for the life of this object: connections are kept open between requests."""
        timeout = httpx.Timeout(self.answer_seconds, connect=min(CONNECT_SECONDS, self.answer_seconds))
        # Loading the certificates takes a tenth of a second, and plain HTTP needs none.
        encrypted = httpx.URL(self.url).scheme == "https"
        client = httpx.Client(base_url=self.url.rstrip("/"), timeout=timeout, verify=encrypted)
        weakref.finalize(self, client.close)
        return client

    def _once(self, method: str, path: str, params: Mapping[str, str] | None, body: object) -> Any:
        try:
            response = self._client.request(method, path, params=params, json=body)
        except httpx.TimeoutException as error:
            raise _NotNow(f"did not answer within {self.answer_seconds:g} s") from error
        except httpx.TransportError as error:
            raise _NotNow(f"cannot be reached ({error})") from error
        if response.status_code in _TRY_AGAIN:
            raise _NotNow(f"answered with status {response.status_code}")
        try:
            answer = response.json()
        except ValueError as error:
            raise self.malformed(f"status {response.status_code} with something that is not JSON") from error
        if not isinstance(answer, dict | list):
            raise self.malformed(f"{answer!r}")
        if response.is_success:
            return answer
        raise self._refusal(response.status_code, answer)

    def _refusal(self, status: int, answer: Any) -> Exception:
        """Valhalla says `error_code` and `error`, OSRM `code` and `message`."""
        if isinstance(answer, dict):
            code, message = answer.get("error_code", answer.get("code")), answer.get("error", answer.get("message"))
            if code is not None:
                return Refused(str(code), f"{self.name} at {self.url} refused the request: {message} ({code})")
        return self.malformed(f"status {status}")

    def _give_up(self, state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        raise Unavailable(
            f"{self.name} at {self.url} {failure} (tried {state.attempt_number} times); start it, or choose another "
            "source of travel times"
        ) from failure


def in_blocks(
    ask: Callable[[Sequence[Place], Sequence[Place]], Matrix | None],
    sources: Sequence[Place],
    targets: Sequence[Place],
    side: int,
) -> Matrix:
    """A table put together from blocks of at most `side` × `side`.

    `ask` answers one block, or None when it must be asked in halves; it never answers None for a single cell.
    """
    shape = len(sources), len(targets)
    result = Matrix(np.full(shape, UNREACHABLE, dtype=np.int64), np.full(shape, UNREACHABLE, dtype=np.int64))
    waiting = [
        (range(row, min(row + side, shape[0])), range(column, min(column + side, shape[1])))
        for row in range(0, shape[0], side)
        for column in range(0, shape[1], side)
    ]
    while waiting:
        rows, columns = waiting.pop()
        block = ask([sources[i] for i in rows], [targets[j] for j in columns])
        if block is None:
            waiting.extend(_halves(rows, columns))
            continue
        cell = slice(rows.start, rows.stop), slice(columns.start, columns.stop)
        result.seconds[cell], result.metres[cell] = block.seconds, block.metres
    same = same_places(sources, targets)
    result.seconds[same] = result.metres[same] = 0
    return result


def _halves(rows: range, columns: range) -> list[tuple[range, range]]:
    if len(rows) >= len(columns):
        middle = len(rows) // 2
        return [(rows[:middle], columns), (rows[middle:], columns)]
    middle = len(columns) // 2
    return [(rows, columns[:middle]), (rows, columns[middle:])]


def unreachable() -> Matrix:
    """One cell without a road."""
    return Matrix(np.full((1, 1), UNREACHABLE, dtype=np.int64), np.full((1, 1), UNREACHABLE, dtype=np.int64))


def whole(value: object) -> int:
    """A number of seconds or metres rounded up to a whole one; ValueError when it is none.

    Looks at three decimals only: what a server's arithmetic adds beyond them is not a metre more.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{value!r} where a number was expected")
    return math.ceil(round(value, 3))


def filled(rows: Sequence[Sequence[tuple[int, int] | None]], shape: tuple[int, int]) -> Matrix:
    """A block from its cells, None where there is no road; ValueError when it does not have this shape."""
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        raise ValueError(f"a table that is not {shape[0]} × {shape[1]}")
    cells = np.array([[cell or (UNREACHABLE, UNREACHABLE) for cell in row] for row in rows], dtype=np.int64)
    return Matrix(cells[:, :, 0], cells[:, :, 1])
