"""What is wrong with an input, and where."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where (JSON pointer, "" for the whole document), what is there, what must be, what to do."""

    pointer: str
    value: str
    limit: str
    remedy: str

    @property
    def message(self) -> str:
        """The fault in a sentence, without its place."""
        return f"{self.value}; {self.limit}; {self.remedy}"

    def __str__(self) -> str:
        return f"{self.pointer or 'the document'}: {self.message}"


class Malformed(Exception):
    """The input breaks the format; `faults` lists everything wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
