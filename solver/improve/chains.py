"""Chains of the search, one for each thread: started from one plan, cooled side by side, set on the best of all."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import Compiled, FloatArray, IntArray
from solver.compiling import compile_problem
from solver.held import held
from solver.improve.anneal import Chain
from solver.improve.arrays import Arrays, arrays_of
from solver.improve.chance import seed_of
from solver.improve.heat import Heat
from solver.improve.knot import Knot
from solver.improve.loops import APART, TOGETHER, Handed, is_tied, knots
from solver.improve.nearness import distances, farness, kinds, nearest
from solver.improve.numbering import side_by_side
from solver.improve.sharing import JOINED_EVERY, dealt, joined, may_share, movers
from solver.improve.state import State, Work, empty_state, work_for
from solver.recombine import Column

Routes = Mapping[int, tuple[int, ...]]
"""Per used shift its visits in order."""

WHOLE: Final = 120
"""Up to so many visits every place is tried for each; above, those in routes of the `BESIDE` nearest visits,
or where routes hang together those beside the `BESIDE_TIED` nearest."""
WHOLE_TIED: Final = 800
"""The same where routes hang together: a visit goes where its partners can join it, which may be far from the next."""
BESIDE: Final = 60
BESIDE_TIED: Final = 40
NEAR: Final = 300
KIN: Final = 20
AVERAGE, LONGEST = 10, 10
"""Visits taken out at a time on average, and in one string at the most; as in Christiaens and Vanden Berghe."""
AVERAGE_TIED: Final = 15
"""The same where routes hang together, as partners have to move together."""
WEIGHT: Final = 20.0
"""What leaving out a visit that must be served costs at first, in costs of driving to an average visit."""
DEARER: Final = 1.5
"""And at the least, in costs of leaving out the dearest other visit."""
NEARLY: Final = 0.9
"""Share of a cycle after which its routes are recombined."""
HEAVIER: Final = 3.0
"""By how much that grows when such visits are left out still."""


class Member(NamedTuple):
    """One chain: what Python reads, and the same as its kernels take it."""

    state: State
    work: Work
    chain: Chain
    knot: Knot | None  # where routes hang together
    held: Handed


class Chains:
    """Several chains over one problem.

    Routes go in and come out with the visits' numbers in `compiled`; `arrays` and `members` have numbers of their own.
    """

    def __init__(self, compiled: Compiled, count: int, seed: int) -> None:
        self.compiled = compiled
        self.tied = is_tied(compiled)
        self.loop = TOGETHER if self.tied else APART
        numbered, self._order = _numbered(compiled, self.tied)
        self.arrays = arrays_of(numbered)
        arrays = held(self.arrays)
        tables = _tables(numbered, self.arrays)
        self.base = 1.0
        self.members = []
        for number in range(count):
            state, work = empty_state(self.arrays), work_for(self.arrays)
            chain = tables._replace(
                seed=seed_of(seed, number),
                price=tables.price.copy(),
                cost=np.array([0.0, np.inf]),
                best_first=tables.best_first.copy(),
                best_after=tables.best_after.copy(),
                focus=tables.focus.copy(),
            )
            more, knot = knots(numbered, self.arrays, state)
            handed = (arrays, held(state), held(work), held(chain), *more)
            self.members.append(Member(state, work, chain, knot, handed))
        self.owner: IntArray | None = None
        self._deals = np.random.default_rng(seed % 2**63)
        self.seen: dict[tuple[int, tuple[int, ...]], float] = {}

    def start(self, routes: Routes) -> None:
        """Every chain goes on from these routes, the visits they leave out put in where they fit."""
        first, after = self._lists(routes)
        for member in self.members:
            self.loop.take_up(*member.held, first, after)
            self._weigh(member)
            self.loop.build(*member.held)
            self.loop.remember(*member.held)
        self.base = max(self._base(member) for member in self.members)

    def try_out(self) -> None:
        """Calls every kernel once, so that all are compiled."""
        self.start({})
        for member in self.members:
            self.loop.anneal(*member.held, 1, 1.0, 1.0)

    def run(self, share: Callable[[], float], iterations: Callable[[float], int]) -> Iterator[bool]:
        """Cools and heats again while `share` goes from 0 to 1.

        iterations: how many the next step has, told the seconds of the last one. Yields after every step whether a
        cycle is about to end: then its routes may be recombined.
        """
        cycle, done, recombined = 0, 0, False
        took = 0.0
        heat = Heat(self.arrays.visits)
        shared = len(self.members) > 1 and may_share(self.arrays, self.tied)
        number = 0
        with ThreadPoolExecutor(len(self.members)) as pool:
            while (now := share()) < 1.0:
                temperature = self.base * heat.at(now, done)
                if heat.cycle > cycle:
                    cycle, recombined = heat.cycle, False
                    self.exchange()
                if shared and (self.owner is None or number % JOINED_EVERY == 0):
                    self.share_out()
                number += 1
                steps = iterations(took)
                began = time.monotonic()
                self._step(pool, steps, temperature)
                took = time.monotonic() - began
                done += steps
                self.note()
                self._weigh_again()
                self.base = min(self._base(member) for member in self.members)
                yield heat.within > NEARLY and not recombined
                recombined = recombined or heat.within > NEARLY
        if self.owner is not None:
            self.join()

    def share_out(self) -> None:
        """Joins what the chains made of the shifts they own, and deals all shifts anew."""
        self.join()
        shift_of = self.members[0].state.shift_of
        self.owner = dealt(self.arrays, shift_of, len(self.members), self._deals)
        of_visit = movers(self.owner, shift_of, self.members[0].chain.near)
        for number, member in enumerate(self.members):
            member.work.mine[:] = self.owner == number
            member.work.my_visit[:] = of_visit == number
            member.chain.focus[1] = 0

    def join(self) -> None:
        """Sets all chains on one plan: of the shifts that each owns, or where none does, the best that one has now."""
        if self.owner is None:
            best = min(self.members, key=lambda member: float(member.chain.cost[0]))
            first, after = best.state.first.copy(), best.state.after.copy()
        else:
            plans = [(member.state.first, member.state.after, member.state.shift_of) for member in self.members]
            first, after = joined(self.owner, plans)
        self._best_to_all()
        self._set_on(first, after)

    def _set_on(self, first: IntArray, after: IntArray) -> None:
        """Sets every chain on these lists, all of them its own: what chains owned of another plan says nothing here."""
        self.owner = None
        for member in self.members:
            member.work.mine[:] = member.work.my_visit[:] = True
            self.loop.take_up(*member.held, first, after)
            if member.chain.cost[0] < member.chain.cost[1]:
                self.loop.remember(*member.held)

    def _best_to_all(self) -> None:
        """Lets every chain know the best plan of all, and what is left out cost as much in all."""
        best = min(self.members, key=lambda member: float(member.chain.cost[1])).chain
        for member in self.members:
            member.chain.price[:] = best.price
            member.chain.best_first[:], member.chain.best_after[:] = best.best_first, best.best_after
            member.chain.cost[1] = best.cost[1]

    def _step(self, pool: ThreadPoolExecutor, iterations: int, temperature: float) -> None:
        """So many iterations of every chain, side by side."""
        started = [
            pool.submit(self.loop.anneal, *member.held, iterations, temperature, temperature) for member in self.members
        ]
        for one in started:
            one.result()

    def exchange(self) -> None:
        """Sets every chain on the best plan of all."""
        best = min(self.members, key=lambda member: float(member.chain.cost[1]))
        first, after = best.chain.best_first.copy(), best.chain.best_after.copy()
        for member in self.members:
            member.chain.price[:] = best.chain.price
        self._set_on(first, after)

    def adopt(self, routes: Routes) -> None:
        """Sets every chain on these routes, and takes them for its best when they are."""
        self._set_on(*self._lists(routes))

    def best(self) -> dict[int, tuple[int, ...]]:
        """The routes of the best plan of all chains."""
        chain = min((member.chain for member in self.members), key=lambda chain: float(chain.cost[1]))
        return self._routes(chain.best_first, chain.best_after)

    def best_stops(self) -> dict[int, tuple[int, ...]]:
        """The same with the warehouse stops (as ~warehouse) where routes hang together."""
        member = min(self.members, key=lambda member: float(member.chain.cost[1]))
        routes = self._routes(member.chain.best_first, member.chain.best_after)
        if member.knot is None:
            return routes
        return {shift: _with_stores(member.knot, shift, visits) for shift, visits in routes.items()}

    def best_cost(self) -> float:
        """Its cost in units, mandatory visits left out at their present weight."""
        return min(float(member.chain.cost[1]) for member in self.members)

    def note(self) -> None:
        """Adds the routes that the chains have now to those seen, with their costs."""
        for member in self.members:
            for shift, visits in self._routes(member.state.first, member.state.after).items():
                self.seen.pop((shift, visits), None)
                self.seen[shift, visits] = float(member.state.cost[shift])

    def columns(self, most: int) -> list[Column]:
        """Routes seen, the latest first."""
        late = list(self.seen.items())[: -most - 1 : -1]
        return [Column(shift, visits, cost, 0, 0, 0, 0, (), (0,) * len(visits)) for (shift, visits), cost in late]

    def _routes(self, first: IntArray, after: IntArray) -> dict[int, tuple[int, ...]]:
        """Lists of the chains as routes."""
        routes, number = routes_in(first, after), self._order.tolist()
        return {shift: tuple(number[visit] for visit in visits) for shift, visits in routes.items()}

    def _lists(self, routes: Routes) -> tuple[IntArray, IntArray]:
        """Routes as the lists of the chains: (s,) first visits, (n,) the visit after each, -1 where there is none."""
        first = np.full(len(self.arrays.start), -1, dtype=np.int64)
        after = np.full(self.arrays.visits, -1, dtype=np.int64)
        number = np.argsort(self._order)
        for shift, visits in routes.items():
            if visits:
                inside = number[list(visits)]
                first[shift] = inside[0]
                after[inside[:-1]] = inside[1:]
        return first, after

    def _weigh(self, member: Member) -> None:
        """Gives mandatory visits their first weight."""
        dearest = float(np.max(self.arrays.unserved, initial=0.0))
        weight = max(WEIGHT * (self._base(member) or 1.0), DEARER * dearest)
        member.chain.price[:] = np.where(self.arrays.must, weight, self.arrays.unserved)

    def _weigh_again(self) -> None:
        """Makes mandatory visits left out in a chain's best plan weigh more."""
        for member in self.members:
            chain = member.chain
            left = self.arrays.must & (_served(chain.best_first, chain.best_after) == 0)
            if left.any() and chain.price[left].max() < 1e14:
                more = (HEAVIER - 1.0) * chain.price[left]
                chain.price[left] += more
                chain.cost[1] += more.sum()
                chain.cost[0] += more[member.state.shift_of[left] < 0].sum()

    def _base(self, member: Member) -> float:
        """Units of driving to an average visit, waiting paid for included."""
        arrays, state = self.arrays, member.state
        t = arrays.technician
        served = np.flatnonzero(state.shift_of >= 0)
        service = np.zeros_like(state.duty)
        np.add.at(service, state.shift_of[served], arrays.service[served, t[state.shift_of[served]]])
        apart = np.maximum(state.driven, state.duty - service)
        driving = arrays.travel_rate[t] * state.driven + arrays.metre_rate[t] * state.metres
        driving += arrays.duty_rate[t] * apart
        if len(served):
            return float(driving.sum()) / len(served)
        typical = float(np.median(arrays.seconds[arrays.seconds < 2**31 - 1]))
        return float(np.max(arrays.travel_rate + arrays.duty_rate, initial=1.0)) * max(1.0, typical) / 4


