"""A plan as a page: everything but who may see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.pages import timeline
from api.pages.drawing import Drawing
from api.pages.labels import style_of
from api.pages.maps import numbered
from api.pages.render import render
from dispatch.planning import summary
from dispatch.planning.views import PlanView, RouteView
from dispatch.promises.at_stake import AtStake

Links = Sequence[tuple[str, str]]
"""What a link says, and where it leads."""


def plan_html(
    view: PlanView,
    drawing: Drawing,
    now: datetime,
    *,
    here: str,
    days: Links = (),
    downloads: Links = (),
    show_cost: bool = False,
    promises: Sequence[AtStake] = (),
    may_publish: bool = False,
    who: Mapping[str, Any],
) -> str:
    """The page of a territory's day. here: its address. who: what `base.html` needs to know of the visitor.

    promises: what the plan breaks as it stands.
    """
    return render(
        "plan.html",
        plan=view,
        here=here,
        days=days,
        summary=summary.of(view.routes, view.left_out, view.cost),
        show_cost=show_cost,
        line=timeline.of_day(view.routes, now),
        picture=drawing.map_of(view),
        sheets=[(route, numbered(route.stops)) for route in view.routes],
        styles={route.shift_id: style_of(number) for number, route in enumerate(view.routes, start=1)},
        downloads=downloads,
        promises=promises,
        may_publish=may_publish,
        **who,
    )


def technician_html(
    view: PlanView,
    route: RouteView,
    drawing: Drawing,
    now: datetime,
    *,
    here: str,
    access_notes: Links = (),
    who: Mapping[str, Any],
) -> str:
    """The page of one route of a day. here: the day's address. access_notes: work order numbers and ways in."""
    return render(
        "technician.html",
        plan=view,
        route=route,
        here=here,
        line=timeline.of_route(route, style_of(view.routes.index(route) + 1), now),
        picture=drawing.map_of(view, only=route),
        labelled=numbered(route.stops),
        access_notes=access_notes,
        **who,
    )
