"""The application over a database with two territories, and clients in every role."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from argon2 import PasswordHasher
from fastapi import FastAPI

from api.app import create_app
from db.models import Role
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.access.passwords import Passwords
from dispatch.access.users import issue_token, set_password
from dispatch.clock import FixedClock
from dispatch.settings import Settings
from tests.builders.world import World, build_world

with warnings.catch_warnings():
    # Starlette's client asks for another HTTP library, of which the project has no other use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["CHEAP", "PASSWORD", "Served", "TestClient", "serve"]

CHEAP: Final = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Hashes that cost nothing, so that tests are fast."""

PASSWORD: Final = "correct horse battery"


@dataclass
class Served:
    """The application, its database, and a token for each user of the world by name; "anonymous" has none."""

    app: FastAPI
    uow: UnitOfWork
    clock: FixedClock
    world: World
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, who: str = "anonymous", **options: Any) -> TestClient:
        """A client that sends this user's token."""
        headers = {} if who == "anonymous" else {"Authorization": f"Bearer {self.tokens[who]}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False, **options)


def serve(uow: UnitOfWork, clock: FixedClock, settings: Mapping[str, Any] | None = None, **options: Any) -> Served:
    """The application over a fresh world; `settings` over the defaults, `options` for `create_app`."""
    with uow(viewer=Viewer.system()) as session:
        world = build_world(session)
        tokens = {}
        for name, user_id in world.users.items():
            _, tokens[name] = issue_token(session, Viewer.system(), user_id, name="test", now=clock.now())
        session.commit()
    app = create_app(Settings(**(settings or {})), uow, clock, passwords=CHEAP, **options)
    return Served(app, uow, clock, world, tokens)


def give_password(served: Served, who: str, password: str = PASSWORD) -> str:
    """Gives a user a password; answers their e-mail address."""
    with served.uow(viewer=Viewer.system()) as session:
        user = set_password(
            session, Viewer.system(), served.world.users[who], password, passwords=CHEAP, now=served.clock.now()
        )
        session.commit()
        return user.email


ROLES: Final = tuple(role.value for role in Role)
