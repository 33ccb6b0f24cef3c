"""The pages of intake over the sample company, on a real server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import uvicorn

from api.app import create_app
from api.cli.running import bind
from api.cli.serve import address
from api.pages.drawing import Drawing
from api.pages.install import install
from db.engine import make_engine
from db.models import Contact, Role, Ticket, TicketStatus, User
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.access.sign_ins import SIGN_IN_LINK
from dispatch.access.users import issue_token
from dispatch.clock import FixedClock
from dispatch.settings import Settings
from dispatch.travel.straight import StraightLine
from fixtures.company import Size, generate, load

DAY: Final = date(2026, 3, 2)
SYSTEM: Final = Viewer.system("test")


@dataclass(frozen=True)
class Desk:
    """Where the server is, a token of a call taker, and somebody who may call."""

    address: str
    token: str
    phone: str
    name: str
    ticket_id: int


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """A server with a small sample company."""
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    upgrade(url)
    clock = FixedClock(datetime(2026, 3, 2, 11, tzinfo=UTC))
    engine = make_engine(url)
    uow = UnitOfWork(engine, now=clock.now)
    with uow(viewer=SYSTEM) as session:
        load(session, generate(1, DAY, Size(visits=60, technicians=8, months=1)))
        user = session.query(User).filter_by(role=Role.CALL_TAKER).order_by(User.id).first()
        assert user is not None
        _, token = issue_token(session, SYSTEM, user.id, name=SIGN_IN_LINK, now=clock.now(), lasts=timedelta(days=1))
        ticket = session.query(Ticket).filter_by(status=TicketStatus.OPEN, emergency=True).order_by(Ticket.id).first()
        assert ticket is not None
        caller = session.get_one(Contact, ticket.contact_id)
        found = (token, caller.phone or "", caller.name, ticket.id)
        session.commit()
    app = create_app(Settings(data_dir=folder), uow, clock)
    install(app, Drawing(StraightLine(), None))
    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield Desk(address(bound), *found)
    finally:
        server.should_exit = True
        thread.join()
        bound.close()
        engine.dispose()
