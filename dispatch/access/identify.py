"""From what a client holds to who is asking."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import AccessToken, Device, SignIn, Technician, Territory, User, UserTerritory
from dispatch.access.errors import NotSignedIn
from dispatch.access.scope import elevated
from dispatch.access.secrets import TOKEN_PREFIX, digest
from dispatch.access.viewer import Viewer

TOUCH_AFTER: Final = timedelta(minutes=5)
"""A token's or sign-in's last use is written down again only after so long: reading stays reading."""


def viewer_by_token(session: Session, token: str, now: datetime) -> tuple[Viewer, AccessToken]:
    """Who holds this bearer token, and the token's row.

    Raises NotSignedIn when there is no such token, or it was revoked, ended, or belongs to nobody who may sign in.
    """
    with elevated(session, "sign-in"):
        row = session.scalar(select(AccessToken).where(AccessToken.token_sha256 == digest(token)))
        if row is None or not token.startswith(TOKEN_PREFIX):
            msg = "The token is not known; ask for a new one."
            raise NotSignedIn(msg)
        if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
            msg = f"The token {row.name!r} was revoked or has ended; ask for a new one."
            raise NotSignedIn(msg)
        if row.device_id is not None and _is_revoked(session, row.device_id):
            msg = f"The device of the token {row.name!r} was revoked; ask for a new one."
            raise NotSignedIn(msg)
        return _viewer(session, row.user_id, now), row


def viewer_by_cookie(session: Session, secret: str, now: datetime) -> tuple[Viewer, SignIn]:
    """Who signed in with this browser, and the sign-in's row.

    Raises NotSignedIn when nobody did, or it was revoked or has ended.
    """
    with elevated(session, "sign-in"):
        row = session.scalar(select(SignIn).where(SignIn.secret_sha256 == digest(secret)))
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            msg = "The sign-in has ended; sign in again."
            raise NotSignedIn(msg)
        return _viewer(session, row.user_id, now), row


def viewer_for(session: Session, user_id: int, now: datetime) -> Viewer:
    """The viewer that a user is.

    Raises NotSignedIn when the user is not active.
    """
    with elevated(session, "sign-in"):
        return _viewer(session, user_id, now)


def _viewer(session: Session, user_id: int, now: datetime) -> Viewer:
    user = session.get_one(User, user_id)
    if not user.active:
        msg = "This user may not sign in any more; ask an administrator."
        raise NotSignedIn(msg)
    if user.technician_id is not None:
        return _technician(session, user, user.technician_id, now)
    looked_after = session.scalars(select(UserTerritory.territory_id).where(UserTerritory.user_id == user.id))
    return Viewer(name=user.name, role=user.role, user_id=user.id, territory_ids=frozenset(looked_after))


def _technician(session: Session, user: User, technician_id: int, now: datetime) -> Viewer:
    home = session.execute(
        select(Territory.id, Territory.time_zone, Technician.active)
        .join(Technician, Technician.territory_id == Territory.id)
        .where(Technician.id == technician_id)
    ).one()
    if not home.active:
        msg = "This technician is not active any more; ask an administrator."
        raise NotSignedIn(msg)
    return Viewer(
        name=user.name,
        role=user.role,
        user_id=user.id,
        technician_id=technician_id,
        territory_ids=frozenset({home.id}),
        today=now.astimezone(ZoneInfo(home.time_zone)).date(),
    )


def _is_revoked(session: Session, device_id: int) -> bool:
    return session.scalar(select(Device.revoked_at).where(Device.id == device_id)) is not None


def is_worth_touching(row: AccessToken | SignIn, now: datetime) -> bool:
    """Whether the last use that is written down is so long ago that it should be written again."""
    return row.last_used_at is None or row.last_used_at <= now - TOUCH_AFTER


def touch_token(session: Session, token_id: int, now: datetime) -> None:
    """Writes down that a token was used."""
    with elevated(session, "sign-in"):
        session.get_one(AccessToken, token_id).last_used_at = now
        session.flush()


def touch_sign_in(session: Session, sign_in_id: int, now: datetime, lasts: timedelta) -> None:
    """Writes down that a sign-in was used, from when on it lasts `lasts` again."""
    with elevated(session, "sign-in"):
        row = session.get_one(SignIn, sign_in_id)
        row.last_used_at = now
        if row.revoked_at is None:
            row.expires_at = max(row.expires_at, now + lasts)
        session.flush()
