"""A ticket is placed right after its message is kept; what goes wrong with that is tried again by the worker."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.compute import jobs
from dispatch.compute.worker import Lease
from dispatch.intake.channels.rules import INTAKE, Rules

log = logging.getLogger(__name__)

JOB_KIND: Final = "intake.place"
ATTEMPTS: Final = 5


def note(session: Session, ticket_id: int, message_id: int) -> None:
    """Notes, in the transaction that keeps a message, that its ticket is to be placed."""
    jobs.enqueue(session, JOB_KIND, _key(ticket_id, message_id), {"ticket_id": ticket_id}, max_attempts=ATTEMPTS)


def place_now(uow: UnitOfWork, clock: Clock, rules: Rules, ticket_id: int | None, message_id: int | None) -> None:
    """Places the ticket in one transaction, unless that is done or being done; a failure is left to the worker."""
    if ticket_id is None or message_id is None:
        return

    def place(session: Session) -> None:
        if jobs.finish_queued(session, _key(ticket_id, message_id), clock.now()):
            rules.place(session, ticket_id)

    try:
        uow.run(place, viewer=INTAKE)
    except Exception as error:  # the message is kept, and the job with it
        log.warning("ticket %s is not placed yet, the worker will try again: %s", ticket_id, error, exc_info=error)


class PlaceHandler:
    """Places the tickets that were not placed when their message came."""

    def __init__(self, uow: UnitOfWork, rules: Rules) -> None:
        self._uow = uow
        self._rules = rules

    def run(self, lease: Lease) -> None:
        """Places one ticket, in one transaction."""

        def place(session: Session) -> None:
            lease.check(session)
            self._rules.place(session, int(lease.claim.payload["ticket_id"]))

        self._uow.run(place, viewer=INTAKE)

    def gave_up(self, _session: Session, payload: Mapping[str, Any], error: str) -> None:
        """The ticket stays new, where people see it."""
        log.error("ticket %s could not be placed: %s", payload.get("ticket_id"), error)


def _key(ticket_id: int, message_id: int) -> str:
    return f"{JOB_KIND}:{ticket_id}:{message_id}"
