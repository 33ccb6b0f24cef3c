"""Lists come whole, in order, without repeats, whatever happens between two pages."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from db.models import Skill
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.errors import Invalid
from dispatch.records.catalogue.parties import ORGANISATIONS
from dispatch.records.catalogue.technicians import SKILLS
from dispatch.records.pages import Order, page
from tests.builders.world import NOW

SYSTEM = Viewer.system()
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("page"), st.integers(1, 4)),
        st.tuples(st.just("add"), st.integers(0, 3)),
        st.tuples(st.just("remove"), st.integers(0, 30)),
    ),
    min_size=5,
    max_size=25,
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("descending", [False, True])
def test_what_was_there_all_the_time_shows_exactly_once(uow: UnitOfWork, clock: FixedClock, descending: bool) -> None:
    @settings(max_examples=25)
    @given(start=st.lists(st.integers(0, 3), min_size=3, max_size=12), steps=STEPS)
    def check(start: list[int], steps: list[tuple[str, int]]) -> None:
        with uow(viewer=SYSTEM) as session:
            session.execute(delete(Skill))
            add(session, start)
            there = set(session.scalars(select(Skill.id)))
            seen: list[int] = []
            after: tuple[Any, int] | None = None
            order = Order("updated_at", descending)
            for kind, number in [*steps, *([("page", 4)] * 12)]:
                if kind == "add":
                    add(session, [number])
                elif kind == "remove":
                    ids = sorted(session.scalars(select(Skill.id)))
                    if ids:
                        gone = ids[number % len(ids)]
                        session.execute(delete(Skill).where(Skill.id == gone))
                        there.discard(gone)
                elif after is not None or not seen:
                    found = page(session, SYSTEM, SKILLS, limit=number, order=order, after=after)
                    seen += [row.id for row in found.rows]
                    after = found.after
            assert len(seen) == len(set(seen))
            if after is None:
                assert there <= set(seen)

    def add(session: Any, offsets: list[int]) -> None:
        for offset in offsets:
            clock.instant = NOW + timedelta(hours=offset)
            session.add(Skill(code=f"s{next(serial)}", name="x"))
            session.flush()

    serial = iter(range(10**6))
    check()


def test_pages_follow_each_other_in_order(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        session.add_all(Skill(code=f"s{each}", name="Lift" if each % 2 else "Boiler") for each in range(7))
        session.flush()
        ids = sorted(session.scalars(select(Skill.id)))
        for order, expected in ((Order(), ids), (Order("updated_at", True), ids[::-1])):
            seen, after = [], None
            while True:
                found = page(session, SYSTEM, SKILLS, limit=3, order=order, after=after)
                seen += [row.id for row in found.rows]
                after = found.after
                if after is None:
                    break
            assert seen == expected


def test_filters(uow: UnitOfWork) -> None:
    with uow(viewer=SYSTEM) as session:
        session.add_all(Skill(code=f"s{each}", name="50% Lift" if each % 2 else "Boiler") for each in range(4))
        session.flush()

        def codes(**filters: Any) -> list[str]:
            return [row.code for row in page(session, SYSTEM, SKILLS, limit=9, filters=filters).rows]

        assert codes(q="LIFT") == ["s1", "s3"]
        assert codes(q="0%") == ["s1", "s3"], "wildcards are ordinary letters"
        assert codes(q="%") == ["s1", "s3"]
        assert codes(code=["s0", "s3"]) == ["s0", "s3"]
        assert codes(code="s2", q=None) == ["s2"]
        assert codes(updated_at_from=NOW) == ["s0", "s1", "s2", "s3"]
        assert codes(updated_at_before=NOW) == []
        with pytest.raises(Invalid, match="no filter 'colour'"):
            codes(colour="red")
        for limit in (0, 201):
            with pytest.raises(Invalid, match="use 1 to 200"):
                page(session, SYSTEM, ORGANISATIONS, limit=limit)
