"""The search itself: ruin, recreate, and keep or put back as simulated annealing says."""

from typing import NamedTuple

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays
from solver.improve.chance import Seed, below, cooled, exponential, uniform
from solver.improve.crossing import crossed
from solver.improve.recreate import all_wait, put_in, sort_waiting
from solver.improve.routes import link, undraw, unlink
from solver.improve.ruin import in_focus, out_of_place, related, scattered, strings, whole_shift
from solver.improve.settle import put_back, settled
from solver.improve.state import State, Work
from solver.jit import inner, lean

LEFT_OUT_AT_ONCE = 2
"""Visits left out that are tried again in one iteration."""
BESIDE_MIDDLE = 30
"""Nearest visits among which they are looked for first."""
CROSSED = 0.1
"""Share of string removals that begin with rests of routes exchanged."""
BLINK = 0.01
"""How often the best place of a route is overlooked; Christiaens and Vanden Berghe overlook one place in a hundred."""


class Chain(NamedTuple):
    """What one chain of the search holds besides its plan."""

    seed: Seed
    near: IntArray  # (n, k) the visits nearest in space, nearest first: for ruin
    beside: IntArray  # (n, k) visits beside which insertions are tried; no columns: everywhere
    apart: IntArray  # (n, k) seconds between them and the visit, the shorter way round
    kin: IntArray  # (kinds, n, k) visits of one kind with each, -1 where a row ends
    far: FloatArray  # (n,) how far each is from the shifts' places
    price: FloatArray  # (n,) units for leaving a visit out
    cost: FloatArray  # (2,) of the plan now, and of the best
    best_first: IntArray  # (s,)
    best_after: IntArray  # (n,)
    average: IntArray  # (2,) visits taken out in an iteration on average, longest string
    focus: IntArray  # (3,) the visit around which is searched now, for how many more iterations, and that of this one


@inner
def plan_cost(arrays: Arrays, state: State, price: FloatArray) -> float:
    """Units of the whole plan, visits left out at their price."""
    cost = 0.0
    served = 0
    for shift in range(state.cost.shape[0]):
        cost += state.cost[shift]
        served += state.count[shift]
    for t in range(arrays.fixed.shape[0]):
        if arrays.fixed[t] > 0.0:
            for i in range(arrays.own_from[t], arrays.own_from[t + 1]):
                if state.count[arrays.own[i]] > 0:
                    cost += arrays.fixed[t]
                    break
    n = arrays.must.shape[0]
    if served < n:
        for visit in range(n):
            if state.shift_of[visit] < 0:
                cost += price[visit]
    return cost


@lean
def anneal(arrays: Arrays, state: State, work: Work, chain: Chain, iterations: int, hot: float, cold: float) -> None:
    """So many iterations, the temperature falling geometrically from `hot` to `cold` (units)."""
    for i in range(iterations):
        temperature = cooled(hot, cold, i / iterations)
        if not _ruined(arrays, state, work, chain):
            put_back(arrays, state, work)
            continue
        call_left_out(arrays, state, work, chain)
        sort_waiting(arrays, work, chain.seed, chain.far)
        put_in(arrays, state, work, chain.beside, chain.apart, chain.price, chain.seed, BLINK)
        cost = plan_cost(arrays, state, chain.price)
        if cost < chain.cost[0] + temperature * exponential(chain.seed):
            chain.cost[0] = cost
            if cost < chain.cost[1] - 1e-6:
                remember(state, chain)
        else:
            put_back(arrays, state, work)


