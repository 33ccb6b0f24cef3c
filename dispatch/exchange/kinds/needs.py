"""What visits and work types need: skills, parts, windows, technicians."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from db.models import VisitPart, VisitSkill, VisitTechnician, VisitWindow, WorkTypePart, WorkTypeSkill
from dispatch.exchange.book import Book
from dispatch.exchange.cells import BadCell, local_text, place
from dispatch.exchange.columns import Several
from dispatch.exchange.lists import Count, Counts, Level, Levels, Regard, Regards, Span, Windows


def zone_of_visit(row: Any, book: Book) -> ZoneInfo:
    """The zone of the visit's work order."""
    return book.zone_of("work_order", row.work_order_id)


def _skills(model: type[VisitSkill | WorkTypeSkill]) -> Several:
    def take(row: Any, book: Book) -> list[Level]:
        return sorted(Level(book.name("skill", need.skill_id), need.level) for need in row.skills)

    def give(levels: list[Level], _row: Any, book: Book) -> list[Any]:
        if any(level.until for level in levels):
            raise BadCell("says until when a need holds", "only technicians' skills end")
        return [model(skill_id=book.find("skill", level.skill), level=level.level) for level in levels]

    return Several(name="skills", cell=Levels(), by=("skill_id",), take=take, give=give, help="least levels")


def _parts(model: type[VisitPart | WorkTypePart]) -> Several:
    def take(row: Any, book: Book) -> list[Count]:
        return sorted(Count(book.name("part", need.part_id), need.quantity) for need in row.parts)

    def give(counts: list[Count], _row: Any, book: Book) -> list[Any]:
        return [model(part_id=book.find("part", count.part), quantity=count.quantity) for count in counts]

    return Several(name="parts", cell=Counts(), by=("part_id",), take=take, give=give, help="parts it uses up")


def _take_windows(row: Any, book: Book) -> list[Span]:
    zone = zone_of_visit(row, book)
    return [Span(local_text(span.opens_at, zone), local_text(span.closes_at, zone)) for span in row.windows]


def _give_windows(spans: list[Span], row: Any, book: Book) -> list[VisitWindow]:
    zone = zone_of_visit(row, book)
    placed = sorted((place(span.opens, zone), place(span.closes, zone)) for span in spans)
    if any(closes < opens for opens, closes in placed):
        raise BadCell("has a window that closes before it opens", "swap the two times")
    return [VisitWindow(opens_at=opens, closes_at=closes) for opens, closes in placed]


def _take_regards(row: Any, book: Book) -> list[Regard]:
    return sorted(
        (
            Regard(rule.preference, book.name("technician", rule.technician_id), rule.saving)
            for rule in row.technician_rules
        ),
        key=lambda regard: regard.technician,
    )


def _give_regards(regards: list[Regard], _row: Any, book: Book) -> list[VisitTechnician]:
    return [
        VisitTechnician(technician_id=book.find("technician", technician), preference=preference, saving=saving)
        for preference, technician, saving in regards
    ]


VISIT_SKILLS: Final = _skills(VisitSkill)
VISIT_PARTS: Final = _parts(VisitPart)
WORK_TYPE_SKILLS: Final = _skills(WorkTypeSkill)
WORK_TYPE_PARTS: Final = _parts(WorkTypePart)
VISIT_WINDOWS: Final = Several(
    name="windows", cell=Windows(), take=_take_windows, give=_give_windows, help="when service may start; empty: any"
)
VISIT_TECHNICIANS: Final = Several(
    name="technicians",
    attribute="technician_rules",
    cell=Regards(),
    by=("technician_id",),
    take=_take_regards,
    give=_give_regards,
    help="who alone, who never, who rather",
)
