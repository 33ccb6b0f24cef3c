"""Human numbers, such as WO-1042: short, rising, drawn once."""

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.base import Keyed
from db.inserting import unless_there
from db.models import NumberSeries
from dispatch.access import elevated

FIRST_NUMBER: Final = 1001


def draw(session: Session, prefix: str) -> int:
    """The next number of a series, never given twice; who draws at the same time waits for this transaction."""
    rise = (
        update(NumberSeries)
        .where(NumberSeries.prefix == prefix)
        .values(next_number=NumberSeries.next_number + 1)
        .returning(NumberSeries.next_number)
        .execution_options(synchronize_session=False)
    )
    with elevated(session, "numbers"):
        following = session.scalar(rise)
        if following is None:
            _begin(session, prefix)
            following = session.scalar(rise)
    if following is None:
        msg = f"The number series {prefix} vanished while it was used"
        raise RuntimeError(msg)
    return following - 1


def draw_free(session: Session, model: type[Keyed], prefix: str) -> str:
    """The next human number that no row of `model` has yet: "WO-1042"."""
    number = getattr(model, "number")  # noqa: B009  (only models with human numbers come here)
    while True:
        drawn = f"{prefix}-{draw(session, prefix)}"
        with elevated(session, "numbers"):
            if session.scalar(select(model.id).where(number == drawn)) is None:
                return drawn


def _begin(session: Session, prefix: str) -> None:
    # Somebody else may begin the same series at this moment: whose row is kept does not matter.
    session.execute(unless_there(session, NumberSeries, {"prefix": prefix, "next_number": FIRST_NUMBER}))
