"""Signing in with a password, and out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import SignIn, User
from db.session import UnitOfWork
from dispatch.access import throttle
from dispatch.access.audit import note
from dispatch.access.errors import NotSignedIn
from dispatch.access.identify import viewer_by_token, viewer_for
from dispatch.access.passwords import Passwords
from dispatch.access.scope import elevated
from dispatch.access.secrets import digest, new_cookie_secret
from dispatch.access.viewer import Viewer
from dispatch.clock import Clock

REMEMBERED: Final = timedelta(days=30)
"""So long after its end a sign-in is still on record."""

SIGN_IN_LINK: Final = "sign-in link"
"""The name of a token that may be turned into a browser's sign-in."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in: the secret for the browser's cookie, until when it lasts, and who it is."""

    secret: str
    expires_at: datetime
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class Door:
    """Lets people in. A process: it needs transactions of its own, so that a failed attempt is counted.

    lasts: a sign-in ends this long after its last use.
    """

    uow: UnitOfWork
    clock: Clock
    passwords: Passwords
    lasts: timedelta

    def sign_in(self, email: str, password: str, *, address: str, previous_secret: str | None = None) -> SignedIn:
        """A new sign-in, with a secret of its own; the browser's previous one ends.

        Transactions: the attempt is counted; then, after the password was checked outside of any, the sign-in is made.

        Raises NotSignedIn when e-mail and password do not belong together, TooManyAttempts after too many of these.
        """
        email, now, system = tidy_email(email), self.clock.now(), Viewer.system("sign-in")
        with self.uow(viewer=system) as session:
            marks = throttle.count_attempt(session, email=email, address=address, now=now)
            user = session.scalar(select(User).where(User.email == email))
            kept = user.password_hash if user is not None and user.active else None
            session.commit()
        if not self.passwords.matches(kept, password) or user is None or kept is None:
            msg = "E-mail address and password do not belong together."
            raise NotSignedIn(msg)
        with self.uow(viewer=system) as session:
            throttle.forgive(session, email=email, address=address, marks=marks)
            self._refresh_hash(session, user.id, kept, password)
            if previous_secret is not None:
                end_sign_in(session, previous_secret, now)
            signed_in = self._open(session, user.id, now)
            session.commit()
        return signed_in

    def sign_in_by_link(self, token: str, *, previous_secret: str | None = None) -> SignedIn:
        """A new sign-in for who holds a token that was made to sign in with; the browser's previous one ends.

        Other tokens are for clients: with a sign-in, their holder could make further ones.

        Raises NotSignedIn when the token is not known, has ended, or is for a client.
        """
        now = self.clock.now()
        with self.uow(viewer=Viewer.system("sign-in")) as session:
            _, row = viewer_by_token(session, token, now)
            if row.name != SIGN_IN_LINK:
                msg = f"The token {row.name!r} is for a client; sign in with your password, or ask for a sign-in link."
                raise NotSignedIn(msg)
            if previous_secret is not None:
                end_sign_in(session, previous_secret, now)
            signed_in = self._open(session, row.user_id, now)
            session.commit()
        return signed_in

    def _refresh_hash(self, session: Session, user_id: int, kept: str, password: str) -> None:
        user = session.get_one(User, user_id)
        if user.password_hash != kept:
            msg = "The password was changed just now; sign in again."
            raise NotSignedIn(msg)
        if self.passwords.is_outdated(kept):
            user.password_hash = self.passwords.hash(password)

    def _open(self, session: Session, user_id: int, now: datetime) -> SignedIn:
        viewer = viewer_for(session, user_id, now)
        session.execute(delete(SignIn).where(SignIn.user_id == user_id, SignIn.expires_at <= now - REMEMBERED))
        secret = new_cookie_secret()
        row = SignIn(
            user_id=user_id,
            secret_sha256=digest(secret),
            created_at=now,
            expires_at=now + self.lasts,
            last_used_at=now,
        )
        session.add(row)
        session.flush()
        note(session, viewer, "sign in", row)
        session.flush()
        return SignedIn(secret, row.expires_at, viewer)


def end_sign_in(session: Session, secret: str, now: datetime) -> None:
    """Ends the sign-in with this cookie secret; does nothing when there is none. Flushes."""
    with elevated(session, "sign-out"):
        row = session.scalar(select(SignIn).where(SignIn.secret_sha256 == digest(secret)))
        if row is not None and row.revoked_at is None:
            row.revoked_at = now
        session.flush()


def tidy_email(email: str) -> str:
    """An e-mail address as it is kept and compared: without outer spaces, in lower case."""
    return email.strip().lower()
