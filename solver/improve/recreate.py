"""How visits are put back: one after the other where each costs least, overlooking a place now and then (blinks)."""

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays
from solver.improve.chance import Seed, uniform
from solver.improve.places import best_place, note_empty
from solver.improve.routes import link, unlink
from solver.improve.settle import keep, lengthened, settled
from solver.improve.state import State, Work
from solver.jit import inner

ORDERS = 9
RANDOM, FAR_FIRST, NEAR_FIRST, NARROW_FIRST, EARLY_FIRST, LATE_FIRST = range(6)
LONG_FIRST, MUCH_FIRST, CHOOSY_FIRST = range(6, ORDERS)


@inner
def all_wait(arrays: Arrays, state: State, work: Work) -> None:
    """Begins an iteration in which every visit left out waits."""
    work.stamp[0] += 1
    work.touches[0] = work.waits[0] = 0
    for visit in range(arrays.must.shape[0]):
        if state.shift_of[visit] < 0:
            work.waiting[work.waits[0]] = visit
            work.waits[0] += 1


@inner
def sort_waiting(arrays: Arrays, work: Work, seed: Seed, far: FloatArray) -> None:
    """Sorts the waiting visits by what chance draws: nothing, or first the far, near, narrow, early, late,
    long, choosy, or those that need many parts."""
    drawn = uniform(seed)
    order = RANDOM
    if drawn >= 0.35:
        order = 1 + int((drawn - 0.35) / 0.65 * (ORDERS - 1))
    for i in range(work.waits[0]):
        visit = work.waiting[i]
        if order == RANDOM:
            key = uniform(seed)
        elif order == FAR_FIRST:
            key = -far[visit]
        elif order == NEAR_FIRST:
            key = far[visit]
        elif order == NARROW_FIRST:
            key = float(arrays.close[visit] - arrays.open[visit])
        elif order == EARLY_FIRST:
            key = float(arrays.open[visit])
        elif order == LATE_FIRST:
            key = -float(arrays.close[visit])
        elif order == LONG_FIRST:
            key = -float(arrays.service[visit, 0])
        elif order == MUCH_FIRST:
            key = 0.0
            for j in range(arrays.need_from[visit], arrays.need_from[visit + 1]):
                key -= arrays.need_count[j]
        else:
            key = float(arrays.shifts_from[visit + 1] - arrays.shifts_from[visit])
        if arrays.pinned_order[visit] >= 0:  # once those before it are there
            key = 1e18 + arrays.pinned_order[visit]
        work.key[i] = key
        j = i
        while j > 0 and work.key[j - 1] > key:
            work.key[j], work.waiting[j] = work.key[j - 1], work.waiting[j - 1]
            j -= 1
        work.key[j], work.waiting[j] = key, visit


@inner
def put_in(
    arrays: Arrays,
    state: State,
    work: Work,
    near: IntArray,
    apart: IntArray,
    price: FloatArray,
    seed: Seed,
    blink: float,
) -> None:
    """Puts every waiting visit in where it costs least; those that cost more than their `price` stay out."""
    everywhere = near[:, :0]
    note_empty(arrays, state, work)
    for i in range(work.waits[0]):
        visit = work.waiting[i]
        best_place(arrays, state, work, near, apart, seed, visit, blink, price[visit])
        if work.found[0] < 0 and near.shape[1] > 0 and arrays.must[visit]:
            best_place(arrays, state, work, everywhere, apart, seed, visit, blink, price[visit])
        if work.found[0] >= 0:
            shift, place = work.found[0], work.found[1]
            keep(state, work, shift)
            fresh = state.count[shift] == 0
            link(arrays, state, visit, shift, place)
            if not lengthened(arrays, state, work, shift, visit):
                unlink(arrays, state, visit)
                settled(arrays, state, work, shift)
            if fresh:
                note_empty(arrays, state, work)
    work.waits[0] = 0
