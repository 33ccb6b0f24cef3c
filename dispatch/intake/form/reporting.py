"""A report that anybody makes by the short link or QR code on a unit: no sign-in, and nothing told in return."""

from dataclasses import dataclass
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
from dispatch.intake.triage import is_emergency

LONGEST: Final = {"words": 4000, "name": 200, "phone": 32, "email": 254}


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody wrote. once: chosen when the form was shown, so that sent twice it is one report."""

    code: str
    once: str
    words: str
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of it. number: the ticket's; None: it could not be kept. emergency: whether it tells of danger."""

    number: str | None
    emergency: bool


def report(uow: UnitOfWork, clock: Clock, rules: Rules, made: Report, address: str) -> Reported:
    """Takes a report in. One with a code that is none becomes a ticket too, that waits for somebody to ask where.

    A process: (1) counts the report and looks the code up; then those of `taking.take_in` and `taking.process`.

    Raises Invalid for what is missing or too long, TooManyAttempts.
    """
    _check(made)

    def look(session: Session) -> tuple[int, int] | None:
        count_report(session, address=address, code=made.code, once=made.once, now=clock.now())
        return report_codes.unit_of(session, made.code)

    unit = uow.run(look, viewer=INTAKE)
    which = digest(f"{made.code}\n{made.once}")
    external_id = f"form:{which}"
    heard = Heard(
        channel=Channel.WEB_FORM,
        external_id=external_id,
        said_at=clock.now(),
        body=made.words.strip(),
        sender=Sender(made.name.strip(), made.email.strip(), made.phone.strip()),
        language=made.language,
        site_id=unit[0] if unit is not None else None,
        equipment_id=unit[1] if unit is not None else None,
    )
    inbound = taking.take_in(uow, clock, rules, Channel.WEB_FORM, external_id, payloads.write(heard))
    taken = taking.process(uow, clock, rules, inbound)
    return Reported(taken.number, is_emergency(made.words) is not None)


def _check(made: Report) -> None:
    faults = []
    if not made.words.strip():
        faults.append(Fault("/words", "Say what is wrong."))
    for name, longest in LONGEST.items():
        length = len(getattr(made, name))
        if length > longest:
            faults.append(Fault(f"/{name}", f"{name} has {length} characters; use at most {longest}."))
    if faults:
        raise Invalid(" ".join(fault.message for fault in faults), tuple(faults))
