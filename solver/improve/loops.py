"""Which loop a search runs: the one that times each route by itself, or the one for routes that hang together."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from solver.compiled import Compiled
from solver.held import held
from solver.improve.anneal import Chain, anneal, build, remember, take_up
from solver.improve.arrays import Arrays
from solver.improve.knot import Knot, knot_for
from solver.improve.state import State, Work
from solver.improve.tied import anneal_tied, remember_tied
from solver.improve.tied_start import build_tied, take_up_tied
from solver.ties.face import hangs_together
from solver.ties.handle import ties_for

Handed = tuple[Any, ...]
"""What every kernel of a loop takes first: the problem, a chain's plan, and what else belongs to the chain."""


class Loop(NamedTuple):
    """The kernels of a search, each taking `Handed`.

    anneal: also iterations and the temperatures at their beginning and end. take_up: also the lists of a plan.
    """

    anneal: Callable[..., None]
    build: Callable[..., None]
    take_up: Callable[..., bool]
    remember: Callable[..., None]


def _remember(_arrays: Arrays, state: State, _work: Work, chain: Chain) -> None:
    remember(state, chain)


def _remember_tied(*handed: Any) -> None:
    arrays, state, _work, chain, _ties, knot = handed
    remember_tied(arrays, state, chain, knot)


APART: Final = Loop(anneal, build, take_up, _remember)
TOGETHER: Final = Loop(anneal_tied, build_tied, take_up_tied, _remember_tied)


def is_tied(compiled: Compiled) -> bool:
    """Whether what one route costs or may do depends on others, beyond parts in stock."""
    costs = compiled.problem.costs
    return hangs_together(compiled) or bool(costs.max_tardiness_per_hour or costs.imbalance_per_hour)


def knots(compiled: Compiled, arrays: Arrays, state: State) -> tuple[Handed, Knot | None]:
    """What the kernels take besides, for one chain: nothing where each route is timed by itself."""
    if not is_tied(compiled):
        return (), None
    knot = knot_for(arrays)
    return (ties_for(compiled, arrays, state), held(knot)), knot
