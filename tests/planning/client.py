"""HTTP clients of a company's users, on a real server; and a worker beside it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from db.models import Role, User, UserTerritory
from db.session import UnitOfWork
from dispatch.access.users import issue_token
from dispatch.clock import Clock
from dispatch.compute.solving import Solve
from dispatch.compute.worker import Worker
from dispatch.planning.runs import JOB_KIND, RunHandler
from dispatch.settings import Settings
from dispatch.travel.places import TravelTimes
from tests.builders.planning import Company, quick_solve
from tests.planning.common import ROADS, SYSTEM


@contextmanager
def serving(
    uow: UnitOfWork,
    clock: Clock,
    travel: TravelTimes = ROADS,
    *,
    prepare: Callable[[FastAPI], None] | None = None,
) -> Iterator[str]:
    """The application on a free port of loopback, with what `prepare` adds to it; its address."""
    app = create_app(Settings(), uow, clock, travel=travel)
    if prepare is not None:
        prepare(app)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=20))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # The socket listens already, so a client that is quicker than the server is kept waiting and not refused.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


def client_of(
    address: str, uow: UnitOfWork, clock: Clock, company: Company, role: Role = Role.SCHEDULER, **fields: Any
) -> httpx.Client:
    """A client with the token of a new user of this role who looks after the company's territory."""
    company.session.commit()
    with uow(viewer=SYSTEM) as session:
        user = User(name=role.value, email=f"{role.value}@example.com", role=role, **fields)
        session.add(user)
        session.flush()
        session.add(UserTerritory(user_id=user.id, territory_id=company.territory.id))
        _, secret = issue_token(session, SYSTEM, user.id, name="test", now=clock.now(), lasts=timedelta(days=1))
        session.commit()
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {secret}"}, timeout=30)


def worker_of(uow: UnitOfWork, clock: Clock, solve: Solve = quick_solve) -> Worker:
    """A worker that carries out planning runs."""
    return Worker(uow, clock, {JOB_KIND: RunHandler(uow, clock, ROADS, solve)}, timedelta(seconds=60), "worker")
