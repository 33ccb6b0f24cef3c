"""A company whose customers choose times: two technicians, their shifts, work orders that wait for a customer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.cli.running import bind
from api.cli.serve import address
from api.pages.drawing import Drawing
from api.pages.install import install
from api.services import Services
from db.engine import make_engine
from db.models import (
    Appointment,
    AppointmentStatus,
    Contact,
    LinkKind,
    Plan,
    Shift,
    Site,
    Stop,
    Visit,
    VisitLink,
    WorkOrder,
    WorkOrderStatus,
)
from db.operations import upgrade
from db.session import Session, UnitOfWork
from dispatch.access import Viewer
from dispatch.appointments.links import links
from dispatch.clock import FixedClock
from dispatch.settings import Settings
from dispatch.travel.straight import StraightLine
from tests.api.served import CHEAP
from tests.builders.planning import Company, at, spot

SYSTEM: Final = Viewer.system("test")
MONDAY: Final = date(2026, 3, 2)
PHONE: Final = "+56 9 8765 4321"
ANSWER: Final = "4321"
HOUSE: Final = "1207"


@dataclass
class CustomerSite:
    """The application, its database, and who its customer is."""

    app: FastAPI
    uow: UnitOfWork
    clock: FixedClock
    contact_id: int
    address: str = ""
    orders: list[int] = field(default_factory=list)

    @property
    def services(self) -> Services:
        """What the application works with."""
        services: Services = self.app.state.services
        return services

    def order(self, place: int = 3, *, together: bool = False, **fields: Any) -> int:
        """A work order with a visit that waits for an appointment; or with two that start together."""
        with self.uow(viewer=SYSTEM) as session:
            return _add_order(session, place, fields, 2 if together else 1)

    def link(self, order_id: int | None = None, **given: Any) -> str:
        """The token of a link to a work order of its own, for the contact who may decide."""
        order_id = self.order() if order_id is None else order_id
        self.orders.append(order_id)
        options = {"contact_id": self.contact_id, "may_decide": True, **given}

        def issue(session: Session) -> str:
            return links.issue(session, self.services.link_key, order_id, **options)[1]

        return self.uow.run(issue, viewer=SYSTEM)

    def path(self, order_id: int | None = None, **given: Any) -> str:
        """The address of a link's page."""
        return f"/a/{self.link(order_id, **given)}"

    def appointments(self, order_id: int | None = None) -> list[Appointment]:
        """The appointments of a work order, the last one that got a link unless told."""
        wanted = self.orders[-1] if order_id is None else order_id
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return session.query(Appointment).filter_by(work_order_id=wanted).order_by(Appointment.id).all()

    def statuses(self, order_id: int | None = None) -> list[AppointmentStatus]:
        """The states of these."""
        return [row.status for row in self.appointments(order_id)]

    def publish(self, local_date: date) -> None:
        """Tells the technicians and customers of a day's plan."""
        with self.uow(viewer=SYSTEM) as session:
            plan = session.query(Plan).filter_by(local_date=local_date).one()
            plan.published_at = self.clock.now()
            session.commit()

    def stops(self) -> int:
        """How many stops all plans have."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return session.query(Stop).count()

    def rows(self) -> tuple[int, int]:
        """How many appointments and stops there are."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return session.query(Appointment).count(), session.query(Stop).count()


def _add_order(session: Session, place: int, fields: dict[str, Any], people: int) -> int:
    """One more work order of the company in the database, with a visit."""
    like = session.query(WorkOrder).order_by(WorkOrder.id.desc()).first()
    assert like is not None
    old = session.get_one(Site, like.site_id)
    lon, lat = spot(place)
    site = Site(
        organisation_id=old.organisation_id,
        territory_id=old.territory_id,
        name=f"Site {like.id}",
        street="Avenida del Mar",
        house_number=HOUSE,
        city="La Serena",
        country="CL",
        longitude=lon,
        latitude=lat,
    )
    session.add(site)
    session.flush()
    given = {"status": WorkOrderStatus.READY, "unserved_cost": 100_000, "reported_at": like.reported_at, **fields}
    order = WorkOrder(
        number=f"WO-{1000 + like.id}",
        work_type_id=like.work_type_id,
        territory_id=like.territory_id,
        site_id=site.id,
        summary="Somebody else's words",
        **given,
    )
    session.add(order)
    session.flush()
    visits = [Visit(work_order_id=order.id, duration_seconds=3600, sequence=each + 1) for each in range(people)]
    session.add_all(visits)
    session.flush()
    for visit in visits[1:]:
        session.add(VisitLink(kind=LinkKind.SAME_START, visit_id=visits[0].id, other_id=visit.id))
    session.commit()
    return order.id


def people(session: Session) -> int:
    """Two technicians with shifts of a fortnight, and a contact; the contact's id."""
    company = Company(session)
    company.work_type.name = "Boiler service"
    workers = [company.technician(0, name="Paz Olivares"), company.technician(2, name="Diego Rojas")]
    for day in range(1, 14):
        local = MONDAY + timedelta(days=day)
        if local.weekday() < 5:
            for worker in workers:
                session.add(
                    Shift(
                        technician_id=worker.id, starts_at=at(8, 0, local), ends_at=at(17, 0, local), local_date=local
                    )
                )
    contact = company.add(
        Contact(organisation_id=company.owner.id, name="Luz Vera", function="tenant", phone=PHONE, language="en")
    )
    company.order(company.site(1))
    session.flush()
    return contact.id


def make_site(uow: UnitOfWork, clock: FixedClock, folder: Path, **settings: Any) -> CustomerSite:
    """The application over a fresh company."""
    with uow(viewer=SYSTEM) as session:
        contact_id = people(session)
        session.commit()
    given = {"data_dir": folder, "company_name": "Faro Servicios", "company_phone": "+56 51 255 0100", **settings}
    app = create_app(Settings(**given), uow, clock, passwords=CHEAP, travel=StraightLine())
    install(app, Drawing(StraightLine(), None))
    return CustomerSite(app, uow, clock, contact_id)


@contextmanager
def serving_customers(folder: Path) -> Iterator[CustomerSite]:
    """The application on a real server."""
    url = f"sqlite:///{folder / 'customers.sqlite3'}"
    upgrade(url)
    clock = FixedClock(at(7, 0, MONDAY))
    engine = make_engine(url)
    site = make_site(UnitOfWork(engine, now=clock.now), clock, folder)
    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(site.app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        site.address = address(bound)
        yield site
    finally:
        server.should_exit = True
        thread.join()
        bound.close()
        engine.dispose()
