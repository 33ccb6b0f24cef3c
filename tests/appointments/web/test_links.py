"""Links of customers, and the one thing that is asked of who comes by them."""

import hashlib
import secrets
import threading
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, event

from db.models import Contact, CustomerLink, LinkPurpose, Site, WorkOrder
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.appointments.links import links
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.links.knowing import NoAnswer, NoTries, Question, WrongAnswer, answer, asked
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.links.links import LinkGone
from dispatch.clock import FixedClock
from dispatch.errors import Invalid, NotFound, Unavailable
from dispatch.settings import Settings
from tests.builders.planning import Company
from tests.planning.common import sqlite_only

SYSTEM = Viewer.system("test")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Door:
    """A work order with a contact, and the key of its links."""

    uow: UnitOfWork
    clock: FixedClock
    key: LinkKey
    order_id: int
    contact_id: int

    def issue(self, **given: Any) -> tuple[CustomerLink, str]:
        options = {"contact_id": self.contact_id, "may_decide": True, **given}
        return self.uow.run(lambda s: links.issue(s, self.key, self.order_id, **options), viewer=SYSTEM)

    def open(self, token: str) -> Guest:
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return links.open_link(session, self.key, token, self.clock.now())

    def say(self, token: str, said: str) -> Guest:
        return answer(self.uow, self.clock, self.key, token, said)

    def change(self, entity: type[Any], key: int, **values: object) -> None:
        with self.uow(viewer=SYSTEM) as session:
            row = session.get_one(entity, key)
            for name, value in values.items():
                setattr(row, name, value)
            session.commit()

    def row(self, key: int) -> CustomerLink:
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return session.get_one(CustomerLink, key)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def door(uow: UnitOfWork, clock: FixedClock, tmp_path: Path) -> Door:
    with uow(viewer=SYSTEM) as session:
        company = Company(session)
        contact = company.add(
            Contact(organisation_id=company.owner.id, name="Luz Vera", function="tenant", phone="+56 9 8765 4321")
        )
        order = company.order(company.site())
        session.get_one(Site, order.site_id).house_number = "12 B"
        session.commit()
        return Door(uow, clock, LinkKey(None, tmp_path), order.id, contact.id)


def test_a_link_opens_its_work_order_and_holds_nothing_else(door: Door) -> None:
    row, token = door.issue(language="es")
    guest = door.open(token)
    assert (guest.link_id, guest.work_order_id, guest.contact_id) == (row.id, door.order_id, door.contact_id)
    assert (guest.may_decide, guest.language) == (True, "es")
    assert row.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) * 6 >= 128
    with door.uow(viewer=SYSTEM, read_only=True) as session:
        kept = session.get_one(CustomerLink, row.id)
        assert token not in {str(value) for value in vars(kept).values()}
    assert door.issue()[1] != token


@sqlite_only
def test_whatever_is_wrong_the_answer_is_the_same(door: Door, engine: Engine) -> None:
    row, token = door.issue()
    _, feed = door.uow.run(lambda s: links.issue_feed(s, door.key, contact_id=door.contact_id), viewer=SYSTEM)
    another = LinkKey(secrets.token_hex(32), Path())
    forged = another.new_token(LinkPurpose.APPOINTMENT)
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    unknown = door.key.new_token(LinkPurpose.APPOINTMENT)
    queries: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: queries.append(said[2]))
    told = set()
    for bad in ("", "x", token[:-1], token + "A", forged, flipped, feed, "é" * 46, "../" * 10, "A" * 5000):
        with pytest.raises(LinkGone) as error:
            door.open(bad)
        told.add(error.value.message)
    assert queries == []
    with pytest.raises(LinkGone) as error:
        door.open(unknown)
    told.add(error.value.message)
    assert queries
    door.uow.run(lambda s: links.revoke(s, row.id, NOW), viewer=SYSTEM)
    with pytest.raises(LinkGone) as error:
        door.open(token)
    told.add(error.value.message)
    assert len(told) == 1


@sqlite_only
def test_a_link_ends(door: Door) -> None:
    _, token = door.issue(lifetime=timedelta(days=3))
    door.clock.instant = NOW + timedelta(days=3) - timedelta(seconds=1)
    assert door.open(token)
    door.clock.instant = NOW + timedelta(days=3)
    with pytest.raises(LinkGone):
        door.open(token)
    with pytest.raises(LinkGone):
        door.say(token, "4321")
    with pytest.raises(Invalid, match="800 days"):
        door.issue(lifetime=timedelta(days=801))


@sqlite_only
def test_revoking_twice_is_once(door: Door) -> None:
    row, _ = door.issue()
    door.uow.run(lambda s: links.revoke(s, row.id, NOW), viewer=SYSTEM)
    door.uow.run(lambda s: links.revoke(s, row.id, NOW + timedelta(hours=1)), viewer=SYSTEM)
    assert door.row(row.id).revoked_at == NOW
    with pytest.raises(NotFound):
        door.uow.run(lambda s: links.revoke(s, 999, NOW), viewer=SYSTEM)


