"""Bytes to parsed JSON and back, without what Python's reader lets pass: repeated keys, NaN, numbers of any length."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from solver.faults import Fault, Malformed

LONG_NUMBER: Final = 25
"""No number of the format has so many digits."""


@dataclass(frozen=True, slots=True)
class Constant:
    """NaN, Infinity or -Infinity, which JSON has not."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Huge:
    """A number of more digits than any limit allows."""

    digits: int

    def __str__(self) -> str:
        return f"a number of {self.digits} digits"


class Repeated(dict[str, Any]):
    """An object in which some keys stand more than once; the last value of each is kept."""

    repeated: list[str]


def parse(raw: bytes) -> Any:
    """The document as dicts, lists, strings, numbers, booleans and None.

    Raises Malformed when it is no JSON. What JSON allows and the format does not is left as `Constant`, `Huge`
    or `Repeated` for the reader to refuse at its place.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(f"is not UTF-8 at byte {error.start}", "must be JSON in UTF-8", "save it in that encoding")
    if not text.strip():
        _refuse("is empty", "must be a JSON object", "write one, or name another file")
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        where = f"is no JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        _refuse(where, "must be one JSON object", "correct it there")
    except RecursionError:
        _refuse("is nested too deeply", "must be a JSON object of some ten levels at most", "flatten it")


def _decode(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=Constant)
    except json.JSONDecodeError:
        raise
    except ValueError:  # a number longer than Python converts; taken apart only then, as it takes twice the time
        return json.loads(text, object_pairs_hook=_object, parse_constant=Constant, parse_int=_integer)


def _integer(digits: str) -> int | Huge:
    return int(digits) if len(digits) <= LONG_NUMBER else Huge(len(digits.lstrip("-")))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(name for name, _ in pairs)
    again = Repeated(found)
    again.repeated = [name for name, count in times.items() if count > 1]
    return again


def _refuse(value: str, limit: str, remedy: str) -> NoReturn:
    raise Malformed([Fault("", value, limit, remedy)]) from None


def write(tree: Any, indent: int | None = None) -> bytes:
    """The document as UTF-8 JSON with a line end; compact unless `indent` is given."""
    separators = (",", ":") if indent is None else (",", ": ")
    return (json.dumps(tree, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators) + "\n").encode()
