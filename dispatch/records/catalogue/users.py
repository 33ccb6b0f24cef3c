"""Users, their devices and tokens."""

from db.models import AccessToken, Device, User, UserTerritory
from dispatch.records.nouns import Collection, Noun

USERS = Noun(
    User,
    collections=(Collection("territories", UserTerritory, "user_id", ("territory_id",)),),
    search=("name", "email"),
)
DEVICES = Noun(Device)
TOKENS = Noun(AccessToken)
