"""Passwords: Argon2id (RFC 9106), hashed anew when the parameters change."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from dispatch.errors import Fault, Invalid

SHORTEST: Final = 12
LONGEST: Final = 200


@dataclass(frozen=True)
class Passwords:
    """Hashes and checks passwords with one set of Argon2 parameters; the library's defaults unless given."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def hash(self, password: str) -> str:
        """The hash to keep, with its parameters and salt."""
        return self.hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one hashed. Takes as long for a user without a password, or no user at all."""
        try:
            self.hasher.verify(kept or self._nobodys, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than the present ones."""
        return self.hasher.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self.hasher.hash("the password of nobody")


def check_strength(password: str, *, email: str, field_name: str = "password") -> None:
    """Nothing, when the password may be used: length matters, kinds of characters do not (NIST SP 800-63B).

    Raises Invalid when it is too short or long, or is the e-mail address.
    """
    problem = None
    if not SHORTEST <= len(password) <= LONGEST:
        problem = f"has {len(password)} characters; use {SHORTEST} to {LONGEST}"
    elif password.casefold() == email.casefold():
        problem = "is the e-mail address; choose another"
    elif len(set(password)) < 5:
        problem = "repeats a few characters; use at least 5 different ones"
    if problem is not None:
        msg = f"The password {problem}."
        raise Invalid(msg, (Fault(f"/{field_name}", msg),))
