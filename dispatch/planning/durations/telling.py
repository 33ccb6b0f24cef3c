"""What is learnt of durations, as people read it: by work type and model; of technicians nothing is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Territory, WorkType
from dispatch.errors import NotFound
from dispatch.planning.durations.effects import Effects
from dispatch.planning.durations.learning import effects_of, learn


@dataclass(frozen=True, slots=True)
class Line:
    """What a visit takes in percent of what is planned, and the standard deviation of that."""

    name: str
    percent: float
    spread_percent: float


@dataclass(frozen=True, slots=True)
class Told:
    """What is learnt; the longest first."""

    visits: int
    per_year_percent: float
    work_types: tuple[Line, ...]
    models: tuple[Line, ...]


def learn_and_tell(session: Session, code: str) -> Told | None:
    """Learns for the territory of this code, and tells what; None: there are too few visits.

    Raises NotFound for a code that no territory has.
    """
    territory = session.scalars(select(Territory).where(Territory.code == code)).one_or_none()
    if territory is None:
        codes = ", ".join(session.scalars(select(Territory.code).order_by(Territory.code)))
        raise NotFound(f"There is no territory {code!r}; there are: {codes or 'none'}.")
    effects = effects_of(learn(session, territory.id))
    if effects is None:
        return None
    names = {str(key): name for key, name in session.execute(select(WorkType.id, WorkType.name))}
    return told(effects, names)


def told(effects: Effects, names: Mapping[str, str]) -> Told:
    """The lines; names: of work types by id. A model's are for a work type of which nothing is known."""
    types = effects.effects.get("work_type", {})
    models = effects.effects.get("model", {})
    return Told(
        visits=effects.visits,
        per_year_percent=100 * effects.per_year,
        work_types=_lines({names.get(key, key): effects.factor(key, None, None, 0.0) for key in types}),
        models=_lines({key: effects.factor("", None, key, 0.0) for key in models}),
    )


def _lines(factors: Mapping[str, tuple[float, float]]) -> tuple[Line, ...]:
    lines = [Line(name, 100 * mean, 100 * deviation) for name, (mean, deviation) in factors.items()]
    return tuple(sorted(lines, key=lambda line: (-line.percent, line.name)))
