"""A write with an Idempotency-Key happens once, however often and however quickly it is repeated."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db.models import IdempotencyRecord, NumberSeries, Role, Skill, User
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.records.errors import KeyReused
from dispatch.records.idempotency import Answer, Attempt, claim, store
from dispatch.records.numbers import draw

SYSTEM = Viewer.system()


@pytest.fixture
def user_id(uow: UnitOfWork) -> int:
    with uow(viewer=SYSTEM) as session:
        user = User(name="a", email="a@example.com", role=Role.ADMINISTRATOR)
        session.add(user)
        session.commit()
        return user.id


def do_once(uow: UnitOfWork, clock: FixedClock, attempt: Attempt, *, fail: bool = False) -> Answer:
    """Makes a skill, once per key."""
    with uow(viewer=SYSTEM) as session:
        given = claim(session, attempt, clock.now())
        if given is not None:
            return given
        session.add(Skill(code=f"s{draw(session, 'S')}", name="x"))
        session.flush()
        if fail:
            raise ZeroDivisionError
        answer = Answer(201, f"answer {threading.get_ident()}".encode(), {"etag": '"1"'})
        store(session, attempt, answer)
        session.commit()
        return answer


def skills(uow: UnitOfWork) -> int:
    with uow(viewer=SYSTEM, read_only=True) as session:
        return session.scalar(select(func.count()).select_from(Skill)) or 0


def test_twenty_at_once_do_it_once_and_get_the_same_answer(uow: UnitOfWork, clock: FixedClock, user_id: int) -> None:
    attempt = Attempt(user_id, "k", "POST", "/v1/skills", b"{}")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: do_once(uow, clock, attempt), range(20)))
    assert len({(each.status_code, each.body, tuple(each.headers.items())) for each in answers}) == 1
    assert skills(uow) == 1


def test_a_failure_is_not_kept(uow: UnitOfWork, clock: FixedClock, user_id: int) -> None:
    attempt = Attempt(user_id, "k", "POST", "/v1/skills", b"{}")
    with pytest.raises(ZeroDivisionError):
        do_once(uow, clock, attempt, fail=True)
    assert skills(uow) == 0
    do_once(uow, clock, attempt)
    assert skills(uow) == 1


def test_a_key_belongs_to_one_request_of_one_user(uow: UnitOfWork, clock: FixedClock, user_id: int) -> None:
    do_once(uow, clock, Attempt(user_id, "k", "POST", "/v1/skills", b"{}"))
    for other in (
        Attempt(user_id, "k", "POST", "/v1/skills", b"{ }"),
        Attempt(user_id, "k", "POST", "/v1/parts", b"{}"),
    ):
        with pytest.raises(KeyReused, match="use a new key"):
            do_once(uow, clock, other)
    with uow(viewer=SYSTEM) as session:
        session.add(User(name="b", email="b@example.com", role=Role.ADMINISTRATOR))
        session.commit()
    do_once(uow, clock, Attempt(user_id + 1, "k", "POST", "/v1/skills", b"{}"))
    assert skills(uow) == 2


def test_after_a_day_the_key_is_free_again(uow: UnitOfWork, clock: FixedClock, user_id: int) -> None:
    attempt = Attempt(user_id, "k", "POST", "/v1/skills", b"{}")
    do_once(uow, clock, attempt)
    clock.instant += timedelta(hours=23)
    do_once(uow, clock, attempt)
    assert skills(uow) == 1
    clock.instant += timedelta(hours=1)
    do_once(uow, clock, attempt)
    assert skills(uow) == 2
    do_once(uow, clock, replace(attempt, key="k2"))
    with uow(viewer=SYSTEM, read_only=True) as session:
        kept = session.scalars(select(IdempotencyRecord.key).order_by(IdempotencyRecord.key)).all()
    assert kept == ["k", "k2"], "what nobody may ask for again is gone"


def test_numbers_drawn_at_once_differ(uow: UnitOfWork) -> None:
    def one(_: int) -> int:
        with uow(viewer=SYSTEM) as session:
            number = draw(session, "WO")
            session.commit()
            return number

    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(one, range(24)))
    assert sorted(drawn) == list(range(1001, 1025))
    with uow(viewer=SYSTEM, read_only=True) as session:
        assert session.get_one(NumberSeries, "WO").next_number == 1025
