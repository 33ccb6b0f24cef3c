"""Users and their tokens."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.models import AccessToken, Device, Role, SignIn, Technician, Territory, User, UserTerritory
from dispatch.access.audit import note
from dispatch.access.passwords import Passwords, check_strength
from dispatch.access.permissions import Action, require
from dispatch.access.scope import elevated
from dispatch.access.secrets import digest, new_token
from dispatch.access.sign_ins import tidy_email
from dispatch.access.viewer import Viewer
from dispatch.errors import Conflict, Fault, Forbidden, Invalid, NotFound, RuleBroken

LONGEST_TOKEN: Final = timedelta(days=366)


def create_user(
    session: Session,
    viewer: Viewer,
    *,
    name: str,
    email: str,
    role: Role,
    passwords: Passwords,
    password: str | None = None,
    technician_id: int | None = None,
    territory_ids: frozenset[int] = frozenset(),
) -> User:
    """A new user, flushed. Without a password they can only be given tokens.

    Raises Forbidden, Invalid (password, technician, territories), Conflict when the e-mail address is taken.
    """
    require(viewer, Action.CREATE, User)
    email = tidy_email(email)
    _check_named(name, email)
    if password is not None:
        check_strength(password, email=email)
    faults = check_ties(session, role, technician_id, territory_ids)
    if faults:
        msg = f"The user cannot be made like this: {' '.join(fault.message for fault in faults)}"
        raise Invalid(msg, tuple(faults))
    with elevated(session, "users"):
        if session.scalar(select(User.id).where(User.email == email)) is not None:
            msg = f"There is already a user with the e-mail address {email}; choose another, or edit that user."
            raise Conflict(msg)
    user = User(
        name=name.strip(),
        email=email,
        role=role,
        technician_id=technician_id,
        password_hash=None if password is None else passwords.hash(password),
    )
    session.add(user)
    session.flush()
    session.add_all(UserTerritory(user_id=user.id, territory_id=each) for each in sorted(territory_ids))
    note(session, viewer, "create", user, {"email": (None, email), "role": (None, role)})
    session.flush()
    return user


def _check_named(name: str, email: str) -> None:
    if not name.strip():
        msg = "A user needs a name; give one."
        raise Invalid(msg, (Fault("/name", msg),))
    before, _, after = email.partition("@")
    if not (before and after):
        msg = f"{email!r} is no e-mail address; write it like ana@example.com"
        raise Invalid(msg, (Fault("/email", msg),))


def create_administrator(session: Session, *, name: str, email: str, password: str, passwords: Passwords) -> User:
    """An administrator, made by the operator at the command line; flushed.

    Raises Invalid for a weak password, Conflict when the e-mail address is taken.
    """
    return create_user(
        session,
        Viewer.system("operator"),
        name=name,
        email=email,
        role=Role.ADMINISTRATOR,
        password=password,
        passwords=passwords,
    )


def check_ties(
    session: Session, role: Role, technician_id: int | None, territory_ids: frozenset[int], *, but: int = 0
) -> list[Fault]:
    """A fault for each technician or territory that a user of this role cannot be tied to.

    but: the id of the user itself, which may be tied to its technician already.
    """
    faults = []
    if (role is Role.TECHNICIAN) != (technician_id is not None):
        faults.append(Fault("/technician_id", "A user with the role technician names a technician; no other does."))
    elif technician_id is not None and session.get(Technician, technician_id) is None:
        faults.append(Fault("/technician_id", f"There is no technician {technician_id}."))
    elif technician_id is not None:
        with elevated(session, "users"):
            taken = session.scalar(select(User.id).where(User.technician_id == technician_id, User.id != but))
        if taken is not None:
            faults.append(Fault("/technician_id", f"Technician {technician_id} already is the user {taken}."))
    if territory_ids and role not in (Role.SCHEDULER, Role.CALL_TAKER):
        faults.append(Fault("/territories", "Only schedulers and call takers look after territories."))
    known = set(session.scalars(select(Territory.id).where(Territory.id.in_(territory_ids))))
    return faults + [Fault("/territories", f"There is no territory {each}.") for each in sorted(territory_ids - known)]


def set_password(
    session: Session,
    viewer: Viewer,
    user_id: int,
    password: str,
    *,
    passwords: Passwords,
    now: datetime,
    current: str | None = None,
) -> User:
    """Gives a user a new password and ends all their sign-ins; who changes their own proves the `current` one.

    Raises Forbidden, NotFound, Invalid for a weak password.
    """
    user = _user(session, user_id)
    if viewer.user_id == user.id:
        if not passwords.matches(user.password_hash, current or ""):
            msg = "The current password is wrong."
            raise Forbidden(msg)
    else:
        require(viewer, Action.EDIT, User)
    check_strength(password, email=user.email)
    before, user.password_hash = user.password_hash, passwords.hash(password)
    session.flush()
    _end_sign_ins(session, user.id, now)
    note(session, viewer, "set password", user, {"password_hash": (before, user.password_hash)})
    session.flush()
    return user


def deactivate(session: Session, viewer: Viewer, user_id: int, *, now: datetime) -> User:
    """Ends everything the user could come in with: sign-ins, tokens, devices.

    Raises Forbidden, NotFound, RuleBroken for the last active administrator.
    """
    require(viewer, Action.EDIT, User)
    user = _user(session, user_id)
    if user.role is Role.ADMINISTRATOR and user.active:
        keep_an_administrator(session, user)
    was, user.active = user.active, False
    session.flush()
    revoke_everything(session, user.id, now)
    note(session, viewer, "deactivate", user, {"active": (was, False)})
    session.flush()
    return user


def keep_an_administrator(session: Session, user: User) -> None:
    """Nothing, when somebody else could still administer the system.

    Raises RuleBroken when no administrator but `user` is active.
    """
    with elevated(session, "users"), session.no_autoflush:
        other = session.scalar(
            select(User.id).where(User.role == Role.ADMINISTRATOR, User.active, User.id != user.id).limit(1)
        )
    if other is None:
        msg = f"User {user.id} is the last active administrator; make another one first."
        raise RuleBroken(msg)


def revoke_everything(session: Session, user_id: int, now: datetime) -> None:
    """Ends all sign-ins, tokens and devices of a user."""
    _end_sign_ins(session, user_id, now)
    with elevated(session, "users"):
        for kind in (AccessToken, Device):
            session.execute(
                update(kind).where(kind.user_id == user_id, kind.revoked_at.is_(None)).values(revoked_at=now)
            )


def _end_sign_ins(session: Session, user_id: int, now: datetime) -> None:
    with elevated(session, "users"):
        session.execute(
            update(SignIn).where(SignIn.user_id == user_id, SignIn.revoked_at.is_(None)).values(revoked_at=now)
        )


def issue_token(
    session: Session,
    viewer: Viewer,
    user_id: int,
    *,
    name: str,
    now: datetime,
    lasts: timedelta = LONGEST_TOKEN,
    device_id: int | None = None,
) -> tuple[AccessToken, str]:
    """A token for a client of this user, and its secret, which is shown this once and not kept; flushed.

    Everybody may make tokens for themselves; for others only administrators and the operator.

    Raises Forbidden, NotFound, Invalid when it would last longer than 366 days, or the device is another user's.
    """
    require(viewer, Action.CREATE, AccessToken)
    user = _user(session, user_id)
    if viewer.user_id != user.id and not viewer.sees_everything:
        msg = f"Only an administrator makes tokens for other users, here for user {user_id}."
        raise Forbidden(msg)
    if not timedelta(0) < lasts <= LONGEST_TOKEN:
        msg = f"A token lasts up to {LONGEST_TOKEN.days} days, not {lasts / timedelta(days=1):g}."
        raise Invalid(msg, (Fault("/days", msg),))
    owner = select(Device.id).where(Device.id == device_id, Device.user_id == user.id)
    if device_id is not None and session.scalar(owner) is None:
        msg = f"User {user.id} has no device {device_id}; register it first."
        raise Invalid(msg, (Fault("/device_id", msg),))
    secret = new_token()
    token = AccessToken(
        user_id=user.id,
        device_id=device_id,
        name=name,
        token_sha256=digest(secret),
        created_at=now,
        expires_at=now + lasts,
    )
    session.add(token)
    session.flush()
    note(session, viewer, "issue", token, {"name": (None, name), "expires_at": (None, token.expires_at)})
    session.flush()
    return token, secret


def revoke_token(session: Session, viewer: Viewer, token_id: int, *, now: datetime) -> AccessToken:
    """Ends a token; one that has ended stays as it is.

    Raises NotFound when there is none, or it is somebody else's.
    """
    require(viewer, Action.DELETE, AccessToken)
    token = session.scalar(select(AccessToken).where(AccessToken.id == token_id))
    if token is None:
        msg = f"There is no token {token_id}."
        raise NotFound(msg)
    if token.revoked_at is None:
        token.revoked_at = now
        note(session, viewer, "revoke", token, {"revoked_at": (None, now)})
        session.flush()
    return token


def _user(session: Session, user_id: int) -> User:
    user = session.scalar(select(User).where(User.id == user_id))
    if user is None:
        msg = f"There is no user {user_id}."
        raise NotFound(msg)
    return user
