"""Plans of routes that hang together: taken up from lists, and built by putting in what is left out."""

from solver.compiled import IntArray
from solver.improve.anneal import Chain
from solver.improve.arrays import Arrays
from solver.improve.knot import Knot
from solver.improve.price import copied
from solver.improve.recreate import all_wait, sort_waiting
from solver.improve.routes import link, undraw, unlink
from solver.improve.state import State, Work
from solver.improve.tied import in_order_tied, no_halves, partners_next, put_back_tied, put_in, tied_cost
from solver.improve.tied_supplies import cheapest_way, note_supplies
from solver.jit import inner, lean
from solver.ties.kernels import link_allows, remember, retime, time_all
from solver.ties.simulate import INF
from solver.ties.table import EARLIEST_START, FREE, Ties


@lean
def take_up_tied(
    arrays: Arrays,
    state: State,
    work: Work,
    chain: Chain,
    ties: Ties,
    knot: Knot,
    first: IntArray,
    after: IntArray,
) -> bool:
    """Makes the plan that of the lists given; False when some route cannot be as listed and was left empty."""
    work.stamp[0] += 1
    work.touches[0] = work.waits[0] = 0
    for shift in range(len(state.first)):
        _emptied(arrays, state, shift)
    time_all(ties)
    sound = True
    for shift in range(len(first)):
        if first[shift] >= 0 and not _taken_up(arrays, state, work, ties, knot, shift, first[shift], after):
            sound = False
            _emptied(arrays, state, shift)
            time_all(ties)
    sound = no_halves(arrays, state, work, ties, knot) and sound
    if not time_all(ties):
        sound = False
        for shift in range(len(state.first)):
            _emptied(arrays, state, shift)
        time_all(ties)
    chain.cost[0] = tied_cost(arrays, state, chain, ties)
    remember(ties)
    return sound


@inner
def _emptied(arrays: Arrays, state: State, shift: int) -> None:
    visit = state.first[shift]
    while visit >= 0:
        later = state.after[visit]
        unlink(arrays, state, visit)
        visit = later
    state.stores[shift] = 0
    state.short[shift] = False
    if arrays.finite:
        undraw(state, shift)


@inner
def _taken_up(
    arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, shift: int, visit: int, after: IntArray
) -> bool:
    """Gives an empty shift its visits, and warehouse stops as needed; False when that cannot be."""
    place = -1
    while visit >= 0:
        allowed = arrays.allowed[visit, shift] and state.count[shift] < arrays.max_visits[shift]
        if not allowed or not link_allows(ties, visit, shift):
            return False
        link(arrays, state, visit, shift, place)
        ties.visitwise[EARLIEST_START, visit] = ties.start[visit] = FREE
        place, visit = visit, after[visit]
    if arrays.any_order and not in_order_tied(arrays, state, shift):
        return False
    if not _supplied(arrays, state, work, ties, knot, shift):
        return False
    knot.home[0] = shift
    return retime(ties, knot.home, 1)


@inner
def _supplied(arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, shift: int) -> bool:
    """Lets a listed route have what it needs; False when it lacks something."""
    t, enough = arrays.technician[shift], True
    for part in range(arrays.van.shape[1]):
        enough = enough and state.used[t, part] <= arrays.van[t, part]
    visit = state.first[shift]
    while visit >= 0:
        for i in range(arrays.tool_from[visit], arrays.tool_from[visit + 1]):
            enough = enough and arrays.has_tool[t, arrays.tool[i]]
        visit = state.after[visit]
    if enough:
        return True
    if arrays.complete.shape[0] == 0:
        return False
    knot.way_size[0] = 0
    cheapest_way(arrays, state, work, ties, knot, shift, 0.0, INF)
    if knot.way_size[0] == 0:
        return False
    copied(knot.way, knot.route[0], knot.way_size[0])
    note_supplies(arrays, state, work, shift, knot.route[0], knot.way_size[0])
    return True


@lean
def build_tied(arrays: Arrays, state: State, work: Work, chain: Chain, ties: Ties, knot: Knot) -> None:
    """Puts every visit left out in, each where it costs least."""
    all_wait(arrays, state, work)
    sort_waiting(arrays, work, chain.seed, chain.far)
    partners_next(work, knot)
    done = put_in(arrays, state, work, chain, ties, knot, 0.0) and no_halves(arrays, state, work, ties, knot)
    if not (done and time_all(ties)):
        put_back_tied(arrays, state, work, ties)
    chain.cost[0] = tied_cost(arrays, state, chain, ties)
    remember(ties)
