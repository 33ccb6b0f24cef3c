"""The errors a use case may raise. A message says what, which id, the value, the limit, and what to do next.

    DispatchError
    ├── NotFound      there is no such thing, or the viewer may not know of it
    ├── Forbidden     the viewer may know of it, but not do this
    ├── Conflict      somebody else was quicker: a stale version, a taken key, a changed route
    ├── RuleBroken    the rules of the business forbid it
    ├── Invalid       the input is malformed; lists every fault
    └── Unavailable   something outside is away; trying again may help

Only `api/problems.py` knows status codes.
"""

from dataclasses import dataclass


class DispatchError(Exception):
    """Something the caller can be told."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DispatchError):
    """There is no such thing, or the viewer may not know of it."""


class Forbidden(DispatchError):
    """The viewer may know of it, but not do this."""


class Conflict(DispatchError):
    """Somebody else was quicker."""


class StaleVersion(Conflict):
    """The edit was made against a version that is no longer the current one."""


class RuleBroken(DispatchError):
    """The rules of the business forbid it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (JSON pointer or column), and what to do about it."""

    pointer: str
    message: str


class Invalid(DispatchError):
    """The input is malformed; `faults` lists everything wrong with it."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class Unavailable(DispatchError):
    """Something outside is away; trying again may help."""
