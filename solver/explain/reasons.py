"""Sentences for the reasons why a visit is left out: how many technicians, which value, which limit."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from solver.compiled import Compiled, Duty
from solver.problem import Technician, Visit
from solver.solution import ReasonCode
from solver.words import clock, listed, span


class Stopped(Protocol):
    """A technician whom a rule stops."""

    @property
    def technician(self) -> int:
        """The technician's index."""
        ...

    @property
    def extra(self) -> int | None:
        """Cents that serving the visit would add, where that was worked out."""
        ...


class Case:
    """One visit, and the technicians whom one rule stops."""

    def __init__(self, compiled: Compiled, visit: int, stopped: Sequence[Stopped], everyone: int) -> None:
        self.compiled, self.index, self.stopped, self.everyone = compiled, visit, stopped, everyone
        self.visit: Visit = compiled.problem.visits[visit]
        self.people: list[Technician] = [compiled.problem.technicians[s.technician] for s in stopped]
        self.duties: list[Duty] = [compiled.duties[i] for s in stopped for i in compiled.crews[s.technician].shifts]

    @property
    def who(self) -> str:
        """ "3 of 20 technicians", or the name when it is one alone."""
        if len(self.people) == 1:
            return f"Technician {self.people[0].id!r}"
        if len(self.people) == self.everyone:
            return "Both technicians" if self.everyone == 2 else f"All {self.everyone} technicians"
        return f"{len(self.people)} of {self.everyone} technicians"

    def say(self, one: str, many: str) -> str:
        """The verb that fits the number of technicians."""
        return one if len(self.people) == 1 else many


def sentence(compiled: Compiled, visit: int, code: ReasonCode, stopped: Sequence[Stopped], everyone: int) -> str:
    """What a dispatcher would say: the rule `code` keeps these technicians, out of `everyone` on shift, from the visit.

    everyone: how many technicians have a shift.
    """
    return SENTENCES[code](Case(compiled, visit, stopped, everyone))


def _skill(case: Case) -> str:
    wanted = [f"{name!r} at level {level}" for name, level in case.visit.skills.items()]
    text = f"{case.who} {case.say('lacks', 'lack')} {listed(wanted)}"
    if len(case.visit.skills) != 1:
        return f"{text}, or one of these."
    name = next(iter(case.visit.skills))
    best = max(case.people, key=lambda person: person.skills.get(name, 0))
    level = best.skills.get(name, 0)
    whose = "" if len(case.people) == 1 else f"the best of them, {best.id!r}, "
    return f"{text}; {whose}has level {level}." if level else f"{text}."


def _tool(case: Case) -> str:
    tools = listed(repr(name) for name in sorted(case.visit.tools))
    return f"{case.who} {case.say('does', 'do')} not carry {tools}, and no warehouse lends what is missing."


def _part(case: Case) -> str:
    have = [
        (part, count, max(_parts_at_hand(case, s.technician, part) for s in case.stopped))
        for part, count in case.compiled.parts_of[case.index]
    ]
    short = [
        f"{count} of {case.compiled.parts[part]!r}, where van and warehouses together hold {most} at most"
        for part, count, most in have
        if most < count
    ]
    needs = listed(short) or "more parts than van and warehouses together hold"
    return f"{case.who} {case.say('has', 'have')} too few parts: it needs {needs}."


def _parts_at_hand(case: Case, technician: int, part: int) -> int:
    stocks = [store.stock for store in case.compiled.stores]
    return case.compiled.crews[technician].van[part] + sum(stock[part] for stock in stocks if stock is not None)


def _excluded(case: Case) -> str:
    if case.visit.pinned is not None:
        return f"{case.who} {case.say('is', 'are')} out: it is pinned to shift {case.visit.pinned.shift!r}."
    only = case.visit.technicians.only
    if only is None:
        return f"{case.who} must never do it."
    allowed = listed((repr(name) for name in sorted(only)), "or") or "nobody"
    return f"{case.who} may not do it: only {allowed} may."


def _window(case: Case) -> str:
    windows = listed(
        (clock(low) if low == high else f"{clock(low)}–{clock(high)}" for low, high in case.visit.windows), "or"
    )
    starts, ends = min(duty.start for duty in case.duties), max(duty.hard_end for duty in case.duties)
    if case.visit.pinned is not None and case.visit.pinned.start is not None:
        windows = f"{clock(case.visit.pinned.start)}, where it is pinned"
    times = case.visit.windows or ((starts, ends),)
    if windows and any(low <= duty.hard_end and duty.start <= high for duty in case.duties for low, high in times):
        return f"{case.who} could not get there in time, even with nothing else to do: it must start at {windows}."
    return (
        f"{case.who} {case.say('works', 'work')} within {clock(starts)}–{clock(ends)}; it must start at {windows}."
        if windows
        else f"{case.who} {case.say('works', 'work')} within {clock(starts)}–{clock(ends)}, when it cannot start."
    )


def _shift_too_short(case: Case) -> str:
    shortest = min(int(case.compiled.duration[case.index, s.technician]) for s in case.stopped)
    latest = max(duty.hard_end for duty in case.duties)
    return (
        f"{case.who} could not drive there, serve {span(shortest)} within its times and be done by {clock(latest)}, "
        "even with nothing else to do."
    )


def _unreachable(case: Case) -> str:
    return f"No road leads {case.who[0].lower() + case.who[1:]} there and back."


def _pinned_conflict(case: Case) -> str:
    pin = case.visit.pinned
    at = "" if pin is None or pin.start is None else f" at {clock(pin.start)}"
    place = "" if pin is None or pin.order is None else f" as number {pin.order + 1} of its visits"
    return f"It is pinned to shift {'' if pin is None else pin.shift!r}{at}{place}, and does not fit beside its stops."


def _capacity(case: Case) -> str:
    return f"It fits the day of {case.who[0].lower() + case.who[1:]} alone, but not beside what is planned there."


def _not_worth_it(case: Case) -> str:
    costs = [(s.extra, p.id) for p, s in zip(case.people, case.stopped, strict=True) if s.extra is not None]
    left_out = case.visit.unserved_cost
    if not costs:
        return f"Serving it costs more than leaving it out, which costs {left_out}."
    extra, cheapest = min(costs)
    if left_out is None:
        return f"It has a place, which costs {extra} more at the least (with {cheapest!r})."
    return f"Serving it costs {extra} more at the least (with {cheapest!r}); leaving it out costs {left_out}."


def _link(case: Case) -> str:
    links = [link for link in case.compiled.problem.links if case.visit.id in link.visits]
    others = sorted({repr(name) for link in links for name in link.visits} - {repr(case.visit.id)})
    return f"Its links with {listed(others)} keep {case.who[0].lower() + case.who[1:]} from it."


SENTENCES: Final[dict[ReasonCode, Callable[[Case], str]]] = {
    ReasonCode.SKILL: _skill,
    ReasonCode.TOOL: _tool,
    ReasonCode.PART: _part,
    ReasonCode.TECHNICIAN_EXCLUDED: _excluded,
    ReasonCode.WINDOW: _window,
    ReasonCode.SHIFT_TOO_SHORT: _shift_too_short,
    ReasonCode.UNREACHABLE: _unreachable,
    ReasonCode.PINNED_CONFLICT: _pinned_conflict,
    ReasonCode.LINK: _link,
    ReasonCode.CAPACITY: _capacity,
    ReasonCode.NOT_WORTH_IT: _not_worth_it,
}
