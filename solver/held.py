"""Named tuples of many arrays, handed to kernels by reference.

Numba takes a named tuple apart into every field of every array at each call, which makes kernels over a hundred arrays
slow to compile. `held` puts the fields into one structure on the heap; kernels read them by the same names.
"""

from typing import Any, NamedTuple, TypeVar, cast

from numba.core import cgutils, types
from numba.experimental import structref
from numba.experimental.jitclass.base import imp_dtor
from numba.extending import intrinsic

from solver.jit import jit

T = TypeVar("T", bound=NamedTuple)


@structref.register
class HeldType(types.StructRef):
    """The type of a held tuple: the fields of the tuple, of the same types."""


class Held(structref.StructRefProxy):
    """What Python sees of one: nothing but that it can be passed on."""


structref.define_boxing(HeldType, Held)


@intrinsic
def _adopted(typing: Any, values: Any) -> Any:
    """Compiled: the tuple's fields in a new structure."""
    kind = HeldType(list(zip(values.fields, values.types, strict=True)))

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        layout = context.get_data_type(kind.get_data_type())
        size = context.get_constant(types.uintp, context.get_abi_sizeof(layout))
        meminfo = context.nrt.meminfo_alloc_dtor(builder, size, imp_dtor(context, builder.module, kind))
        data = builder.bitcast(context.nrt.meminfo_data(builder, meminfo), layout.as_pointer())
        builder.store(cgutils.get_null_value(layout), data)
        fields = context.make_data_helper(builder, kind.get_data_type(), ref=data)
        for index, (name, field_type) in enumerate(zip(values.fields, values.types, strict=True)):
            value = builder.extract_value(arguments[0], index)
            context.nrt.incref(builder, field_type, value)
            setattr(fields, name, value)
        holder = context.make_helper(builder, kind)
        holder.meminfo = meminfo
        return holder._getvalue()

    return kind(values), generate


@jit
def _hold(values: Any) -> Any:
    return _adopted(values)


def held(values: T) -> T:
    """The same for kernels. Python code cannot read its fields; keep the tuple for that. The arrays are shared."""
    return cast(T, _hold(values))
