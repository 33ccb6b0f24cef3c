"""What can go wrong at the door.

    DispatchError
    ├── NotSignedIn      nobody is known to be asking: no token, a wrong one, one that ended
    ├── TooManyAttempts  too many wrong passwords; names the seconds to wait
    └── Forbidden
        └── NotFromHere  a form or script of another site may not act in this viewer's name (CSRF)

`NoViewer` and `NotScoped` are mistakes of ours in a program, never of a user.
"""

from dispatch.errors import DispatchError, Forbidden


class NotSignedIn(DispatchError):
    """Nobody is known to be asking."""


class TooManyAttempts(DispatchError):
    """Too many wrong passwords; `retry_after` is the seconds to wait."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotFromHere(Forbidden):
    """A form or script of another site may not act in this viewer's name."""


class NoViewer(RuntimeError):
    """A query ran in a session that does not know who is asking."""


class NotScoped(RuntimeError):
    """A query that access rules cannot be put on, asked for somebody who does not see everything."""
