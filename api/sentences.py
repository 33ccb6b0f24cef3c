"""What pydantic found wrong with a request, as sentences that say what would be right."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

Said = Mapping[str, Any]
"""One of pydantic's errors."""

_WHOLE: Final = "is no whole number; write it like 42"
_NUMBER: Final = "is no number; write it like 4.5"
_TRUTH: Final = "is neither true nor false; write one of them"
_DAY: Final = "is no date; write it like 2026-03-31"
_INSTANT: Final = "is no instant; write it like 2026-03-31T08:00:00Z, with its offset from UTC"
_CLOCK: Final = "is no time of day; write it like 08:30"
_TEXT: Final = "is no text; write it in quotes"

_WRONG: Final = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": _TEXT,
    "text": _TEXT,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": "does not say its offset from UTC; write it like 2026-03-31T08:00:00Z",
    "time_type": _CLOCK,
    "time_parsing": _CLOCK,
    "list_type": "is no list; write it in square brackets",
    "dict_type": "is no object; write it in braces",
    "model_type": "is no object; write it in braces",
    "model_attributes_type": "is no object; write it in braces",
}
_IN_QUOTES: Final = frozenset({"int_type", "float_type", "bool_type"})
"""These are told of text only where types are strict, so that the quotes alone may be what is wrong."""


def sentence(said: Said, known: Iterable[str], show: Callable[[object], str | None]) -> str:
    """What is wrong and what would be right, to follow the name of the field; without a full stop.

    known: the fields there are beside this one. show: a value as it may be told, None for one that may not.
    """
    kind, value = str(said["type"]), said.get("input")
    if kind == "missing":
        return "is missing; give it"
    if kind == "extra_forbidden":
        return _unknown(str(said["loc"][-1]), sorted(known))
    shown = show(value)
    if kind in ("enum", "literal_error"):
        return f"{shown or 'the value'} is not one of those allowed; give {said['ctx']['expected']}"
    if kind in _WRONG:
        quotes = ", without quotes" if kind in _IN_QUOTES and isinstance(value, str) else ""
        return f"{shown or 'the value'} {_WRONG[kind]}{quotes}"
    return str(said["msg"]) if shown is None else f"{said['msg']}, not {shown}"


def known_fields(dependant: Dependant, loc: tuple[Any, ...]) -> set[str]:
    """The names that may stand where a route's request went wrong; none when it is not known what may."""
    where, path = loc[0], loc[1:-1]
    params = {"body": dependant.body_params, "query": dependant.query_params}.get(where, [])
    shapes: list[Any] = [param.field_info.annotation for param in params]
    for part in path:
        shapes = [inner for shape in shapes for inner in _inside(shape, part)]
    return {field.alias or name for model in _models(shapes) for name, field in model.model_fields.items()}


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    listed = f" (known: {', '.join(known)})" if known else ""
    return f"is no field here; leave it out{listed}{hint}"


def _inside(shape: Any, part: object) -> list[Any]:
    """The types of what is under a key or a place of a type."""
    found = []
    for each in _alternatives(shape):
        if get_origin(each) is list and isinstance(part, int):
            found.append(get_args(each)[0])
        elif isinstance(each, type) and issubclass(each, BaseModel) and part in each.model_fields:
            found.append(each.model_fields[str(part)].annotation)
    return found


def _models(shapes: Iterable[Any]) -> list[type[BaseModel]]:
    each = [alternative for shape in shapes for alternative in _alternatives(shape)]
    return [model for model in each if isinstance(model, type) and issubclass(model, BaseModel)]


def _alternatives(shape: Any) -> list[Any]:
    origin = get_origin(shape)
    if origin is Annotated:
        return _alternatives(get_args(shape)[0])
    if origin in (Union, UnionType):
        return [inner for each in get_args(shape) for inner in _alternatives(each)]
    return [shape]
