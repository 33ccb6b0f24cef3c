"""The referee's verdict on routes of a day: which rules they break, in sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatch.planning.change.drafts import RouteDraft, Translator
from dispatch.planning.day.build import Built
from dispatch.planning.day.horizon import Horizon
from solver import referee

GONE = "a stop of it, or its shift, is no longer in the plan's day"


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that the routes of these shifts break."""

    shift_ids: frozenset[int]
    message: str


def breaches(
    built: Built, horizon: Horizon, present: Mapping[int, RouteDraft], touched: Mapping[int, RouteDraft]
) -> list[Breach]:
    """What is wrong with the touched routes, alone and beside the others; both by shift id.

    An untouched route that no longer fits the day's rows is left out of the judgement: it is nobody's fault who does
    not touch it.
    """
    translator = Translator(built, horizon)
    routes, found = [], [*_deserted(built, present, touched)]
    for shift_id, draft in {**present, **touched}.items():
        route = translator.route(draft)
        if route is not None and draft.stops:
            routes.append(route)
        elif route is None and draft.stops and shift_id in touched:
            found.append(Breach(frozenset({shift_id}), GONE))
    shifts = built.ids.shifts
    names = {name for name, key in shifts.items() if key in touched}
    for violation in referee.check_routes(built.problem, routes, touched=names):
        found.append(Breach(frozenset(shifts[name] for name in violation.shifts if name in shifts), violation.message))
    return [*found, *_orphaned(built, present, touched)]


def _orphaned(built: Built, present: Mapping[int, RouteDraft], touched: Mapping[int, RouteDraft]) -> Iterable[Breach]:
    """Visits that come after another one of their work order, which would be in no route of the day."""
    where = {visit: shift for shift, draft in {**present, **touched}.items() for visit in draft.visit_ids}
    was = {visit: shift for shift, draft in present.items() for visit in draft.visit_ids}
    keys = built.ids.visits
    for link in built.problem.links:
        if link.kind == "precedes" and keys[link.visits[1]] in where and keys[link.visits[0]] not in where:
            ends = where[keys[link.visits[1]]], was.get(keys[link.visits[0]])
            shifts = frozenset(shift for shift in ends if shift is not None and shift in touched)
            if shifts:
                message = f"Visit {link.visits[1]} comes after {link.visits[0]}, which would be in no route."
                yield Breach(shifts, message)


def _deserted(built: Built, present: Mapping[int, RouteDraft], touched: Mapping[int, RouteDraft]) -> Iterable[Breach]:
    """Visits that have started, or are pinned where they are, and would leave their shift."""
    held = {(built.ids.visits[v.id], built.ids.shifts[v.pinned.shift]): v.id for v in built.problem.visits if v.pinned}
    for shift_id, draft in touched.items():
        staying = set(draft.visit_ids)
        for visit in present[shift_id].visit_ids if shift_id in present else ():
            if visit not in staying and (visit, shift_id) in held:
                message = f"Visit {held[visit, shift_id]} must stay in its shift: it is pinned there, or has started."
                yield Breach(frozenset({shift_id}), message)


def priced(built: Built, horizon: Horizon, drafts: Iterable[RouteDraft]) -> list[RouteDraft]:
    """The drafts with what the referee says each costs."""
    translator = Translator(built, horizon)
    return [translator.priced(draft) for draft in drafts]