@inner
def _ruined(arrays: Arrays, state: State, work: Work, chain: Chain) -> bool:
    """Takes visits out and prices what stays; False when some route cannot stay so."""
    work.stamp[0] += 1
    work.touches[0] = work.waits[0] = 0
    chain.focus[2] = -1
    drawn = uniform(chain.seed)
    kinds = chain.kin.shape[0]
    if drawn < 0.85 or kinds == 0:
        middle = in_focus(state, work, chain.near, chain.focus, chain.seed)
        chain.focus[2] = middle
        if uniform(chain.seed) < CROSSED:
            if not crossed(arrays, state, work, chain.near, chain.seed, middle):
                return False
            if uniform(chain.seed) < 0.5:
                return True
        strings(arrays, state, work, chain.near, chain.seed, middle, chain.average[0], chain.average[1])
    elif drawn < 0.87:
        whole_shift(arrays, state, work, chain.seed)
    elif drawn < 0.90:
        scattered(arrays, state, work, chain.seed, chain.average[0])
    else:
        related(arrays, state, work, chain.kin[below(chain.seed, kinds)], chain.seed, chain.average[0])
    for i in range(work.touches[0]):
        if arrays.any_order:
            out_of_place(arrays, state, work, work.touched[i])
        if not settled(arrays, state, work, work.touched[i]):
            return False
    return True


@inner
def call_left_out(arrays: Arrays, state: State, work: Work, chain: Chain) -> None:
    """Lets some of the visits left out wait as well: those near where visits were taken out, or else any."""
    n = arrays.must.shape[0]
    left = n - work.waits[0]
    for shift in range(state.count.shape[0]):
        left -= state.count[shift]
    if left <= 0:
        return
    just_out = work.waits[0]
    enough = just_out + min(left, LEFT_OUT_AT_ONCE)
    middle = chain.focus[2]
    for i in range(-1, min(BESIDE_MIDDLE, chain.near.shape[1]) if middle >= 0 else -1):
        visit = middle if i < 0 else chain.near[middle, i]
        if _called(state, work, visit, just_out) and work.waits[0] >= enough:
            return
    if work.waits[0] > just_out:
        return
    visit = below(chain.seed, n)
    for _ in range(n):
        if _called(state, work, visit, just_out) and work.waits[0] >= enough:
            return
        visit = (visit + 1) % n


@inner
def _called(state: State, work: Work, visit: int, just_out: int) -> bool:
    """Lets the visit wait as well, where it is left out and this chain may move it."""
    if state.shift_of[visit] >= 0 or not work.my_visit[visit] or _waits(work, visit, just_out):
        return False
    work.waiting[work.waits[0]] = visit
    work.waits[0] += 1
    return True


@inner
def _waits(work: Work, visit: int, count: int) -> bool:
    for i in range(count):
        if work.waiting[i] == visit:
            return True
    return False


@lean
def remember(state: State, chain: Chain) -> None:
    """Makes the plan now the best one."""
    chain.cost[1] = chain.cost[0]
    for shift in range(state.first.shape[0]):
        chain.best_first[shift] = state.first[shift]
    for visit in range(state.after.shape[0]):
        chain.best_after[visit] = state.after[visit]


@lean
def take_up(arrays: Arrays, state: State, work: Work, chain: Chain, first: IntArray, after: IntArray) -> bool:
    """Makes the plan that of the lists given; False when some route cannot be as listed and was left empty."""
    n = arrays.must.shape[0]
    for visit in range(n):
        if state.shift_of[visit] >= 0:
            unlink(arrays, state, visit)
    for shift in range(first.shape[0]):
        place = -1
        visit = first[shift]
        while visit >= 0:
            link(arrays, state, visit, shift, place)
            place, visit = visit, after[visit]
    for shift in range(state.draws.shape[0]):
        undraw(state, shift)
    sound = True
    for shift in range(first.shape[0]):
        if not settled(arrays, state, work, shift):
            sound = False
            visit = state.first[shift]
            while visit >= 0:
                later = state.after[visit]
                unlink(arrays, state, visit)
                visit = later
            settled(arrays, state, work, shift)
    chain.cost[0] = plan_cost(arrays, state, chain.price)
    return sound


@lean
def build(arrays: Arrays, state: State, work: Work, chain: Chain) -> None:
    """Puts every visit left out in, each where it costs least."""
    all_wait(arrays, state, work)
    sort_waiting(arrays, work, chain.seed, chain.far)
    put_in(arrays, state, work, chain.beside, chain.apart, chain.price, chain.seed, 0.0)
    chain.cost[0] = plan_cost(arrays, state, chain.price)
