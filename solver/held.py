"""Named tuples of many arrays, handed to kernels by reference.

Numba takes a named tuple apart into every field of every array, and counts a reference to each, at each call: over a
hundred arrays, that makes kernels slow to compile and slow to run. `held` writes where the arrays are into one table;
kernels get its address and read the fields by the same names. Python keeps the arrays alive.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

T = TypeVar("T", bound=NamedTuple)

WORD: Final = 8
"""Bytes of an address, of a length, and of each number held."""
HEADER: Final = 5
"""Words of numba's description of an array before its shape: owner, parent, items, bytes of an item, address."""


class HeldType(types.Type):
    """What numba knows of a held tuple: the names and types of its fields, and where each is in the table."""

    def __init__(self, fields: Sequence[tuple[str, types.Type]]) -> None:
        self.fields = tuple(fields)
        self.offsets: dict[str, tuple[int, types.Type]] = {}
        words = 0
        for name, kind in self.fields:
            self.offsets[name] = (words * WORD, kind)
            words += HEADER + 2 * kind.ndim if isinstance(kind, types.Array) else 1
        super().__init__(name="Held(" + ",".join(f"{name}:{kind}" for name, kind in self.fields) + ")")


@register_model(HeldType)
class HeldModel(models.PrimitiveModel):
    """In compiled code it is the table's address."""

    def __init__(self, manager: Any, kind: HeldType) -> None:
        super().__init__(manager, kind, ir.IntType(64))


class Held:
    """A tuple of arrays and numbers as kernels take it."""

    def __init__(self, values: Any) -> None:
        self.values = values
        words: list[int] = []
        fields = []
        for name, value in zip(values._fields, values, strict=True):
            fields.append((name, _kind(value)))
            words.extend(_words(value))
        self.table = np.array(words, dtype=np.int64)
        self.address = int(self.table.ctypes.data)
        self.kind = HeldType(fields)


def _kind(value: Any) -> types.Type:
    if isinstance(value, Held):
        return value.kind
    if isinstance(value, np.ndarray):
        if not value.flags.c_contiguous:
            raise ValueError("only contiguous arrays can be held")
        return types.Array(_number(value.dtype), value.ndim, "C")
    return _number(np.asarray(value).dtype)


def _number(kind: np.dtype[Any]) -> types.Type:
    found = {"bool": types.boolean, "int32": types.int32, "int64": types.int64, "uint64": types.uint64}
    return found.get(kind.name, types.float64)


def _words(value: Any) -> list[int]:
    if isinstance(value, Held):
        return [value.address]
    if isinstance(value, np.ndarray):
        return [0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides]
    if isinstance(value, float):
        return [int(np.float64(value).view(np.int64))]
    return [int(value)]


@typeof_impl.register(Held)
def _typeof(value: Held, _context: Any) -> HeldType:
    return value.kind


@unbox(HeldType)
def _unboxed(_kind: HeldType, value: Any, context: Any) -> NativeValue:
    attribute = context.pyapi.object_getattr_string(value, "address")
    address = context.pyapi.long_as_longlong(attribute)
    context.pyapi.decref(attribute)
    return NativeValue(address, is_error=cgutils.is_not_null(context.builder, context.pyapi.err_occurred()))


@infer_getattr
class _Fields(AttributeTemplate):
    key = HeldType

    def generic_resolve(self, kind: HeldType, name: str) -> types.Type | None:  # type: ignore[override]  # numba's
        """The type of a field."""
        return kind.offsets[name][1] if name in kind.offsets else None


@lower_getattr_generic(HeldType)
def _read(context: Any, builder: Any, kind: HeldType, table: Any, name: str) -> Any:
    offset, field = kind.offsets[name]
    address = builder.add(table, ir.Constant(ir.IntType(64), offset))
    if isinstance(field, types.Boolean):
        word = builder.load(builder.inttoptr(address, ir.IntType(64).as_pointer()))
        return builder.icmp_unsigned("!=", word, ir.Constant(ir.IntType(64), 0))
    return builder.load(builder.inttoptr(address, context.get_value_type(field).as_pointer()))


def held(values: T) -> T:
    """The same for kernels. Python code cannot read its fields; keep the tuple for that. The arrays are shared."""
    return cast(T, Held(values))
