"""Signing in and out, and being slowed down."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from db.models import AccessToken, AuditEntry, FailedSignIn, Role, SignIn, User
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.access.errors import NotSignedIn, TooManyAttempts
from dispatch.access.identify import touch_sign_in, viewer_by_cookie, viewer_by_token
from dispatch.access.passwords import Passwords
from dispatch.access.secrets import digest
from dispatch.access.sign_ins import Door, end_sign_in
from dispatch.access.throttle import LIMITS, SPAN
from dispatch.access.users import create_administrator, create_user, deactivate, issue_token, revoke_token, set_password
from dispatch.clock import FixedClock
from dispatch.errors import Conflict, Forbidden, Invalid, NotFound, RuleBroken

SYSTEM: Final = Viewer.system()
CHEAP: Final = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
EMAIL: Final = "ana@example.com"
PASSWORD: Final = "correct horse battery"
LASTS: Final = timedelta(hours=12)


@pytest.fixture
def door(uow: UnitOfWork, clock: FixedClock) -> Door:
    """A door with one administrator, Ana."""
    with uow(viewer=SYSTEM) as session:
        create_administrator(session, name="Ana", email=" Ana@Example.com ", password=PASSWORD, passwords=CHEAP)
        session.commit()
    return Door(uow, clock, CHEAP, LASTS)


def count(uow: UnitOfWork, kind: type[FailedSignIn] | type[SignIn]) -> int:
    with uow(viewer=SYSTEM, read_only=True) as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def fail(door: Door, times: int, *, email: str = EMAIL, address: str = "10.0.0.1") -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn, match="do not belong together"):
            door.sign_in(email, "wrong password", address=address)


def test_the_right_password_opens_and_leaves_only_hashes(door: Door) -> None:
    signed_in = door.sign_in("ANA@example.com", PASSWORD, address="10.0.0.1")
    assert signed_in.viewer.role is Role.ADMINISTRATOR
    with door.uow(viewer=SYSTEM, read_only=True) as session:
        row = session.scalars(select(SignIn)).one()
        assert row.secret_sha256 == digest(signed_in.secret)
        assert row.expires_at == door.clock.now() + LASTS
        assert {each.action for each in session.scalars(select(AuditEntry))} == {"create", "sign in"}
        assert signed_in.secret not in str([each.changes for each in session.scalars(select(AuditEntry))])
    with door.uow(read_only=True) as session:
        viewer, _ = viewer_by_cookie(session, signed_in.secret, door.clock.now())
    assert viewer == signed_in.viewer


def test_every_refusal_says_the_same(door: Door) -> None:
    with door.uow(viewer=SYSTEM) as session:
        for name, active, password in (("gone", False, PASSWORD), ("none", True, None)):
            user = create_user(
                session,
                SYSTEM,
                name=name,
                email=f"{name}@x.cl",
                role=Role.INTEGRATOR,
                password=password,
                passwords=CHEAP,
            )
            user.active = active
        session.commit()
    said = set()
    for email, password in ((EMAIL, "wrong"), ("who@x.cl", PASSWORD), ("gone@x.cl", PASSWORD), ("none@x.cl", "")):
        with pytest.raises(NotSignedIn) as refused:
            door.sign_in(email, password, address="10.0.0.1")
        said.add(refused.value.message)
    assert len(said) == 1


def test_guessing_is_slowed_down_and_forgiven(door: Door, clock: FixedClock) -> None:
    fail(door, LIMITS["pair"] - 1)
    door.sign_in(EMAIL, PASSWORD, address="10.0.0.1")
    fail(door, LIMITS["pair"])
    with pytest.raises(TooManyAttempts, match="Wait 901 seconds") as refused:
        door.sign_in(EMAIL, PASSWORD, address="10.0.0.1")
    assert refused.value.retry_after == SPAN.total_seconds() + 1
    door.sign_in(EMAIL, PASSWORD, address="10.0.0.2")
    clock.instant += SPAN
    door.sign_in(EMAIL, PASSWORD, address="10.0.0.1")


def test_many_names_from_one_place_are_slowed_down(door: Door) -> None:
    for number in range(LIMITS["address"]):
        fail(door, 1, email=f"user{number}@x.cl")
    with pytest.raises(TooManyAttempts):
        door.sign_in(EMAIL, PASSWORD, address="10.0.0.1")


def test_one_name_from_many_places_is_slowed_down(door: Door) -> None:
    for number in range(LIMITS["email"]):
        fail(door, 1, address=f"10.0.1.{number}")
    with pytest.raises(TooManyAttempts):
        door.sign_in(EMAIL, PASSWORD, address="10.0.2.1")


def test_many_guesses_at_once_do_not_slip_through(door: Door) -> None:
    def guess(_: int) -> str:
        try:
            door.sign_in(EMAIL, "wrong password", address="10.0.0.1")
        except (NotSignedIn, TooManyAttempts) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(guess, range(20)))
    assert "in" not in said
    # On PostgreSQL, transactions at the same moment do not see each other's marks; no more than are at work at once.
    assert said.count("NotSignedIn") <= LIMITS["pair"] + 10
    assert said.count("TooManyAttempts") >= 5


def test_a_new_sign_in_ends_the_browsers_previous_one(door: Door) -> None:
    first = door.sign_in(EMAIL, PASSWORD, address="a")
    second = door.sign_in(EMAIL, PASSWORD, address="a", previous_secret=first.secret)
    assert first.secret != second.secret
    with door.uow(read_only=True) as session:
        with pytest.raises(NotSignedIn):
            viewer_by_cookie(session, first.secret, door.clock.now())
        viewer_by_cookie(session, second.secret, door.clock.now())


def test_a_sign_in_ends_by_itself_and_lasts_while_it_is_used(door: Door, clock: FixedClock) -> None:
    secret = door.sign_in(EMAIL, PASSWORD, address="a").secret
    clock.instant += LASTS - timedelta(minutes=1)
    with door.uow(viewer=SYSTEM) as session:
        _, row = viewer_by_cookie(session, secret, clock.now())
        touch_sign_in(session, row.id, clock.now(), LASTS)
        session.commit()
    clock.instant += LASTS - timedelta(minutes=1)
    with door.uow(read_only=True) as session:
        viewer_by_cookie(session, secret, clock.now())
    clock.instant += timedelta(minutes=1)
    with door.uow(read_only=True) as session, pytest.raises(NotSignedIn, match="sign in again"):
        viewer_by_cookie(session, secret, clock.now())


def test_signing_out_ends_it(door: Door) -> None:
    secret = door.sign_in(EMAIL, PASSWORD, address="a").secret
    with door.uow(viewer=SYSTEM) as session:
        end_sign_in(session, secret, door.clock.now())
        end_sign_in(session, "never heard of", door.clock.now())
        session.commit()
    with door.uow(read_only=True) as session, pytest.raises(NotSignedIn):
        viewer_by_cookie(session, secret, door.clock.now())


def test_a_hash_is_renewed_when_the_parameters_change(door: Door) -> None:
    dear = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    replace(door, passwords=dear).sign_in(EMAIL, PASSWORD, address="a")
    with door.uow(viewer=SYSTEM, read_only=True) as session:
        kept = session.scalars(select(User.password_hash)).one()
    assert kept is not None
    assert not dear.is_outdated(kept)
    assert dear.matches(kept, PASSWORD)


def test_a_new_password_ends_all_sign_ins(door: Door) -> None:
    signed_in = door.sign_in(EMAIL, PASSWORD, address="a")
    viewer, now = signed_in.viewer, door.clock.now()
    assert viewer.user_id is not None
    with door.uow(viewer=viewer) as session:
        with pytest.raises(Forbidden, match="current password"):
            set_password(session, viewer, viewer.user_id, "another long one", passwords=CHEAP, now=now, current="x")
        with pytest.raises(Invalid):
            set_password(session, viewer, viewer.user_id, "short", passwords=CHEAP, now=now, current=PASSWORD)
        set_password(session, viewer, viewer.user_id, "another long one", passwords=CHEAP, now=now, current=PASSWORD)
        session.commit()
    with door.uow(read_only=True) as session, pytest.raises(NotSignedIn):
        viewer_by_cookie(session, signed_in.secret, now)
    door.sign_in(EMAIL, "another long one", address="a")


def test_tokens_end_are_revoked_and_are_kept_as_hashes(door: Door, clock: FixedClock) -> None:
    viewer = door.sign_in(EMAIL, PASSWORD, address="a").viewer
    assert viewer.user_id is not None
    with door.uow(viewer=viewer) as session:
        token, secret = issue_token(session, viewer, viewer.user_id, name="x", now=clock.now(), lasts=timedelta(days=2))
        _, other = issue_token(session, viewer, viewer.user_id, name="y", now=clock.now())
        assert (token.token_sha256, token.expires_at) == (digest(secret), clock.now() + timedelta(days=2))
        for days in (0, 367):
            with pytest.raises(Invalid, match="366 days"):
                issue_token(session, viewer, viewer.user_id, name="x", now=clock.now(), lasts=timedelta(days=days))
        session.commit()
    with door.uow(viewer=viewer) as session:
        assert viewer_by_token(session, other, clock.now())[0] == viewer
        row = viewer_by_token(session, other, clock.now())[1]
        revoke_token(session, viewer, row.id, now=clock.now())
        with pytest.raises(NotSignedIn, match="revoked"):
            viewer_by_token(session, other, clock.now())
        with pytest.raises(NotSignedIn, match="not known"):
            viewer_by_token(session, "dispatch_guess", clock.now())
        with pytest.raises(NotFound):
            revoke_token(session, viewer, 999, now=clock.now())
        clock.instant += timedelta(days=2)
        with pytest.raises(NotSignedIn, match="ended"):
            viewer_by_token(session, secret, clock.now())


def test_who_is_deactivated_is_out_at_once(door: Door, clock: FixedClock) -> None:
    with door.uow(viewer=SYSTEM) as session:
        user = create_user(
            session, SYSTEM, name="Ivo", email="ivo@x.cl", role=Role.INTEGRATOR, password=PASSWORD, passwords=CHEAP
        )
        _, token = issue_token(session, SYSTEM, user.id, name="x", now=clock.now())
        session.commit()
    secret = door.sign_in("ivo@x.cl", PASSWORD, address="a").secret
    with door.uow(viewer=SYSTEM) as session:
        deactivate(session, SYSTEM, user.id, now=clock.now())
        session.commit()
    with door.uow(read_only=True) as session:
        with pytest.raises(NotSignedIn):
            viewer_by_cookie(session, secret, clock.now())
        with pytest.raises(NotSignedIn):
            viewer_by_token(session, token, clock.now())
    with pytest.raises(NotSignedIn):
        door.sign_in("ivo@x.cl", PASSWORD, address="a")
    with door.uow(viewer=SYSTEM) as session:
        # Even with a token that was forgotten: who is not active is nobody.
        session.execute(update(AccessToken).values(revoked_at=None))
        with pytest.raises(NotSignedIn, match="may not sign in"):
            viewer_by_token(session, token, clock.now())
        ana = session.scalars(select(User.id).where(User.email == EMAIL)).one()
        with pytest.raises(RuleBroken, match="last active administrator"):
            deactivate(session, SYSTEM, ana, now=clock.now())


def test_users_are_made_by_administrators_and_once(door: Door) -> None:
    viewer = Viewer(name="s", role=Role.SCHEDULER, user_id=99)
    with door.uow(viewer=viewer) as session, pytest.raises(Forbidden):
        create_user(session, viewer, name="x", email="x@x.cl", role=Role.ADMINISTRATOR, passwords=CHEAP)
    with door.uow(viewer=SYSTEM) as session:
        with pytest.raises(Conflict, match="already a user"):
            create_administrator(session, name="x", email="ANA@example.com", password=PASSWORD, passwords=CHEAP)
        with pytest.raises(Invalid, match="is no e-mail address"):
            create_administrator(session, name="x", email="nobody", password=PASSWORD, passwords=CHEAP)
