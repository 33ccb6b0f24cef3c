"""Whatever is in a file, the readers either read it or refuse it; no other error ever comes out."""

import copy
import json
from collections.abc import Callable
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.faults import Fault, Malformed
from solver.formats import native
from solver.formats.vroom import read_vroom
from solver.referee import check
from solver.validate import validate
from tests.solver.good_plan import PROBLEM, SOLUTION
from tests.solver.test_malformed import GOOD
from tests.solver.test_vroom import GOOD as VROOM

SETTINGS: Final = settings(max_examples=150, deadline=None, derandomize=True, database=None)
LEAVES: Final = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.integers(), st.floats(), st.text(max_size=3), st.just("ann")
)
VALUES: Final = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
PLAN: Final = json.loads(native.dump_solution(SOLUTION))


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a document."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def changed(good: Any) -> st.SearchStrategy[Any]:
    """The good document with up to three values replaced."""

    def put(edits: list[tuple[tuple[Any, ...], Any]]) -> Any:
        tree = copy.deepcopy(good)
        for path, value in edits:
            spot: Any = tree
            try:
                for key in path[:-1]:
                    spot = spot[key]
                spot[path[-1]] = value
            except (IndexError, KeyError, TypeError):  # an earlier edit took that place away
                continue
        return tree

    return st.lists(st.tuples(st.sampled_from(places(good)[1:]), VALUES), min_size=1, max_size=3).map(put)


def reads_or_refuses(read: Callable[[bytes], Any], document: bytes) -> Any:
    """What was read, or None when it was refused with faults that can be told."""
    faults: tuple[Fault, ...] = ()
    try:
        found = read(document)
    except Malformed as refusal:
        found, faults = None, refusal.faults
    assert (found is None) == bool(faults)
    assert all(fault.value and fault.limit and fault.remedy for fault in faults)
    return found


@SETTINGS
@given(VALUES)
def test_any_json(tree: Any) -> None:
    for read in (native.load_problem, native.load_solution, read_vroom):
        reads_or_refuses(read, json.dumps(tree).encode())


@SETTINGS
@given(st.binary(max_size=40))
def test_any_bytes(document: bytes) -> None:
    for read in (native.load_problem, native.load_solution, read_vroom):
        reads_or_refuses(read, document)


@SETTINGS
@given(changed(GOOD))
def test_a_problem_with_anything_in_it(tree: Any) -> None:
    problem = reads_or_refuses(native.load_problem, json.dumps(tree).encode())
    if problem is not None:
        assert validate(problem) == []
        assert native.load_problem(native.dump_problem(problem)) == problem


@SETTINGS
@given(changed(VROOM))
def test_a_vroom_problem_with_anything_in_it(tree: Any) -> None:
    found = reads_or_refuses(read_vroom, json.dumps(tree).encode())
    if found is not None:
        assert validate(found.problem) == []


@SETTINGS
@given(changed(PLAN))
def test_a_solution_with_anything_in_it_is_judged(tree: Any) -> None:
    solution = reads_or_refuses(native.load_solution, json.dumps(tree).encode())
    if solution is not None:
        assert all(str(violation) for violation in check(PROBLEM, solution))
