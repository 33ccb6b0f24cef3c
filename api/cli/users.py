"""What dispatch user does, as the operator."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from rich.table import Table

from api.cli.context import opened
from db.models import Role, Technician, Territory, User
from db.session import Session
from dispatch.access import Viewer
from dispatch.access import users as access
from dispatch.access.passwords import Passwords
from dispatch.access.sign_ins import SIGN_IN_LINK
from dispatch.clock import SystemClock
from dispatch.errors import Invalid, NotFound
from dispatch.settings import settings

T = TypeVar("T")

OPERATOR = Viewer.system("operator")


def role_of(said: str) -> Role:
    """The role of that name.

    Raises Invalid, which lists all.
    """
    try:
        return Role(said.lower().replace("-", "_"))
    except ValueError:
        raise Invalid(f"--role {said!r} is not known; choose one of {', '.join(Role)}") from None


def create(
    email: str, name: str, role: Role, password: str | None, technician: str | None, territories: Sequence[str]
) -> tuple[str, str | None]:
    """Makes a user, and says whom, and what to know about them if anything.

    Raises as `create_user`, and NotFound for codes there are none of.
    """
    if role is Role.TECHNICIAN and technician is None:
        raise Invalid("a user with the role technician is one of the technicians; give --technician CODE")

    def make(session: Session) -> tuple[str, str | None]:
        user = access.create_user(
            session,
            OPERATOR,
            name=name,
            email=email,
            role=role,
            passwords=Passwords(),
            password=password,
            technician_id=None if technician is None else _id(session, Technician, technician),
            territory_ids=frozenset(_id(session, Territory, code) for code in territories),
        )
        told = f"user {user.id}: {user.name} <{user.email}>, {user.role.value}"
        return told, None if territories else _blind(user)

    return _write(make)


def _blind(user: User) -> str | None:
    """What to know about a user who was given no territory."""
    if user.role not in (Role.SCHEDULER, Role.CALL_TAKER):
        return None
    return (
        f"{user.email} sees nothing until given a territory: an administrator does so by PATCH /v1/users/{user.id}; "
        "the option --territory CODE does when a user is made"
    )


def require(email: str) -> None:
    """Nothing, when there is such a user.

    Raises NotFound.
    """
    with opened(_url()) as uow, uow(viewer=OPERATOR, read_only=True) as session:
        _user(session, email)


def change_password(email: str, password: str) -> str:
    """Gives a new password, and says so. Raises NotFound, Invalid for a weak one."""

    def change(session: Session) -> str:
        user = _user(session, email)
        now = SystemClock().now()
        access.set_password(session, OPERATOR, user.id, password, passwords=Passwords(), now=now)
        return f"{user.email} has a new password; all their sign-ins have ended"

    return _write(change)


def token(email: str, name: str, days: int) -> str:
    """The secret of a new token. Raises NotFound."""

    def issue(session: Session) -> str:
        user, now = _user(session, email), SystemClock().now()
        return access.issue_token(session, OPERATOR, user.id, name=name, now=now, lasts=timedelta(days=days))[1]

    return _write(issue)


def sign_in_token(email: str) -> str:
    """The secret of a new token that signs a browser in, for a day. Raises NotFound."""
    return token(email, SIGN_IN_LINK, 1)


def deactivate(email: str) -> str:
    """Keeps a user out, and says so. Raises NotFound, RuleBroken for the last administrator."""

    def end(session: Session) -> str:
        user = access.deactivate(session, OPERATOR, _user(session, email).id, now=SystemClock().now())
        return f"{user.email} may not sign in any more"

    return _write(end)


def table() -> Table:
    """All users."""
    users = Table("id", "name", "e-mail", "role", "signs in with", box=None, pad_edge=False, header_style="bold")
    with opened(_url()) as uow, uow(viewer=OPERATOR, read_only=True) as session:
        for user in session.query(User).order_by(User.id):
            way = "password" if user.password_hash else "tokens only"
            users.add_row(str(user.id), user.name, user.email, user.role.value, way if user.active else "deactivated")
    return users


def _url() -> str:
    return settings().database_url.get_secret_value()


def _write(work: Callable[[Session], T]) -> T:
    with opened(_url()) as uow:
        return uow.run(work, viewer=OPERATOR)


def _user(session: Session, email: str) -> User:
    user = session.query(User).filter_by(email=email.strip().lower()).one_or_none()
    if user is None:
        raise NotFound(f"there is no user with the e-mail address {email}; dispatch user list shows all")
    return user


def _id(session: Session, model: Any, code: str) -> int:
    found = session.query(model.id).filter_by(code=code).scalar()
    if found is None:
        raise NotFound(f"there is no {model.__tablename__} with the code {code}")
    return int(found)
