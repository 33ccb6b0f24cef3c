"""What a demo was begun with, so that a second run takes up where the first was, wherever it was cut off."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from dispatch.errors import Invalid

FILE: Final = "demo.json"
DATABASE: Final = "demo.sqlite3"
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Begun:
    """The company that a demo's folder holds."""

    day: date
    seed: int
    visits: int
    technicians: int

    @classmethod
    def of(cls, asked: Mapping[str, Any], today: date) -> Self:
        """What was asked for; where nothing was (None), today and a company of ordinary size.

        Raises Invalid for a day far from now.
        """
        begun = cls(**{"day": today, "seed": 1, "visits": 150, "technicians": 20, **_said(asked)})
        if not FIRST_YEAR <= begun.day.year <= LAST_YEAR:
            raise Invalid(f"--day is {begun.day}, outside the years {FIRST_YEAR} to {LAST_YEAR}; choose one within")
        return begun

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """What the folder was begun with; None for a folder without a demo.

        Raises Invalid when the note cannot be understood.
        """
        file = folder / FILE
        if not file.is_file():
            return None
        try:
            said: dict[str, Any] = json.loads(file.read_text("utf-8"))
            numbers = {name: int(said[name]) for name in ("seed", "visits", "technicians")}
            return cls(date.fromisoformat(said["day"]), **numbers)
        except (ValueError, KeyError, TypeError) as error:
            raise Invalid(f"{file} cannot be understood; begin anew with: dispatch demo --fresh") from error

    def write(self, folder: Path) -> None:
        """Note it, in one step: a note is there whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{FILE}.half"
        half.write_text(json.dumps({**asdict(self), "day": self.day.isoformat()}), "utf-8")
        half.replace(folder / FILE)

    def require_same(self, asked: Mapping[str, Any], folder: Path) -> None:
        """Nothing, when what was asked for (None: whatever there is) is what the folder holds.

        Raises Invalid, which names the first difference.
        """
        for name, wanted in _said(asked).items():
            has = getattr(self, name)
            if wanted != has:
                raise Invalid(
                    f"the demo in {folder} has --{name} {has}, not {wanted}; leave the option out to go on with it, "
                    "begin anew with --fresh, or name another --directory"
                )


def _said(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: wanted for name, wanted in asked.items() if wanted is not None}


def remove(folder: Path) -> None:
    """Take away a demo's own files; what else lies in the folder stays."""
    for name in (FILE, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal"):
        (folder / name).unlink(missing_ok=True)
