"""A report that anybody makes by the short link or QR code on a unit: no sign-in, and nothing told in return."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from db.models import Channel
from db.session import UnitOfWork
from dispatch.access.secrets import digest
from dispatch.clock import Clock
from dispatch.errors import Fault, Invalid
from dispatch.intake.channels import payloads, taking
from dispatch.intake.channels.heard import Heard, Sender
from dispatch.intake.channels.rules import INTAKE, Rules
from dispatch.intake.form import report_codes
from dispatch.intake.form.report_limits import count_report
from dispatch.intake.resolving import normal_phone
from dispatch.intake.triage import is_emergency
from dispatch.records.attachments import Given, Kept, harmless, keep_all
from dispatch.records.file_types import type_of

LONGEST: Final = {"words": 4000, "name": 200, "phone": 32, "email": 254}
MOST_PHOTOS: Final = 4
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
"""What mail programs take for an address (RFC 5321, without quoted parts and address literals)."""


class Wrong(StrEnum):
    """What can be wrong with a report."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    PHONE = "phone_wrong"
    EMAIL = "email_wrong"


class WrongReport(Invalid):
    """A report that says too little, too much, or an address that is none. wrong: everything wrong with it."""

    def __init__(self, wrong: Sequence[Wrong], faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults), tuple(faults))
        self.wrong = tuple(dict.fromkeys(wrong))


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody wrote. once: chosen when the form was shown, so that sent twice it is one report.

    remarks: of ours, on what of it could not be used.
    """

    code: str
    once: str
    words: str
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = "en"
    photos: tuple[Given, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of it. number: the ticket's; None: it could not be kept. emergency: whether it tells of danger.

    left_out: how many of its photos could not be kept.
    """

    number: str | None
    emergency: bool
    left_out: int = 0


def report(uow: UnitOfWork, clock: Clock, rules: Rules, made: Report, address: str) -> Reported:
    """Takes a report in. One with a code that is none becomes a ticket too, that waits for somebody to ask where.

    A process: (1) counts the report and looks the code up; then those of `taking.take_in` and `taking.process`. A photo
    that cannot be kept does not keep the report out.

    Raises WrongReport for what is missing, too long, or no address; TooManyAttempts.
    """
    made = _checked(made, rules)
    which, danger = _identity(made), is_emergency(made.words) is not None

    def look(session: Session) -> tuple[int, int] | None:
        count_report(session, address=address, code=made.code, once=which, now=clock.now(), danger=danger)
        return report_codes.unit_of(session, made.code)

    unit = uow.run(look, viewer=INTAKE)
    photos, left_out = _keep_photos(rules, made.photos)
    heard = Heard(
        channel=Channel.WEB_FORM,
        external_id=f"form:{which}",
        said_at=clock.now(),
        body=made.words,
        sender=Sender(made.name, made.email, made.phone),
        language=made.language,
        files=photos,
        left_out=(*made.remarks, *left_out),
        site_id=unit[0] if unit is not None else None,
        equipment_id=unit[1] if unit is not None else None,
    )
    inbound = taking.take_in(uow, clock, rules, Channel.WEB_FORM, heard.external_id, payloads.write(heard))
    taken = taking.process(uow, clock, rules, inbound)
    return Reported(taken.number, danger, len(left_out))


def _identity(made: Report) -> str:
    """The same form sent twice says the same; one that was changed and sent again is another report."""
    said = (made.code, made.once, made.words, made.name, made.phone, made.email)
    photos = (hashlib.sha256(each.content).hexdigest() for each in made.photos)
    return digest("\n".join((*said, *photos)))


def _keep_photos(rules: Rules, photos: Iterable[Given]) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The photos in the store, and of each other one why it is not."""
    taken: list[Given] = []
    left_out: list[str] = []
    for each in photos:
        if len(taken) >= MOST_PHOTOS:
            left_out.append(f"{harmless(each.filename)} was left out: a report may have {MOST_PHOTOS} photos")
        elif not (type_of(each.content) or "").startswith("image/"):
            left_out.append(f"{harmless(each.filename)} was left out: it is no photo of a kind that is kept")
        else:
            taken.append(each)
    kept, unkept = keep_all(rules.files, rules.limits, taken)
    return kept, (*left_out, *unkept)


def _checked(made: Report, rules: Rules) -> Report:
    """The report without blanks around it, its number as +56… In danger a wrong address keeps nobody out.

    Raises WrongReport.
    """
    made = replace(made, **{name: getattr(made, name).strip() for name in LONGEST})
    wrong, faults = [], []
    if not made.words:
        wrong.append(Wrong.MISSING)
        faults.append(Fault("/words", "Say what is wrong."))
    for name, longest in LONGEST.items():
        length = len(getattr(made, name))
        if length > longest:
            wrong.append(Wrong.TOO_LONG)
            faults.append(Fault(f"/{name}", f"{name} has {length} characters; use at most {longest}."))
    phone = normal_phone(made.phone, rules.country)
    if made.phone and phone is None:
        wrong.append(Wrong.PHONE)
        faults.append(
            Fault("/phone", f"phone: {made.phone[:40]!r} is no telephone number; write it with its area code.")
        )
    if made.email and (_EMAIL.fullmatch(made.email) is None or made.email.casefold() in rules.own):
        wrong.append(Wrong.EMAIL)
        faults.append(
            Fault("/email", f"email: {made.email[:40]!r} is no e-mail address of yours; write name@example.com.")
        )
    if is_emergency(made.words) is not None and set(wrong) <= {Wrong.PHONE, Wrong.EMAIL}:
        email = "" if Wrong.EMAIL in wrong else made.email
        return replace(made, phone=phone or "", email=email, remarks=tuple(fault.message for fault in faults))
    if faults:
        raise WrongReport(wrong, faults)
    return replace(made, phone=phone or "")
