"""What most commands open: the database, checked to be of this version, and the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console

from dispatch.clock import Clock, SystemClock
from dispatch.errors import Invalid

if TYPE_CHECKING:
    from rich.table import Table

    from db.session import UnitOfWork

err = Console(stderr=True, soft_wrap=True, highlight=False)
"""For progress and remarks; results go to stdout."""

out = Console(highlight=False)
"""For results."""

_WIDEST: Final = 10_000


def show(table: "Table") -> None:
    """Prints a table; where no terminal sets a width it is as wide as what is in it, so that nothing is cut."""
    (out if out.is_terminal else Console(highlight=False, width=_WIDEST)).print(table)


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Says what goes on: turning while it does on a terminal, in a line elsewhere."""
    if not err.is_terminal:
        err.print(f"{what} ...")
        yield
        return
    with err.status(what):
        yield


@contextmanager
def opened(url: str, clock: Clock | None = None) -> "Iterator[UnitOfWork]":
    """Units of work on the database, closed afterwards.

    Raises Invalid when it is not at this version's revision, BadUrl, DatabaseUnavailable.
    """
    from db.engine import make_engine
    from db.operations import current, head
    from db.session import UnitOfWork

    at = current(url)
    if at != head():
        state = "has no tables yet" if at is None else f"is at revision {at}, this version needs {head()}"
        raise Invalid(f"the database {state}; run: dispatch db upgrade")
    engine = make_engine(url)
    try:
        yield UnitOfWork(engine, now=(clock or SystemClock()).now)
    finally:
        engine.dispose()
