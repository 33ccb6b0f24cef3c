"""Users, their devices and tokens."""

from sqlalchemy.orm import Session

from db.models import AccessToken, Device, Role, User, UserTerritory
from dispatch.access import Viewer
from dispatch.access.users import check_ties, keep_an_administrator, revoke_everything
from dispatch.errors import Fault
from dispatch.records.nouns import Collection, Draft, Noun, Values


def _check_user(session: Session, draft: Draft[User]) -> list[Fault]:
    user, before = draft.row, draft.before
    was_administrator = before.get("role", user.role) is Role.ADMINISTRATOR and before.get("active", user.active)
    if was_administrator and not (user.active and user.role is Role.ADMINISTRATOR):
        keep_an_administrator(session, user)
    if before.get("active") and not user.active:
        revoke_everything(session, user.id, session.info["now"]())
    given = draft.hanging.get("territories")
    territories = frozenset(each["territory_id"] for each in given or ())
    return check_ties(session, user.role, user.technician_id, territories, but=user.id)


def _for_oneself(_session: Session, viewer: Viewer, values: Values) -> Values:
    """A device is one's own unless said otherwise."""
    return values | {"user_id": values.get("user_id") or viewer.user_id}


USERS = Noun(
    User,
    collections=(Collection("territories", UserTerritory, "user_id", ("territory_id",)),),
    search=("name", "email"),
    check=_check_user,
)
DEVICES = Noun(Device, prepare=_for_oneself)
TOKENS = Noun(AccessToken)
