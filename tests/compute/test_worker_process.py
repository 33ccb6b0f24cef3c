"""The worker process ends in order when it is told to."""

import os
import signal
from datetime import timedelta

import pytest

from api.worker import ended_by_signals, make_worker, solver
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.compute.solving import SolveInChild
from dispatch.settings import Settings
from dispatch.travel.straight import StraightLine


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_signal_ends_the_worker(uow: UnitOfWork, clock: FixedClock, number: signal.Signals) -> None:
    settings = Settings()
    worker = make_worker(settings, uow, clock, StraightLine(), solver(settings))
    before = signal.getsignal(number)
    with ended_by_signals(worker):
        os.kill(os.getpid(), number)
        worker.run()
    assert worker.stop.is_set()
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_is_what_the_settings_say(uow: UnitOfWork, clock: FixedClock) -> None:
    settings = Settings(worker_lease_seconds=30, solve_memory_mb=512)
    assert solver(settings) == SolveInChild(512)
    worker = make_worker(settings, uow, clock, StraightLine(), solver(settings))
    assert worker.lease == timedelta(seconds=30)
    assert str(os.getpid()) in worker.name
