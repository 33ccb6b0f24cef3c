"""Skills, technicians, their shifts and absences."""

from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from db.models import Absence, AbsenceKind, Shift, ShiftBreak, Skill, Technician, TechnicianSkill
from dispatch.exchange.book import Book
from dispatch.exchange.cells import Choice, Duration, Text, Whole, YesNo, local_text, place
from dispatch.exchange.columns import At, Column, Link, LocalDay, Several
from dispatch.exchange.kind import Breach, Kind, both_or_none
from dispatch.exchange.kinds.shared import EMAIL, LATITUDE, LONGITUDE, PHONE, money, words
from dispatch.exchange.lists import Level, Levels, Pause, Pauses, Span


def zone_of_technician(row: Any, book: Book) -> ZoneInfo:
    """The zone of the row's technician."""
    return book.zone_of("technician", row.technician_id)


def _take_skills(row: Technician, book: Book) -> list[Level]:
    return sorted(
        (Level(book.name("skill", has.skill_id), has.level, has.expires_on) for has in row.skills),
        key=lambda level: level.skill,
    )


def _give_skills(levels: list[Level], _row: Technician, book: Book) -> list[TechnicianSkill]:
    return [
        TechnicianSkill(skill_id=book.find("skill", level.skill), level=level.level, expires_on=level.until)
        for level in levels
    ]


def _take_breaks(row: Shift, book: Book) -> list[Pause]:
    zone = zone_of_technician(row, book)
    return [
        Pause(
            Span(local_text(pause.earliest_at, zone), local_text(pause.latest_at, zone)),
            pause.duration_seconds,
            pause.paid,
            pause.optional,
        )
        for pause in row.breaks
    ]


def _give_breaks(pauses: list[Pause], row: Shift, book: Book) -> list[ShiftBreak]:
    zone = zone_of_technician(row, book)
    placed = [
        ShiftBreak(
            earliest_at=place(pause.span.opens, zone),
            latest_at=place(pause.span.closes, zone),
            duration_seconds=pause.seconds,
            paid=pause.paid,
            optional=pause.optional,
        )
        for pause in pauses
    ]
    return sorted(placed, key=lambda pause: pause.earliest_at)


def _breaks_inside(row: Shift) -> Iterable[Breach]:
    for pause in row.breaks:
        if not row.starts_at <= pause.earliest_at <= pause.latest_at:
            yield Breach("breaks", "has a break before the shift, or closed before it opens", "correct its times")


def _longer_than_nothing(row: Any) -> Iterable[Breach]:
    if row.ends_at <= row.starts_at:
        yield Breach("ends_at", "is not after starts_at", "swap or correct the two")


def _not_in_a_plan(row: Shift, changed: frozenset[str], book: Book) -> Iterable[Breach]:
    if changed and row.id in book.planned_shifts():
        yield Breach("starts_at", "belongs to a shift with visits in a plan", "take them off first, or leave it out")


SKILLS: Final = Kind(
    name="skills",
    what="skill",
    model=Skill,
    key=("code",),
    columns=(
        Column(name="code", cell=Text(32, r"[^:;]+", "a code without : and ;"), needed=True),
        Column(name="name", cell=Text(200), needed=True),
    ),
)

TECHNICIANS: Final = Kind(
    name="technicians",
    what="technician",
    model=Technician,
    key=("code",),
    columns=(
        Column(name="code", cell=Text(32), needed=True),
        Column(name="name", cell=Text(200), needed=True),
        Link(name="territory", to="territory", needed=True),
        Column(name="phone", cell=PHONE),
        Column(name="email", cell=EMAIL),
        Column(name="home_latitude", cell=LATITUDE, help="degrees; where shifts start and end"),
        Column(name="home_longitude", cell=LONGITUDE, help="degrees"),
        Several(
            name="skills", cell=Levels(), by=("skill_id",), take=_take_skills, give=_give_skills, help="levels 1 to 5"
        ),
        words("tools", "tools in the van"),
        money("cost_per_travel_hour"),
        money("cost_per_duty_hour"),
        money("cost_per_overtime_hour"),
        money("cost_per_km"),
        money("fixed_cost"),
        Column(name="active", cell=YesNo(), empty=True),
    ),
    below=("skills",),
    rules=(both_or_none("home_latitude", "home_longitude"),),
)

_OWN_PLACE: Final = "degrees; empty: home"

SHIFTS: Final = Kind(
    name="shifts",
    what="shift",
    model=Shift,
    key=("technician", "starts_at"),
    columns=(
        Link(name="technician", to="technician", needed=True, help="the technician's code"),
        At(name="starts_at", zone=zone_of_technician, needed=True),
        At(name="ends_at", zone=zone_of_technician, needed=True),
        LocalDay(name="local_date", of="starts_at", zone=zone_of_technician, help="empty: the day of starts_at"),
        Column(name="max_overtime", cell=Duration(), attribute="max_overtime_seconds", empty=0),
        Column(name="start_latitude", cell=LATITUDE, help=_OWN_PLACE),
        Column(name="start_longitude", cell=LONGITUDE, help=_OWN_PLACE),
        Column(name="end_latitude", cell=LATITUDE, help=_OWN_PLACE),
        Column(name="end_longitude", cell=LONGITUDE, help=_OWN_PLACE),
        Column(name="returns", cell=YesNo(), empty=True, help="no: the day ends at the last stop"),
        Column(name="leaves_at_start", cell=YesNo(), empty=False),
        Column(name="max_visits", cell=Whole(0, 1000)),
        Column(name="max_travel", cell=Duration(), attribute="max_travel_seconds"),
        Several(name="breaks", cell=Pauses(), take=_take_breaks, give=_give_breaks),
    ),
    below=("breaks",),
    rules=(
        _longer_than_nothing,
        _breaks_inside,
        both_or_none("start_latitude", "start_longitude"),
        both_or_none("end_latitude", "end_longitude"),
    ),
    guards=(_not_in_a_plan,),
)

ABSENCES: Final = Kind(
    name="absences",
    what="absence",
    model=Absence,
    key=("technician", "starts_at"),
    columns=(
        Link(name="technician", to="technician", needed=True, help="the technician's code"),
        At(name="starts_at", zone=zone_of_technician, needed=True),
        At(name="ends_at", zone=zone_of_technician, needed=True),
        Column(name="kind", cell=Choice(AbsenceKind), needed=True),
        Column(name="note", cell=Text(200), empty=""),
    ),
    rules=(_longer_than_nothing,),
)
