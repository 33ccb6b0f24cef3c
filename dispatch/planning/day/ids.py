"""The names that a problem gives to rows: those that people use, so that the optimiser's sentences can be read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

Names = Mapping[str, int]
"""{id in the problem: key of the row}."""


@dataclass(frozen=True)
class Ids:
    """What each id of a problem stands for; a visit is WO-1042/1, a shift T07 08:00, a part its number."""

    visits: Names = field(default_factory=dict)
    technicians: Names = field(default_factory=dict)
    shifts: Names = field(default_factory=dict)
    breaks: Names = field(default_factory=dict)
    warehouses: Names = field(default_factory=dict)
    parts: Names = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The names as plain values, to be stored beside the problem."""
        return {kind: dict(getattr(self, kind)) for kind in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The names as they were stored."""
        return cls(**{kind: dict(stored[kind]) for kind in cls.__dataclass_fields__})

    def name_of_visit(self, visit_id: int) -> str | None:
        """The problem's id of a visit, None when it is not in the problem."""
        return self._reverse("visits").get(visit_id)

    def name_of_shift(self, shift_id: int) -> str | None:
        """The problem's id of a shift, None when it is not in the problem."""
        return self._reverse("shifts").get(shift_id)

    def _reverse(self, kind: str) -> dict[int, str]:
        return {key: name for name, key in getattr(self, kind).items()}


def named(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Names to keys; a name that comes twice gets the key behind it."""
    pairs = list(pairs)
    times = Counter(name for name, _ in pairs)
    return {(name if times[name] == 1 else f"{name} #{key}"): key for name, key in pairs}


def reverse(names: Names) -> dict[int, str]:
    """Keys to names."""
    return {key: name for name, key in names.items()}
