"""Visits put into the plan of their day, and taken out of it, by the one act that changes plans.

Whoever puts a visit in has written the window of its appointment before, so that planner and referee see it. The day is
read, the cheapest technicians found and the routes timed in the caller's transaction; the revisions of the routes see
to it that two who do so at once do not both get what is there once.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.errors import IntegrityError
from db.models import Appointment, Plan, Route, Shift, Stop, Technician
from dispatch.access import Viewer
from dispatch.appointments.holding.errors import NoRoom
from dispatch.appointments.holding.keeping import rounded
from dispatch.clock import Clock
from dispatch.errors import Conflict, RuleBroken
from dispatch.planning.change.act import Change, plan_change
from dispatch.planning.change.drafts import RouteDraft, Translator, of_row
from dispatch.planning.change.retime import Wish, place
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.ids import reverse
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import DayRows, read_day
from dispatch.travel.places import TravelTimes
from solver.problem import Problem, Visit, Window
from solver.quote.book import Book, NotQuotable
from solver.quote.joint import quote_together
from solver.quote.quote import quote

Result = TypeVar("Result")

_NUMBER: Final = 1 << 60
"""Where the advisory locks of PostgreSQL begin that stand for territory-days; those below stand for other things."""

DAYS_THERE_ARE: Final = date.max.toordinal() + 1

ATTEMPTS: Final = 6
"""So often a day is read anew when somebody else changed the same routes meanwhile."""


@dataclass(frozen=True)
class Desk:
    """A day as it was just read, with the routes there are by shift id."""

    rows: DayRows
    built: Built
    present: Mapping[int, RouteDraft]


def tried(session: Session, work: Callable[[], Result]) -> Result:
    """What the work returns, done in a savepoint, and anew with fresh rows when somebody else was quicker.

    Raises what the work raises, and NoRoom when others were quicker every time.
    """
    for _ in range(ATTEMPTS):
        try:
            with session.begin_nested():
                return work()
        except (Conflict, IntegrityError) as error:
            lost = error
    raise NoRoom("Others changed the same routes at the same moment; look which times are free now.") from lost


def queue_up(session: Session, row: Appointment, visit_ids: Collection[int]) -> None:
    """Waits until nobody else puts appointments into the days concerned, or takes them out, and keeps others waiting.

    Without it many who want the same day would all read it, choose the same cheapest technician, and all but one of
    them begin again. It is the revisions that keep the plan right: plans change by other hands too. SQLite has one
    writer anyway.
    """
    _queue(session, {*((row.territory_id, day) for day in _days(session, row)), *_placed(session, visit_ids)})


def _queue(session: Session, days: Collection[tuple[int, date]]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        # In one order, so that two never wait for each other.
        for territory_id, local_date in sorted(days):
            key = _NUMBER + territory_id * DAYS_THERE_ARE + local_date.toordinal()
            session.execute(select(func.pg_advisory_xact_lock(key)))


def put_in(
    session: Session,
    viewer: Viewer,
    clock: Clock,
    travel: TravelTimes,
    row: Appointment,
    visit_ids: Sequence[int],
    shift_ids: Sequence[int] = (),
) -> None:
    """Puts the visits into the plan within their appointment's window, where it costs least; out of any other plan.

    shift_ids: of each visit, tried first. Travel times should come from a cache: they are asked for within the
    transaction.

    Raises NoRoom, RuleBroken for what no technician can do at any time, Conflict when somebody else was quicker.
    """
    queue_up(session, row, visit_ids)
    days = _days(session, row)
    for (territory_id, local_date), visits in _placed(session, visit_ids).items():
        if local_date != days[0]:
            _take_out(session, viewer, clock, travel, territory_id, local_date, visits, "appointment.move")
    why = ""
    for local_date in days:
        desk = _desk(session, clock, travel, row.territory_id, local_date, visit_ids)
        try:
            drafts = _drafts(desk, row, visit_ids, shift_ids, clock)
        except NoRoom as error:
            why = why or error.message
            continue
        plan_change(session, viewer, desk.rows, desk.built, _change(desk, drafts, "appointment"))
        return
    raise NoRoom(why)


def take_out(
    session: Session, viewer: Viewer, clock: Clock, travel: TravelTimes, visit_ids: Collection[int], cause: str
) -> None:
    """Takes the visits out of the plans that they are in, one change per day; what is in none stays so.

    Raises RuleBroken, Conflict.
    """
    placed = _placed(session, visit_ids)
    _queue(session, placed)
    for (territory_id, local_date), visits in placed.items():
        _take_out(session, viewer, clock, travel, territory_id, local_date, visits, cause)


def _take_out(
    session: Session,
    viewer: Viewer,
    clock: Clock,
    travel: TravelTimes,
    territory_id: int,
    local_date: date,
    visits: Sequence[int],
    cause: str,
) -> None:
    desk = _desk(session, clock, travel, territory_id, local_date, ())
    drafts = _without(desk, visits)
    plan_change(session, viewer, desk.rows, desk.built, _change(desk, drafts, cause))


def _desk(
    session: Session, clock: Clock, travel: TravelTimes, territory_id: int, local_date: date, waiting: Sequence[int]
) -> Desk:
    rows = read_day(session, territory_id, local_date, clock.now(), waiting)
    day = lay_out(rows)
    built = build(day, Roads.between(day.places, travel))
    return Desk(rows, built, {shift: of_row(route) for shift, route in rows.routes.items()})


def _change(desk: Desk, drafts: Sequence[RouteDraft], cause: str) -> Change:
    return Change(drafts, {draft.shift_id: desk.rows.revisions.get(draft.shift_id, 0) for draft in drafts}, cause)


def _without(desk: Desk, visits: Collection[int]) -> list[RouteDraft]:
    inside = [visit for visit in visits if any(visit in draft.visit_ids for draft in desk.present.values())]
    if not inside:
        return []
    return place(desk.built, desk.rows.horizon, desk.present, [Wish(visit, None) for visit in inside])


def _drafts(
    desk: Desk, row: Appointment, visit_ids: Sequence[int], shift_ids: Sequence[int], clock: Clock
) -> list[RouteDraft]:
    """The routes with the visits in them.

    Raises NoRoom, RuleBroken.
    """
    names = reverse(desk.built.ids.visits)
    _refuse_left_out(desk, [visit for visit in visit_ids if visit not in names])
    horizon = desk.rows.horizon
    # What is past cannot be kept any more, though the window may have opened.
    span = horizon.seconds(max(row.opens_at, rounded(clock.now()))), horizon.seconds(row.closes_at)
    built = _narrowed(desk.built, {names[visit] for visit in visit_ids}, span)
    for wishes in _choices(desk, built, visit_ids, span, shift_ids):
        try:
            return place(built, horizon, desk.present, wishes)
        except RuleBroken:
            continue
    raise NoRoom("Nobody can come within that time any more; look which times are free now.")


def _choices(
    desk: Desk, built: Built, visit_ids: Sequence[int], span: Window, hint: Sequence[int]
) -> Iterator[list[Wish]]:
    """Where the visits may go: to the cheapest technicians, else to those that were offered."""
    names = reverse(built.ids.visits)
    visits = [visit for key in visit_ids for visit in built.problem.visits if visit.id == names[key]]
    yield from _cheapest(desk, built, visit_ids, visits, span)
    if len(hint) == len(visits) and set(built.ids.shifts.values()).issuperset(hint):
        yield [Wish(visit, shift) for visit, shift in zip(visit_ids, hint, strict=True)]


def _cheapest(
    desk: Desk, built: Built, visit_ids: Sequence[int], visits: Sequence[Visit], span: Window
) -> Iterator[list[Wish]]:
    present = {**desk.present, **{draft.shift_id: draft for draft in _without(desk, visit_ids)}}
    translator = Translator(built, desk.rows.horizon)
    routes = [translator.route(draft) for draft in present.values() if draft.stops]
    try:
        # Of two technicians together a price on cutting promises close cannot be quoted; when timed, it counts again.
        problem = built.problem if len(visits) == 1 else _without_buffers(built.problem)
        book = Book(problem, [route for route in routes if route is not None])
        for shifts, start in _asked(book, visits, span):
            starts_at = None if start is None else desk.rows.horizon.instant(start)
            keys = [built.ids.shifts[shift] for shift in shifts]
            yield [Wish(visit, key, None, starts_at) for visit, key in zip(visit_ids, keys, strict=True)]
    except NotQuotable as error:
        raise RuleBroken(f"No time can be found for this: {error}") from error


def _without_buffers(problem: Problem) -> Problem:
    return replace(problem, costs=replace(problem.costs, buffer_percent=0, buffer_per_hour=0))


def _asked(book: Book, visits: Sequence[Visit], span: Window) -> list[tuple[list[str], int | None]]:
    """The shifts of the visits, and when they start if that must be the same second."""
    match visits:
        case [one]:
            return [([offer.shift], None) for offer in quote(book, one, [span]).offers]
        case [one, other]:
            offers = quote_together(book, (one, other), [span]).offers
            return [([each.shift for each in offer.places], offer.start) for offer in offers]
        case _:
            raise NotQuotable(f"{len(visits)} visits start together; at most two can")


def _narrowed(built: Built, names: Collection[str], span: Window) -> Built:
    visits = tuple(
        replace(visit, windows=_within(visit.windows, span)) if visit.id in names else visit
        for visit in built.problem.visits
    )
    return replace(built, problem=replace(built.problem, visits=visits))


def _within(windows: Sequence[Window], span: Window) -> tuple[Window, ...]:
    """What the windows have in common with the span.

    Raises NoRoom when that is nothing.
    """
    low, high = span
    met = [(max(low, opens), min(high, closes)) for opens, closes in windows or [span]]
    kept = tuple((opens, closes) for opens, closes in met if opens <= closes)
    if not kept:
        raise NoRoom("That time is over, or the site is closed then; look which times are free now.")
    return kept


def _refuse_left_out(desk: Desk, visits: Collection[int]) -> None:
    """Raises RuleBroken when a visit is not among the day's, with what the linter says of it."""
    for visit in visits:
        told = [found for found in desk.built.findings if found.entity == "visit" and found.entity_id == visit]
        if told and told[0].code.value.startswith("window"):
            raise NoRoom(f"{told[0].message} Look which times are free now.")
        if told:
            raise RuleBroken(f"{told[0].message} To mend it: {told[0].remedy}.")
        raise NoRoom(f"The visit cannot be done on {desk.rows.horizon.local_date}; look which times are free now.")


def _placed(session: Session, visit_ids: Collection[int]) -> dict[tuple[int, date], list[int]]:
    """{(territory, local date) of the plan: the visits that are in it}, in order."""
    query = (
        select(Plan.territory_id, Plan.local_date, Stop.visit_id)
        .join(Route, Route.plan_id == Plan.id)
        .join(Stop, Stop.route_id == Route.id)
        .where(Stop.visit_id.in_(list(visit_ids)))
        .order_by(Plan.territory_id, Plan.local_date, Stop.visit_id)
    )
    found: dict[tuple[int, date], list[int]] = defaultdict(list)
    for territory_id, local_date, visit in session.execute(query):
        if visit is not None:
            found[territory_id, local_date].append(visit)
    return dict(found)


def _days(session: Session, row: Appointment) -> list[date]:
    """The local dates whose shifts may reach the window, its own first: a night's shift belongs to the day before."""
    own, before = row.local_date, row.local_date - timedelta(days=1)
    by_night = (
        select(Shift.id)
        .join(Technician, Shift.technician_id == Technician.id)
        .where(Technician.territory_id == row.territory_id, Shift.local_date == before, Shift.ends_at > row.opens_at)
    )
    return [own, before] if session.scalar(by_night.limit(1)) is not None else [own]
