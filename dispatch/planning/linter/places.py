"""Rules about places on the map."""

from collections.abc import Iterable

from dispatch.planning.day.build import place_of
from dispatch.planning.day.work import out
from dispatch.planning.findings import Code, Finding, Severity
from dispatch.planning.linter.subject import Subject
from dispatch.travel.places import NoRoadNear, Place, Point


def far_from_road(one: Subject) -> Iterable[Finding]:
    """A place is too far from any road: of a site, of a shift, of a warehouse."""
    far = _far(one)
    for visit in one.day.work.visits:
        if visit.place.point in far:
            yield out(visit.candidate, Code.FAR_FROM_ROAD, f"its site {visit.place} is too far from any road")
    for duty in one.duties:
        for place in (duty.start, duty.end):
            if place is not None and place.point in far:
                yield _stranded("shift", duty.shift.id, place)
    for warehouse in one.day.warehouses:
        if place_of(warehouse).point in far:
            yield _stranded("warehouse", warehouse.id, place_of(warehouse))


def _far(one: Subject) -> set[Point]:
    places = list({place.point: place for place in one.day.places}.values())
    try:
        # One row is enough: every place is put on the road network before anything is computed.
        one.travel.table(places[:1], places)
    except NoRoadNear as error:
        return {place.point for place in error.places}
    return set()


def _stranded(entity: str, key: int, place: Place) -> Finding:
    return Finding(
        code=Code.FAR_FROM_ROAD,
        severity=Severity.ERROR,
        entity=entity,
        entity_id=key,
        message=f"{place} is too far from any road.",
        blocks=f"the {entity} is not planned",
        remedy="correct the place on the map",
    )
