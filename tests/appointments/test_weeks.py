"""A few days of a small company, lived: the small version of `python -m tests.long weeks`."""

from pathlib import Path

from db.engine import make_engine
from db.models import Visit, VisitStatus, VisitWindow
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.travel.straight import StraightLine
from tests.builders.planning import at, quick_solve
from tests.long.weeks import Told, Weeks, lived


def test_customers_choose_days_go_as_they_do_and_promises_are_counted(tmp_path: Path) -> None:
    told = lived(
        tmp_path, Weeks(days=2, technicians=2, calls=2.0, months=2, iterations=10), StraightLine(), quick_solve
    )
    assert (told.calls, told.booked) == (8, 8)
    assert 0 < told.kept <= told.promises
    assert told.left_out == 0
    assert len(told.said) == 11 * told.promises
    folder = UnitOfWork(make_engine(f"sqlite:///{tmp_path / 'weeks.sqlite3'}"), now=lambda: at(6))
    with folder(viewer=Viewer.system(), read_only=True) as session:
        windows = session.query(VisitWindow).filter(VisitWindow.appointment_id.is_not(None)).all()
        kept = {window.visit_id: window for window in windows}
        done = [v for v in session.query(Visit).filter_by(status=VisitStatus.COMPLETED) if v.id in kept]
    assert len(done) == told.promises
    assert all(visit.started_at >= kept[visit.id].opens_at for visit in done if visit.started_at)


def test_targets_that_are_missed_are_named() -> None:
    told = Told(calls=100, booked=90, promises=100, kept=96, said=[(0.75, True)] * 300 + [(0.95, True)] * 19)
    assert [line.partition(" ")[0] for line in told.missed] == ["90", "96", "from"]
    assert Told(calls=100, booked=95, promises=100, kept=97, said=[(0.75, True)] * 299).missed == []
    assert Told(said=[(0.97, True)] * 4).tenths == [(0.9, 4, 0.97, 1.0)]
