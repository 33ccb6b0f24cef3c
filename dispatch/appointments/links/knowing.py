"""One thing that the customer knows and the message with the link does not hold.

The last four digits of their telephone number on file, or, where there is none, the house number of the site. Our
messages and calendar files hold neither. Wrong answers are counted over the life of a link; after five of them the
link only shows, and the page says whom to call.
"""

import hmac
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from db.models import Contact, CustomerLink, LinkPurpose, Site, WorkOrder
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.links.links import guest_of, live
from dispatch.clock import Clock
from dispatch.errors import Forbidden

DIGITS: Final = 4
SYSTEM: Final = Viewer.system("customer links")


class Question(StrEnum):
    """What is asked."""

    PHONE = "phone"
    HOUSE_NUMBER = "house_number"


class WrongAnswer(Forbidden):
    """What was said is not what we have on file. left: tries that this link still has."""

    def __init__(self, left: int) -> None:
        super().__init__(f"The answer is not what we have on file; {left} more tries are left with this link.")
        self.left = left


class NoAnswer(Forbidden):
    """What was said cannot be an answer: nothing, or no digits where digits are asked for. It costs no try."""

    def __init__(self) -> None:
        super().__init__("That cannot be the answer; look at the question again.")


class NoTries(Forbidden):
    """With this link nothing can be changed any more: too many wrong answers, or nothing that could be asked."""

    def __init__(self) -> None:
        super().__init__("With this link nothing can be changed any more; call us.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks, None: there is nothing on file to ask. left: tries that it still has."""

    question: Question | None
    left: int

    @property
    def can_answer(self) -> bool:
        """Whether an answer would be listened to."""
        return self.question is not None and self.left > 0


def asked(session: Session, link_id: int) -> Asked:
    """What the holder of the link is asked. For the system's use."""
    with elevated(session, "customer links"):
        row = session.get_one(CustomerLink, link_id)
        question, _ = _on_file(session, row)
        return Asked(question, row.tries_left)


def answer(uow: UnitOfWork, clock: Clock, key: LinkKey, token: str, said: str) -> Guest:
    """The holder of the link, who has shown that they are whom it was meant for.

    A process of one transaction, committed whatever comes of what follows: the link is locked, the answer compared, and
    a wrong one counted, so that of many at once no more than five are looked at.

    Raises LinkGone, WrongAnswer, NoAnswer, NoTries.
    """

    def look(session: Session) -> Guest | Forbidden:
        row = live(session, key, token, LinkPurpose.APPOINTMENT, clock.now(), lock=True)
        question, expected = _on_file(session, row)
        if question is None or row.tries_left <= 0:
            return NoTries()
        given = _given(question, said)
        if not given:
            return NoAnswer()
        if not hmac.compare_digest(given.encode(), expected.encode()):
            row.tries_left -= 1
            return WrongAnswer(row.tries_left) if row.tries_left else NoTries()
        row.last_used_at = clock.now()
        return guest_of(session, row)

    found = uow.run(look, viewer=SYSTEM)
    if isinstance(found, Forbidden):
        raise found
    return found


def _on_file(session: Session, row: CustomerLink) -> tuple[Question | None, str]:
    """What is asked, and the answer."""
    contact = None if row.contact_id is None else session.get(Contact, row.contact_id)
    digits = _digits(contact.phone or "") if contact is not None else ""
    if len(digits) >= DIGITS:
        return Question.PHONE, digits[-DIGITS:]
    order = session.get_one(WorkOrder, row.work_order_id)
    house = _plain(session.get_one(Site, order.site_id).house_number)
    return (Question.HOUSE_NUMBER, house) if house else (None, "")


def _given(question: Question, said: str) -> str:
    """What was said as it is compared, "" if it cannot be an answer. Of a whole telephone number its end counts."""
    if question is Question.HOUSE_NUMBER:
        return _plain(said)
    digits = _digits(said)
    return "" if len(digits) < DIGITS or any(each.isalpha() for each in said) else digits[-DIGITS:]


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(each)) for each in text if each.isdecimal())


def _plain(text: str) -> str:
    """A house number as people compare it: 12 B, 12b and 12-b are one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in folded if each.isalnum())
