"""Publishing: a mark, told once, won by one."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from db.models import OutboxMessage, VisitStatus
from dispatch.errors import Conflict, DispatchError, NotFound, RuleBroken, StaleVersion
from dispatch.planning import publish
from tests.builders.planning import Company
from tests.planning.common import SYSTEM
from tests.planning.scene import Scene


def news(scene: Scene) -> list[OutboxMessage]:
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def topics(scene: Scene) -> list[str]:
    return [message.topic for message in news(scene)]


def test_publishing_tells_technicians_and_makes_visits_dispatched(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    a, b, out = company.visit(), company.visit(), company.visit()
    scene.move(a, first.id)
    scene.move(b, second.id)
    assert news(scene) == []
    scene.publish()
    assert scene.plan().published_at == scene.clock.now()
    assert [scene.visit(v).status for v in (a, b, out)] == [
        VisitStatus.DISPATCHED,
        VisitStatus.DISPATCHED,
        VisitStatus.UNSCHEDULED,
    ]
    assert topics(scene) == ["route.published", "route.published", "visit.dispatched", "visit.dispatched"]
    told = news(scene)[2].payload
    assert set(told) == {"plan_id", "visit_id", "shift_id", "technician_id", "starts_at"}
    assert (told["visit_id"], told["shift_id"]) == (a.id, first.id)


def test_a_published_plan_tells_each_change_at_once(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    a, b = company.visit(), company.visit()
    scene.move(a, first.id)
    scene.publish()
    before = len(news(scene))
    scene.move(b, second.id)
    assert scene.visit(b).status is VisitStatus.DISPATCHED
    assert topics(scene)[before:] == ["route.changed", "visit.dispatched"]
    scene.move(a, second.id)
    assert topics(scene)[before + 2 : before + 4] == ["route.changed", "route.changed"]
    rest = [(m.topic, m.payload["visit_id"]) for m in news(scene)[before + 4 :]]
    assert ("visit.withdrawn", a.id) in rest
    assert ("visit.dispatched", a.id) in rest
    scene.move(a, None)
    assert scene.visit(a).status is VisitStatus.UNSCHEDULED
    assert topics(scene)[-1] == "visit.withdrawn"
    assert len({message.key for message in news(scene)}) == len(news(scene))


def test_an_empty_plan_is_not_published(scene: Scene, company: Company) -> None:
    company.crew(1)
    with pytest.raises(RuleBroken, match="has no visit"):
        scene.publish()


def test_a_plan_that_is_not(scene: Scene, company: Company) -> None:
    with pytest.raises(NotFound):
        scene.act(lambda s: publish.publish(s, SYSTEM, scene.clock, 999, None))


def test_what_was_looked_at_is_what_is_published(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    a, b = company.visit(), company.visit()
    scene.move(a, shift.id)
    tag, plan_id = scene.view().tag, scene.plan_id()
    scene.move(b, shift.id)
    with pytest.raises(StaleVersion, match="somebody changed it"):
        scene.act(lambda s: publish.publish(s, SYSTEM, scene.clock, plan_id, tag))
    scene.act(lambda s: publish.publish(s, SYSTEM, scene.clock, plan_id, scene.view().tag))


def race(*acts: Callable[[], object]) -> list[object]:
    """Does all at once; what each gave back, or the error of ours that it raised."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        barrier.wait()
        try:
            results[place] = acts[place]()
        except DispatchError as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_who_publish_at_once_one_wins(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    scene.move(company.visit(), shift.id)
    plan_id, tag = scene.plan_id(), scene.view().tag

    def go() -> object:
        return scene.uow.run(lambda s: publish.publish(s, SYSTEM, scene.clock, plan_id, tag).id, viewer=SYSTEM)

    results = race(go, go)
    assert sum(result == plan_id for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert topics(scene) == ["route.published", "visit.dispatched"]


def test_a_change_made_while_publishing_is_told_too(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    a, b = company.visit(), company.visit()
    scene.move(a, first.id)
    plan_id = scene.plan_id()
    race(
        lambda: scene.uow.run(lambda s: publish.publish(s, SYSTEM, scene.clock, plan_id, None).id, viewer=SYSTEM),
        lambda: scene.move(b, second.id),
    )
    # Whoever was first: a placed visit of a published plan is dispatched, and its technician is told.
    assert scene.visit(b).status is VisitStatus.DISPATCHED
    told = [m.payload["visit_id"] for m in news(scene) if m.topic == "visit.dispatched"]
    assert sorted(told) == [a.id, b.id]
