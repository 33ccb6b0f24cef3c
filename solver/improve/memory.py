"""What it costs to put a visit in a route, remembered in case both come together again.

They often do: an iteration changes a few routes, most changes are taken back, and the next iteration asks for the same
places beside. Routes are known by a number worked out of their visits in order; that two which meet in one memory have
the same by chance is as good as impossible with 64 bits, and would only misplace a visit, as every route that comes of
it is priced anew.
"""

from solver.improve.arrays import Arrays
from solver.improve.state import State
from solver.improve.supply import left_in_stock, needed, supplied_anyway
from solver.jit import inner


@inner
def mark(state: State, shift: int) -> None:
    """Works out the number by which the shift's route is known."""
    number = mixed(shift + 1)
    visit = state.first[shift]
    while visit >= 0:
        number = mixed(number + visit + 1)
        visit = state.after[visit]
    state.mark[shift] = number


@inner
def mixed(number: int) -> int:
    """Another number of 64 bits, for each number a different one."""
    number *= -7046029254386353131
    return number ^ (number >> 29)


@inner
def lasting(arrays: Arrays, state: State, visit: int, shift: int) -> bool:
    """Whether the cost of putting the visit in the route depends on this route alone."""
    t = arrays.technician[shift]
    single = arrays.own_from[t + 1] - arrays.own_from[t] == 1
    if single and not arrays.finite:
        return True
    if supplied_anyway(arrays, state, visit, shift):
        return bool(single or arrays.fixed[t] == 0.0 or state.count[shift] > 0)
    return single and _ample(arrays, state, visit, shift)


@inner
def _ample(arrays: Arrays, state: State, visit: int, shift: int) -> bool:
    """Whether every warehouse has left all that the route would fetch there, or never had any of it."""
    t = arrays.technician[shift]
    for part in range(arrays.van.shape[1]):
        wanted = state.used[t, part]
        if wanted + arrays.most_needed[part] > arrays.van[t, part]:
            wanted += needed(arrays, visit, part)
            if wanted > arrays.van[t, part]:
                for store in range(arrays.stock.shape[0]):
                    if arrays.stock[store, part] > 0 and left_in_stock(arrays, state, shift, store, part) < wanted:
                        return False
    return True
