"""The worker: claims jobs, keeps their leases, and delivers the outbox, until it is told to stop."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from db.errors import DatabaseError
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.compute import jobs, outbox
from dispatch.compute.jobs import Claim, LeaseLost
from dispatch.errors import DispatchError, Unavailable

log = logging.getLogger(__name__)

IDLE: Final = 0.5
"""Seconds between two looks at an empty queue."""

RETRY_AFTER: Final = timedelta(seconds=10)
BEATS_PER_LEASE: Final = 3


class Interrupted(Exception):
    """The worker stops: the handler leaves its work as it is, for another worker."""


@dataclass(frozen=True)
class Lease:
    """A handler's side of its claim: when to let go, and the fence for what it writes."""

    claim: Claim
    stopping: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)

    @property
    def must_let_go(self) -> bool:
        """Whether to leave the work at once: the worker stops, or somebody else has the job."""
        return self.stopping.is_set() or self.lost.is_set()

    def check(self, session: Session) -> None:
        """Locks the job in the caller's transaction, so that what it writes counts only if the job is still its own.

        Raises LeaseLost.
        """
        jobs.held(session, self.claim)

    def raise_if_over(self) -> None:
        """Raises LeaseLost or Interrupted when the work must be left."""
        if self.lost.is_set():
            raise LeaseLost(f"job {self.claim.key} passed to another worker")
        if self.stopping.is_set():
            raise Interrupted


class Handler(Protocol):
    """What to do with the jobs of one kind. Both may be called again for the same job: they are idempotent."""

    def run(self, lease: Lease) -> None:
        """Does the work, in transactions of its own that call `lease.check`."""
        ...

    def gave_up(self, session: Session, payload: Mapping[str, Any], error: str) -> None:
        """Notes, in the transaction that fails the job for good, that it will not be done."""
        ...


@dataclass
class Worker:
    """Works off one job at a time. `lease`: how long a silent worker keeps a job.

    chores: what is looked after in each round besides, such as a mailbox; each says whether there was anything to do.
    """

    uow: UnitOfWork
    clock: Clock
    handlers: Mapping[str, Handler]
    lease: timedelta
    name: str
    receivers: outbox.Receivers = field(default_factory=dict)
    chores: Sequence[Callable[[], bool]] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Works until `stop` is set; a database that is away is waited for."""
        while not self.stop.is_set():
            try:
                busy = self.work_once()
            except DatabaseError as error:
                log.warning("the database is away, trying again: %s", error)
                busy = False
            if not busy:
                self.wake.wait(IDLE)
                self.wake.clear()

    def end(self) -> None:
        """Asks `run` to return soon; the job in hand goes back to the queue."""
        self.stop.set()
        self.wake.set()

    def work_once(self) -> bool:
        """Does the chores, delivers what is due and does one job; whether there was anything to do."""
        busy = [self._do_chore(chore) for chore in self.chores if not self.stop.is_set()]
        delivered = outbox.deliver(self.uow, self.clock, self.receivers)
        claim = self._claim()
        if claim is not None:
            self._do(claim)
        return bool(delivered or claim or any(busy))

    def _do_chore(self, chore: Callable[[], bool]) -> bool:
        try:
            return chore()
        except DatabaseError:
            raise
        except Exception:  # a fault of ours in one chore must not end the worker
            log.exception("a chore failed")
            return False

    def _claim(self) -> Claim | None:
        kinds = list(self.handlers)
        with self.uow(viewer=jobs.SYSTEM, read_only=True) as session:
            # Looking first takes no lock, so an idle worker disturbs nobody who writes.
            if not jobs.is_waiting(session, kinds, self.clock.now()):
                return None
        return self.uow.run(
            lambda session: jobs.claim(session, self.name, kinds, self.clock.now(), self.lease), viewer=jobs.SYSTEM
        )

    def _do(self, claim: Claim) -> None:
        handler = self.handlers[claim.kind]
        if claim.attempt > claim.max_attempts:
            self._give_up(handler, claim, jobs.LOST_TOO_OFTEN.format(attempts=claim.max_attempts))
            return
        lease = Lease(claim, stopping=self.stop)
        with _Heart(self.uow, self.clock, lease, self.lease):
            outcome = _outcome(handler, lease)
        self._settle(handler, claim, outcome)

    def _settle(self, handler: Handler, claim: Claim, outcome: Exception | None) -> None:
        now = self.clock.now()
        try:
            match outcome:
                case None:
                    self._write(lambda session: jobs.finish(session, claim, now))
                case LeaseLost():
                    log.warning("%s", outcome.message)
                case Interrupted():
                    self._write(lambda session: jobs.release(session, claim, now))
                case _ if _worth_retrying(outcome) and not claim.is_last_attempt:
                    said = _said(outcome)
                    self._write(lambda session: jobs.fail(session, claim, said, now, RETRY_AFTER * claim.attempt))
                case _:
                    self._give_up(handler, claim, _said(outcome))
        except LeaseLost as lost:
            log.warning("%s", lost.message)

    def _give_up(self, handler: Handler, claim: Claim, error: str) -> None:
        def end(session: Session) -> None:
            jobs.fail(session, claim, error, self.clock.now())
            handler.gave_up(session, claim.payload, error)

        self._write(end)

    def _write(self, work: Callable[[Session], None]) -> None:
        self.uow.run(work, viewer=jobs.SYSTEM)


def _outcome(handler: Handler, lease: Lease) -> Exception | None:
    try:
        handler.run(lease)
    except (DispatchError, DatabaseError, Interrupted) as error:
        return error
    except Exception as error:  # a fault of ours in one job must not end the worker
        log.exception("job %s failed", lease.claim.key)
        return error
    return None


def _worth_retrying(error: Exception) -> bool:
    return isinstance(error, Unavailable | DatabaseError)


def _said(error: Exception) -> str:
    if isinstance(error, DispatchError | DatabaseError):
        return str(error)
    return f"an unexpected fault ({type(error).__name__}); the worker's log says more"


class _Heart:
    """Renews a lease from a thread of its own, and notes when it is lost."""

    def __init__(self, uow: UnitOfWork, clock: Clock, lease: Lease, length: timedelta) -> None:
        self._uow, self._clock, self._lease, self._length = uow, clock, lease, length
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heart of {lease.claim.key}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(self._length.total_seconds() / BEATS_PER_LEASE):
            try:
                self._uow.run(
                    lambda session: jobs.renew(session, self._lease.claim, self._clock.now(), self._length),
                    viewer=jobs.SYSTEM,
                )
            except LeaseLost:
                self._lease.lost.set()
                return
            except DatabaseError as error:
                log.warning("no heartbeat for job %s: %s", self._lease.claim.key, error)
