"""The worker process: which jobs it carries out, with what, and how it ends.

`dispatch worker` runs one until a signal comes; `dispatch serve` runs one in a thread beside the server.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from api.reception import Fetcher, receivers_of, rules_of, telling_of, thresholds, times_of
from db.session import UnitOfWork
from dispatch.appointments.holding import following
from dispatch.appointments.rezoning import EachHalfDay
from dispatch.appointments.telling import delaying, reminding
from dispatch.clock import Clock
from dispatch.compute.nights import EachNight
from dispatch.compute.outbox import merged
from dispatch.compute.solving import Solve, SolveInChild
from dispatch.compute.worker import Handler, Worker
from dispatch.intake.channels import placing
from dispatch.intake.reviews import nightly
from dispatch.planning import called_off
from dispatch.planning.durations import learning
from dispatch.planning.runs import JOB_KIND, RunHandler
from dispatch.promises.keeping import EachMinute
from dispatch.settings import Settings
from dispatch.travel.places import TravelTimes


def solver(settings: Settings) -> Solve:
    """Solves in a child process that may take as much memory as the settings say."""
    return SolveInChild(settings.solve_memory_mb)


def make_worker(settings: Settings, uow: UnitOfWork, clock: Clock, travel: TravelTimes, solve: Solve) -> Worker:
    """A worker for all kinds of jobs, named after this process."""
    rules = rules_of(settings)
    handlers: dict[str, Handler] = {
        JOB_KIND: RunHandler(uow, clock, travel, solve),
        placing.JOB_KIND: placing.PlaceHandler(uow, rules),
    }
    chores: list[Callable[[], bool]] = [
        Fetcher(settings, uow, clock, rules),
        EachHalfDay(uow, clock, travel),
        following.EachMinute(uow, clock, travel),
    ]
    chores.append(EachMinute(uow, clock))
    chores.append(reminding.EachFewMinutes(uow, clock, times_of(settings)))
    chores.append(delaying.EachMinute(uow, clock, telling_of(settings)))
    if settings.learn_nightly:
        handlers[nightly.JOB_KIND] = nightly.LearnHandler(uow, thresholds(settings))
        handlers[learning.JOB_KIND] = learning.LearnHandler(uow)
        for kind in (nightly.JOB_KIND, learning.JOB_KIND):
            chores.append(EachNight(uow, clock, kind, settings.learn_hour))
    return Worker(
        uow=uow,
        clock=clock,
        handlers=handlers,
        receivers=merged(receivers_of(settings, uow, clock), called_off.receivers(uow, clock, travel)),
        chores=chores,
        lease=timedelta(seconds=settings.worker_lease_seconds),
        name=f"{socket.gethostname()}:{os.getpid()}",
    )


@contextmanager
def ended_by_signals(worker: Worker) -> Iterator[None]:
    """Within it, SIGTERM and SIGINT end the worker in order: what it has in hand goes back to the queue."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: worker.end()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
