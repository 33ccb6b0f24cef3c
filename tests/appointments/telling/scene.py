"""A customer with a thread, a work order and a technician; messages go to a real mail server on loopback."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from api.reception import receivers_of, telling_of, times_of
from db import models as m
from db.session import UnitOfWork
from dispatch.appointments.holding import following
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.appointments.telling import delaying, reminding
from dispatch.clock import FixedClock
from dispatch.compute.outbox import deliver
from dispatch.records.catalogue.work import VISITS, WORK_ORDERS
from dispatch.records.keep import edit
from dispatch.records.views import tag_of
from dispatch.settings import MailSecurity, Settings
from tests.appointments.holding.desk import Desk
from tests.builders.planning import Company, at
from tests.messaging.test_mail_out import Post
from tests.planning.common import ROADS, SYSTEM

HOUSE = "4711"
PHONE = "+56 51 255 9876"
SECRETS = ("code 2468", "under the mat")


@dataclass
class Scene:
    """Appointments of one work order, and what its parties are told of them."""

    desk: Desk
    post: Post
    settings: Settings
    order: m.WorkOrder
    visit: m.Visit
    contact: m.Contact
    talk: m.Conversation | None
    numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, uow: UnitOfWork, clock: FixedClock, company: Company, post: Post, folder: Any, **more: Any) -> "Scene":
        """The scene; more: settings besides, `ticket`: whether they have reported anything."""
        company.crew(1)
        site = company.site(1, access_notes=SECRETS[0])
        site.house_number = HOUSE
        order = company.order(site)
        visit = company.visit(order=order)
        owner = company.owner.id
        contact = company.add(
            m.Contact(organisation_id=owner, name="Ana Rojas", function="site manager", email="ana@vecinos.example",
                      phone=PHONE, language="en")
        )  # fmt: skip
        ticket = more.pop("ticket", True)
        settings = Settings(
            data_dir=folder, smtp_host="127.0.0.1", smtp_port=post.port, smtp_security=MailSecurity.NONE,
            mail_from="Puntal <service@puntal.example>", company_name="Puntal", public_url="https://puntal.example",
            **more,
        )  # fmt: skip
        scene = cls(Desk(uow, clock, company), post, settings, order, visit, contact, None)
        scene.talk = scene.report(contact) if ticket else None
        company.session.commit()
        return scene

    def report(self, contact: m.Contact, channel: m.Channel = m.Channel.EMAIL, **fields: Any) -> m.Conversation:
        """A ticket of the contact in the order, with its thread."""
        add, count = self.desk.company.add, self.numbers.setdefault("ticket", 0) + 1
        self.numbers["ticket"] = count
        ticket = add(
            m.Ticket(number=f"T-{count}", channel=channel, contact_id=contact.id, site_id=self.order.site_id,
                     subject=f"Lift stuck at number {HOUSE}", received_at=at(0) - timedelta(days=2, minutes=-count),
                     organisation_id=fields.pop("organisation_id", contact.organisation_id), **fields)
        )  # fmt: skip
        talk = add(m.Conversation(ticket_id=ticket.id, contact_id=contact.id, language=contact.language))
        add(m.TicketMembership(ticket_id=ticket.id, work_order_id=self.order.id, joined_at=ticket.received_at))
        self.desk.company.session.commit()
        return talk

    def book(self, first: int = 9, last: int | None = None) -> m.Appointment:
        """Confirms a window of the visit, for a call taker."""
        wanted = SlotWanted(self.order.id, at(first), at(first + 2 if last is None else last))
        return self.desk.confirm(wanted)

    def run(self) -> int:
        """Delivers all that is due, and what comes of it."""
        self.desk.company.session.commit()
        uow, clock = self.desk.uow, self.desk.clock
        return deliver(uow, clock, receivers_of(self.settings, uow, clock), 1000)

    def mails(self) -> list[EmailMessage]:
        """The mails that came out since one looked."""
        self.run()
        taken, self.post.taken = self.post.taken, []
        return [mail for _, mail in taken]

    def bodies(self) -> list[str]:
        """Their words."""
        return [words(mail) for mail in self.mails()]

    def remind(self) -> int:
        """Looks for reminders that are due."""
        return reminding.remind_due(self.desk.uow, self.desk.clock, times_of(self.settings))

    def delays(self) -> int:
        """Looks for delays."""
        return delaying.tell_delays(self.desk.uow, self.desk.clock, telling_of(self.settings))

    def go(self, visit: m.Visit, status: m.VisitStatus, **values: Any) -> None:
        """Somebody notes what they do."""

        def work(session: Any) -> None:
            row = session.get_one(m.Visit, visit.id)
            edit(session, SYSTEM, VISITS, visit.id, tag_of(row), {"status": status, **values})

        self.desk.act(work)

    def call_off(self) -> None:
        """Somebody cancels the work order, and its appointments follow."""

        def work(session: Any) -> None:
            row = session.get_one(m.WorkOrder, self.order.id)
            edit(session, SYSTEM, WORK_ORDERS, row.id, tag_of(row), {"status": m.WorkOrderStatus.CANCELLED})

        self.desk.act(work)
        self.run()
        following.follow_due(self.desk.uow, self.desk.clock, ROADS)

    def until(self, instant: datetime) -> None:
        """Lets the time come."""
        self.desk.clock.instant = instant

    def messages(self) -> list[m.Message]:
        """All that was written, sent or not."""
        with self.desk.uow(viewer=SYSTEM) as session:
            return list(session.scalars(select(m.Message).order_by(m.Message.id)))


def words(mail: EmailMessage) -> str:
    """What a mail says, without its files."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def calendars(mails: Iterable[EmailMessage]) -> list[EmailMessage]:
    """The calendar files of mails."""
    return [part for mail in mails for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"]