def _numbered(compiled: Compiled, tied: bool) -> tuple[Compiled, IntArray]:
    """The problem as the chains number it, and (n,) the number that each of their visits has outside."""
    if tied or len(compiled.problem.visits) <= WHOLE:
        return compiled, np.arange(len(compiled.problem.visits))
    problem, order = side_by_side(compiled.problem)
    return compile_problem(problem), order


def routes_in(first: IntArray, after: IntArray) -> dict[int, tuple[int, ...]]:
    """Per used shift its visits in order."""
    found, onward = {}, after.tolist()
    for shift, visit in enumerate(first.tolist()):
        if visit >= 0:
            visits = []
            while visit >= 0:
                visits.append(visit)
                visit = onward[visit]
            found[shift] = tuple(visits)
    return found


def _with_stores(knot: Knot, shift: int, visits: tuple[int, ...]) -> tuple[int, ...]:
    """The visits with the warehouse stops of the best plan."""
    stops = list(visits)
    for i in range(int(knot.stores[shift])):
        stops.insert(int(knot.store_place[shift, i]), len(knot.gone) + ~int(knot.store_stop[shift, i]))
    return tuple(stops)


def _served(first: IntArray, after: IntArray) -> IntArray:
    """(n,) 1 for visits in the lists."""
    found = np.zeros(len(after), dtype=np.int64)
    found[first[first >= 0]] = 1
    for visits in routes_in(first, after).values():
        found[list(visits)] = 1
    return found


