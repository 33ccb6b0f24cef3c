"""The referee's verdict on routes of a day: which rules they break, in sentences."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from dispatch.planning.day.build import Built
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.drafts import RouteDraft, Translator
from solver import referee

GONE = "a stop of it, or its shift, is no longer in the plan's day"


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that the routes of these shifts break."""

    shift_ids: frozenset[int]
    message: str


def breaches(
    built: Built, horizon: Horizon, drafts: Mapping[int, RouteDraft], touched: Collection[int]
) -> list[Breach]:
    """What is wrong with the touched routes, alone and beside the others.

    drafts: the whole plan as it would be, by shift id. An untouched route that no longer fits the day's rows is left
    out of the judgement: it is nobody's fault who does not touch it.
    """
    translator = Translator(built, horizon)
    routes, found = [], []
    for shift_id, draft in drafts.items():
        route = translator.route(draft)
        if route is not None and draft.stops:
            routes.append(route)
        elif route is None and draft.stops and shift_id in touched:
            found.append(Breach(frozenset({shift_id}), GONE))
    names = {name: key for name, key in built.ids.shifts.items() if key in touched}
    shifts = built.ids.shifts
    for violation in referee.check_routes(built.problem, routes, touched=names.keys()):
        found.append(Breach(frozenset(shifts[name] for name in violation.shifts if name in shifts), violation.message))
    return found


def priced(built: Built, horizon: Horizon, drafts: Iterable[RouteDraft]) -> list[RouteDraft]:
    """The drafts with what the referee says each costs."""
    translator = Translator(built, horizon)
    return [translator.priced(draft) for draft in drafts]
