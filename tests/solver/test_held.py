"""Tuples of arrays handed to kernels by reference: every kind of field is read as it is, and written through."""

from typing import NamedTuple

import numba
import numpy as np
import pytest

from solver.held import held


class Inner(NamedTuple):
    """A tuple within a tuple."""

    many: np.ndarray


class Outer(NamedTuple):
    """A field of each kind."""

    yes: bool
    no: bool
    whole: int
    part: float
    flags: np.ndarray
    small: np.ndarray
    table: np.ndarray
    seed: np.ndarray
    costs: np.ndarray
    nothing: np.ndarray
    inner: Inner


def outer() -> Outer:
    return Outer(
        yes=True,
        no=False,
        whole=-(2**40),
        part=-0.25,
        flags=np.array([True, False, True]),
        small=np.array([[1, -2], [3, 2**31 - 1]], dtype=np.int32),
        table=np.arange(24, dtype=np.int64).reshape(2, 3, 4),
        seed=np.array([2**64 - 1], dtype=np.uint64),
        costs=np.array([0.5, np.inf]),
        nothing=np.zeros((0, 3)),
        inner=Inner(np.array([7, 8])),
    )


@numba.njit
def _read(given):  # type: ignore[no-untyped-def]
    scalars = (given.yes, given.no, given.whole, given.part)
    arrays = (given.flags[1], given.flags[2], given.small[1, 1], given.small[0, 1], given.table[1, 2, 3], given.seed[0])
    shapes = (given.table.shape, given.small.size, given.nothing.shape, len(given.flags))
    row = given.table[1]
    return scalars, arrays, shapes, (row[0, 1], given.costs[0], given.costs[1], given.inner.many[1])


@numba.njit
def _write(given):  # type: ignore[no-untyped-def]
    given.costs[0] = 9.5
    given.inner.many[0] += 1


def test_every_kind_of_field_is_read_as_it_is() -> None:
    scalars, arrays, shapes, others = _read(held(outer()._replace(inner=held(outer().inner))))
    assert scalars == (True, False, -(2**40), -0.25)
    assert arrays == (False, True, 2**31 - 1, -2, 23, 2**64 - 1)
    assert shapes == ((2, 3, 4), 4, (0, 3), 3)
    assert others == (13, 0.5, np.inf, 8)


def test_what_a_kernel_writes_is_in_the_arrays_given() -> None:
    given = outer()
    _write(held(given._replace(inner=held(given.inner))))
    assert given.costs.tolist() == [9.5, np.inf]
    assert given.inner.many.tolist() == [8, 8]


def test_arrays_with_gaps_are_refused() -> None:
    with pytest.raises(ValueError, match="contiguous"):
        held(outer()._replace(costs=np.zeros(6)[::2]))