def _tables(compiled: Compiled, arrays: Arrays) -> Chain:
    """What all chains read alike."""
    n, s, tied = arrays.visits, len(arrays.start), is_tied(compiled)
    near = nearest(arrays, NEAR)
    too_many = n > (WHOLE_TIED if tied else WHOLE)
    beside = near[:, : BESIDE_TIED if tied else BESIDE].copy() if too_many else np.zeros((n, 0), dtype=np.int64)
    price: FloatArray = arrays.unserved.copy()
    return Chain(
        seed=seed_of(0, 0),
        near=near,
        beside=beside,
        apart=distances(arrays, beside),
        kin=kinds(arrays, near, _likenesses(compiled, arrays, near), KIN),
        far=farness(arrays),
        price=price,
        cost=np.array([0.0, np.inf]),
        best_first=np.full(s, -1, dtype=np.int64),
        best_after=np.full(n, -1, dtype=np.int64),
        average=np.array([AVERAGE_TIED if tied else AVERAGE, LONGEST], dtype=np.int64),
        focus=np.zeros(3, dtype=np.int64),
    )


def _likenesses(compiled: Compiled, arrays: Arrays, near: IntArray) -> list[list[object]]:
    """Per kind of likeness a label for each visit: same skills, same parts and tools, same time of day."""
    visits = compiled.problem.visits
    labels: list[list[object]] = [
        [tuple(sorted(visit.skills.items())) for visit in visits],
        [(tuple(sorted(visit.parts)), tuple(sorted(visit.tools))) for visit in visits],
        [int(opens) // 7200 for opens in arrays.open[: len(visits)]],
    ]
    return [kind for kind in labels if len(set(kind)) > 1]