@sqlite_only
def test_who_decides_is_what_the_work_order_says_now(door: Door) -> None:
    _, token = door.issue()
    with door.uow(viewer=SYSTEM) as session:
        first = session.get_one(Contact, door.contact_id)
        other = Contact(organisation_id=first.organisation_id, name="Ana", function="owner")
        session.add(other)
        session.commit()
    door.change(WorkOrder, door.order_id, decider_id=other.id)
    assert not door.open(token).may_decide
    assert not door.say(token, "4321").may_decide
    door.change(WorkOrder, door.order_id, decider_id=door.contact_id)
    assert door.open(token).may_decide


@pytest.mark.parametrize("said", ["4321", "4 3 2 1", "+56 9 8765 4321", "56987654321", "٤٣٢١", "(8765) 43-21"])
@sqlite_only
def test_the_end_of_the_telephone_number(door: Door, said: str) -> None:
    row, token = door.issue()
    assert door.say(token, said).link_id == row.id
    kept = door.row(row.id)
    assert (kept.tries_left, kept.last_used_at) == (5, NOW)


@pytest.mark.parametrize(("house", "said"), [("12 B", "12b"), ("12 B", " 12-B "), ("7", "7"), ("１２", "12")])
@sqlite_only
def test_the_house_number_where_no_telephone_number_is_on_file(door: Door, house: str, said: str) -> None:
    door.change(Contact, door.contact_id, phone="77")
    with door.uow(viewer=SYSTEM) as session:
        session.get_one(Site, session.get_one(WorkOrder, door.order_id).site_id).house_number = house
        session.commit()
    row, token = door.issue()
    with door.uow(viewer=SYSTEM, read_only=True) as session:
        assert asked(session, row.id).question is Question.HOUSE_NUMBER
    assert door.say(token, said)
    with pytest.raises(WrongAnswer):
        door.say(token, "4321")


@sqlite_only
def test_nothing_on_file_means_to_call(door: Door) -> None:
    with door.uow(viewer=SYSTEM) as session:
        session.get_one(Site, session.get_one(WorkOrder, door.order_id).site_id).house_number = "-"
        session.commit()
    row, token = door.issue(contact_id=None)
    with door.uow(viewer=SYSTEM, read_only=True) as session:
        assert not asked(session, row.id).can_answer
    with pytest.raises(NoTries):
        door.say(token, "1")


def test_five_tries_over_the_life_of_a_link(door: Door) -> None:
    row, token = door.issue()
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongAnswer) as error:
            door.say(token, "0000")
        assert error.value.left == left
    assert door.say(token, "4321")
    with pytest.raises(NoTries):
        door.say(token, "1111")
    with pytest.raises(NoTries):
        door.say(token, "4321")
    assert door.row(row.id).tries_left == 0
    assert door.open(token)  # it still shows
    _, fresh = door.issue()
    assert door.say(fresh, "4321")


@pytest.mark.parametrize("said", ["", "   ", "test", "432", "me4321@example.com", "<script>"])
@sqlite_only
def test_what_can_be_no_answer_costs_no_try(door: Door, said: str) -> None:
    row, token = door.issue()
    with pytest.raises(NoAnswer):
        door.say(token, said)
    assert door.row(row.id).tries_left == 5


def test_of_many_at_once_five_are_looked_at(door: Door) -> None:
    row, token = door.issue()
    ended: list[str] = []

    def guess(number: int) -> None:
        try:
            door.say(token, f"{number:04}")
        except (WrongAnswer, NoTries) as error:
            ended.append(type(error).__name__)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ended.count("WrongAnswer"), ended.count("NoTries")) == (4, 8)
    assert door.row(row.id).tries_left == 0


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first, second = LinkKey(None, folder), LinkKey(None, folder)
    token = first.new_token(LinkPurpose.CALENDAR)
    assert second.is_token(LinkPurpose.CALENDAR, token)
    assert not second.is_token(LinkPurpose.APPOINTMENT, token)
    assert (folder / "link-secret").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in folder.iterdir()] == ["link-secret"]
    assert not LinkKey("s" * 32, folder).is_token(LinkPurpose.CALENDAR, token)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="DISPATCH_LINK_SECRET"):
        LinkKey(None, tmp_path / "file").new_token(LinkPurpose.CALENDAR)


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 32 random characters"):
        Settings(link_secret=SecretStr("short"))


def test_signatures_tell_parts_apart(tmp_path: Path) -> None:
    key = LinkKey("k" * 32, tmp_path)
    assert key.is_signed(key.sign("a", 1), "a", 1)
    assert not key.is_signed(key.sign("a", 1), "a1")
    assert not key.is_signed(key.sign("ab", "c"), "a", "bc")
    assert not key.is_signed("", "a")
    body = urlsafe_b64encode(bytes(34)).decode().rstrip("=")
    assert not key.is_token(LinkPurpose.CALENDAR, body)
