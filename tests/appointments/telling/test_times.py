"""Reminders, quiet hours, delays: at the right time, once, and not of what is over."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from db import models as m
from dispatch.appointments.telling.delaying import what_to_tell
from dispatch.appointments.telling.texts import Key
from dispatch.compute.outbox import Later
from dispatch.messaging.quiet import Quiet
from tests.appointments.holding.desk import window
from tests.appointments.telling.scene import Scene
from tests.builders.planning import ZONE, at
from tests.planning.common import sqlite_only

DAY = timedelta(days=1)


@sqlite_only
def test_a_customer_is_reminded_once_on_the_day_before(scene: Scene) -> None:
    scene.book()
    scene.mails()
    scene.until(at(16, 59) - DAY)
    assert scene.remind() == 0
    scene.until(at(17) - DAY)
    assert (scene.remind(), scene.remind()) == (1, 0)
    (said,) = scene.bodies()
    assert said.startswith("A reminder of your appointment WO-01: the technician arrives Tuesday, March 3")
    scene.until(at(18) - DAY)
    assert scene.remind() == 0
    assert scene.mails() == []


@sqlite_only
def test_nobody_is_reminded_of_what_they_just_confirmed_or_what_is_cancelled(stage: Callable[..., Scene]) -> None:
    scene = stage(reminder_hour=12, reminder_hours_before=3)
    row = scene.book(12)
    scene.mails()
    assert scene.remind() == 0
    scene.until(at(9))
    assert scene.remind() == 1
    scene.desk.cancel(row)
    assert ["cancelled" in said for said in scene.bodies()] == [True]
    assert scene.remind() == 0


@sqlite_only
def test_what_can_wait_waits_for_the_morning_and_what_is_overtaken_by_then_never_goes(scene: Scene) -> None:
    scene.until(at(23) - DAY)
    row = scene.book(14)
    assert scene.mails() == []
    (message,) = scene.messages()
    assert message.delivery is m.Delivery.WAITING
    assert "night" in (message.why or "")
    scene.until(at(7, 59))
    assert scene.mails() == []
    scene.desk.change(row, window(scene.visit, 15))
    scene.until(at(8))
    (said,) = scene.bodies()
    assert "now arrives Tuesday, March 3, between 15:00 and 17:00" in said
    assert [each.delivery for each in scene.messages()] == [m.Delivery.WITHHELD, m.Delivery.SENT]


@sqlite_only
def test_a_notice_waits_for_the_morning_too(stage: Callable[..., Scene]) -> None:
    scene = stage(ticket=False)
    scene.until(at(23) - DAY)
    scene.book(14)
    assert scene.mails() == []
    scene.until(at(8))
    assert len(scene.mails()) == 1


@sqlite_only
def test_a_cancellation_on_the_day_goes_at_night_too(scene: Scene) -> None:
    row = scene.book(14)
    scene.mails()
    scene.until(at(6))
    scene.desk.cancel(row)
    assert len(scene.mails()) == 1


@pytest.mark.parametrize(
    ("local", "ends"),
    [("20:59", None), ("21:00", "08:00"), ("23:59", "08:00"), ("00:00", "08:00"), ("07:59", "08:00"), ("08:00", None)],
)
def test_quiet_hours_are_local_and_go_over_midnight(local: str, ends: str | None) -> None:
    quiet, now = Quiet(time(21), time(8)), datetime.combine(at(12).date(), time.fromisoformat(local), ZONE)
    until = quiet.until(now, ZONE)
    assert (until is None) == (ends is None)
    if until is not None:
        assert f"{until.astimezone(ZONE):%H:%M}" == ends
        assert timedelta() < until - now <= timedelta(hours=11)
        with pytest.raises(Later):
            quiet.refuse(now, ZONE)
    quiet.refuse(now, None)
    assert Quiet(time(8), time(8)).until(now, ZONE) is None


def test_quiet_hours_end_where_the_clocks_skip_their_end() -> None:
    zone = ZoneInfo("America/Santiago")  # on 6 September 2026 the clocks skip from 00:00 to 01:00
    until = Quiet(time(21), time(0, 30)).until(datetime(2026, 9, 5, 23, 0, tzinfo=zone), zone)
    assert until == datetime(2026, 9, 6, 4, 30, tzinfo=UTC)


@sqlite_only
def test_who_waits_behind_a_technician_who_is_late_is_told_before_with_an_estimate(scene: Scene) -> None:
    first = scene.desk.company.visit(2, minutes=60)
    scene.desk.company.session.commit()
    scene.desk.confirm(window(first, 8, 9))
    scene.book(9, 10)
    scene.desk.scene.publish()
    scene.mails()
    scene.until(at(7, 50))
    scene.go(first, m.VisitStatus.TRAVELLING)
    scene.until(at(8, 5))
    scene.go(first, m.VisitStatus.ON_SITE, started_at=at(8, 5))
    assert scene.delays() == 0
    scene.until(at(10, 10))
    assert (scene.delays(), scene.delays()) == (1, 0)
    (late,) = [said for said in scene.bodies() if "running late" in said]
    assert "as promised, Tuesday, March 3, between 09:00 and 10:00" in late
    scene.until(at(10, 35))
    assert scene.delays() == 0
    scene.until(at(10, 41))
    assert scene.delays() == 1
    (moved,) = scene.bodies()
    assert "should now be there at about 10:" in moved
    scene.until(at(11, 30))
    scene.go(first, m.VisitStatus.COMPLETED, finished_at=at(11, 30))
    scene.go(scene.visit, m.VisitStatus.TRAVELLING)
    scene.go(scene.visit, m.VisitStatus.ON_SITE, started_at=at(11, 40))
    assert scene.delays() == 0


@sqlite_only
def test_no_delay_is_made_up_where_nobody_said_anything_all_day(scene: Scene) -> None:
    scene.book(9, 10)
    scene.desk.scene.publish()
    scene.until(at(13))
    assert scene.delays() == 0


@pytest.mark.parametrize(
    ("estimate", "told", "ago", "expected"),
    [
        (59, None, None, None),
        (61, None, None, Key.LATE),
        (61, 70, 60, None),
        (61, 55, 60, Key.LATE),
        (40, 30, 60, None),
        (46, 30, 60, Key.ESTIMATE),
        (10, 30, 60, Key.ESTIMATE),
        (90, 30, 29, None),
        (90, 30, 30, Key.LATE),
    ],
)
def test_a_delay_is_worth_telling(estimate: int, told: int | None, ago: int | None, expected: Key | None) -> None:
    closes, now = at(11), at(10)

    def minutes(count: int | None) -> datetime | None:
        return None if count is None else at(10) + timedelta(minutes=count)

    told_at = None if ago is None else now - timedelta(minutes=ago)
    when = minutes(estimate)
    assert when is not None
    assert what_to_tell(closes, when, minutes(told), told_at, now) is expected
