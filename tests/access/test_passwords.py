"""Passwords, tokens and secrets."""

from typing import Literal

import pytest
from argon2 import PasswordHasher

from dispatch.access.passwords import Passwords, check_strength
from dispatch.access.secrets import TOKEN_PREFIX, csrf_token, digest, is_csrf_token, new_cookie_secret, new_token
from dispatch.errors import Invalid

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_a_password_matches_its_own_hash_alone() -> None:
    kept = CHEAP.hash("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert "correct" not in kept
    assert kept != CHEAP.hash("correct horse battery"), "each hash has a salt of its own"
    assert CHEAP.matches(kept, "correct horse battery")
    assert not CHEAP.matches(kept, "correct horse batterx")


def test_nobody_matches_though_the_work_is_done() -> None:
    calls = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  (the library's name)
            calls.append(hash)
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert not passwords.matches(None, "the password of nobody")
    assert not passwords.matches("no hash at all", "x")
    assert len(calls) == 2


def test_a_hash_made_with_other_parameters_is_outdated() -> None:
    dear = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert not CHEAP.is_outdated(CHEAP.hash("x"))
    assert dear.is_outdated(CHEAP.hash("x"))


def test_the_default_parameters_are_those_of_the_rfc() -> None:
    hasher = Passwords().hasher
    assert hasher.memory_cost >= 64 * 1024
    assert hasher.time_cost >= 3


@pytest.mark.parametrize(
    "weak", ["", "short", "x" * 201, "aaaaaaaaaaaaaaaa", "abababababababab", "Ana.Rojas@example.com"]
)
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_strength(weak, email="ana.rojas@example.com")
    assert [fault.pointer for fault in refused.value.faults] == ["/password"]
    assert not weak or weak not in refused.value.message


def test_a_long_password_may_be_used() -> None:
    check_strength("correct horse battery", email="ana@example.com")


def test_secrets_are_long_random_and_recognisable() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith(TOKEN_PREFIX) and len(token) >= len(TOKEN_PREFIX) + 43 for token in tokens)
    assert len(new_cookie_secret()) >= 43
    assert digest("x") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


def test_a_csrf_token_belongs_to_one_sign_in() -> None:
    secret, other = new_cookie_secret(), new_cookie_secret()
    assert is_csrf_token(secret, csrf_token(secret))
    assert not is_csrf_token(secret, csrf_token(other))
    assert not is_csrf_token(secret, "")
    assert not is_csrf_token(secret, "ünïcode")
    assert csrf_token(secret) != digest(secret), "what is in a form does not tell what is in the database"
