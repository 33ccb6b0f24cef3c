"""A value in a parsed JSON document, with its place: reads what should be there and notes every fault it meets."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Final, TypeVar

from solver.faults import Fault
from solver.formats.parsing import Constant, Huge, Repeated
from solver.problem import MAX_MONEY, MAX_TIME
from solver.words import listed

SHOWN: Final = 40
"""So many characters of a value are quoted in a message."""
NAMED: Final = 5
"""So many of the allowed ids are named in a message."""


def shown(value: object) -> str:
    """The value as a message quotes it: short, on one line."""
    if isinstance(value, Repeated | dict):
        return "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, Constant | Huge):
        return str(value)
    if isinstance(value, str):
        text = value.encode("utf-8", "backslashreplace").decode()
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
        return f'"{text}"' if len(text) <= SHOWN else f'"{text[:SHOWN]}…"'
    names = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return names[value]
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its JSON pointer; all nodes of a document share one list of faults."""

    value: object
    pointer: str = ""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, limit: str, remedy: str, value: str | None = None) -> None:
        """Note that what is here may not be."""
        self.faults.append(Fault(self.pointer, value or f"is {shown(self.value)}", limit, remedy))

    def child(self, key: str | int, value: object = None) -> "Node":
        """What is at `key` below, or would be."""
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Node(value, f"{self.pointer}/{step}", self.faults)

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, "Node"]:
        """The fields present, by name; refuses missing, unknown and repeated ones."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object", f"write {{…}} with {listed(required) or 'its fields'}")
            return {}
        self._refuse_repeated()
        known = {*required, *optional}
        for name in self.value:
            if name not in known:
                limit = f"the known fields are {listed(sorted(known))}"
                self.child(name).refuse(limit, "remove it or correct its spelling", "is unknown")
        for name in required:
            if name not in self.value:
                self.child(name).refuse("it is required", "add it", "is missing")
        return {name: self.child(name, value) for name, value in self.value.items() if name in known}

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Each name and value of an object whose names are free, like parts; refuses empty and repeated names."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object", 'write {"name": value}')
            return
        self._refuse_repeated()
        for name, value in self.value.items():
            node = self.child(name, value)
            if self._is_name(name, node):
                yield name, node

    def _refuse_repeated(self) -> None:
        if isinstance(self.value, Repeated):
            for name in self.value.repeated:
                self.child(name).refuse("a key may stand once", "remove all but one", "stands more than once")

    @staticmethod
    def _is_name(name: object, node: "Node") -> bool:
        if not isinstance(name, str):
            node.refuse("must be a string", "write it in quotes", f"has the name {shown(name)}")
        elif not name:
            node.refuse("must have a name of one character or more", "give it a name", "has an empty name")
        elif not _writable(name):
            node.refuse("must be text that UTF-8 can hold", "remove the lone surrogate", f"has the name {shown(name)}")
        else:
            return True
        return False

    def items(self) -> list["Node"]:
        """The members of a list."""
        if not isinstance(self.value, list):
            self.refuse("must be a list", "write […]")
            return []
        return [self.child(i, value) for i, value in enumerate(self.value)]

    def integer(self, low: int, high: int, what: str) -> int:
        """A whole number within both limits; anything else is refused and read as the limit nearest to 0."""
        value, limit = self.value, f"must be a whole number ({what}), {low} to {high}"
        if type(value) is int and low <= value <= high:
            return value
        if type(value) is float and value.is_integer() and low <= value <= high:
            self.refuse(limit, f"write {int(value)}")
        elif type(value) is int or isinstance(value, Huge):
            self.refuse(limit, "bring it within these limits")
        else:
            self.refuse(limit, "write a number without quotes, fraction or exponent")
        return max(low, min(high, 0))

    def seconds(self, low: int = 0) -> int:
        """A time or duration."""
        return self.integer(low, MAX_TIME, "seconds")

    def cents(self) -> int:
        """An amount of money."""
        return self.integer(0, MAX_MONEY, "cents")

    def count(self, low: int = 0) -> int:
        """How many of something."""
        return self.integer(low, MAX_TIME, "pieces")

    def number(self) -> float:
        """Any finite number, not negative."""
        value = self.value
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
            return value
        self.refuse("must be a number, 0 or more", "write such a number")
        return 0

    def boolean(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            self.refuse("must be true or false", "write true or false")
        return self.value is True

    def text(self) -> str:
        """A string, maybe empty."""
        if not isinstance(self.value, str):
            self.refuse("must be a string", "write it in quotes")
            return ""
        if not _writable(self.value):
            self.refuse("must be text that UTF-8 can hold", "remove the lone surrogate")
        return self.value

    def id(self) -> str:
        """A string of one character or more."""
        text = self.text()
        if self.value == "":
            self.refuse("must be one character or more", "give it an id")
        return text

    def choice(self, options: Collection[str]) -> str:
        """One of a closed list of words."""
        if isinstance(self.value, str) and self.value in options:
            return self.value
        self.refuse(f"must be {listed((shown(o) for o in options), 'or')}", "write one of these")
        return next(iter(options))

    def new_id(self, seen: set[str], noun: str) -> str:
        """An id that nothing else of its kind has; it is added to `seen`."""
        name = self.id()
        if name and name in seen:
            self.refuse(f"must be unique, but another {noun} has it", "give each its own id")
        seen.add(name)
        return name

    def location(self, places: int) -> int:
        """A row of the travel matrices."""
        if not places:
            self.refuse("must be a row of travel.seconds, which has none", "give travel.seconds")
            return 0
        return self.integer(0, places - 1, "a row of travel.seconds")

    def reference(self, known: Collection[str], noun: str) -> str:
        """The id of something that is in the document."""
        before = len(self.faults)
        name = self.id()
        if len(self.faults) == before and name not in known:
            some = listed(map(shown, nsmallest(NAMED, known))) or "none"
            more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
            self.refuse(f"must be the id of a {noun}, of which there are {some}{more}", f"correct it or add the {noun}")
        return name

    def names(self) -> frozenset[str]:
        """A list of names, each once."""
        return self._set([(node, node.id()) for node in self.items()])

    def references(self, known: Collection[str], noun: str) -> frozenset[str]:
        """A list of ids of things that are in the document, each once."""
        return self._set([(node, node.reference(known, noun)) for node in self.items()])

    @staticmethod
    def _set(pairs: Sequence[tuple["Node", str]]) -> frozenset[str]:
        seen: set[str] = set()
        for node, name in pairs:
            if name in seen and name:
                node.refuse("must stand once in the list", "remove the repetition")
            seen.add(name)
        return frozenset(seen)

    @property
    def is_null(self) -> bool:
        """Whether null stands here."""
        return self.value is None


def _writable(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


T = TypeVar("T")


def given_or(given: Mapping[str, Node], name: str, reader: Callable[[Node], T], default: T) -> T:
    """The field read, or the default when it is absent."""
    return reader(given[name]) if name in given else default


def nullable(given: Mapping[str, Node], name: str, reader: Callable[[Node], T]) -> T | None:
    """The field read, or None when it is absent or null."""
    return None if name not in given or given[name].is_null else reader(given[name])
