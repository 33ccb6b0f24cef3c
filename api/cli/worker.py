"""dispatch worker: carries out planning runs and delivers the outbox."""

from api.cli.context import err, opened
from dispatch.clock import SystemClock
from dispatch.settings import settings


def worker() -> None:
    """Carry out planning runs and deliver messages until interrupted; several may run at once.

    What a worker had in hand when it was stopped goes to another one.

    \b
    Example:
      dispatch worker
    """
    from api.cli.running import travel_times
    from api.worker import ended_by_signals, make_worker, solver

    chosen, clock = settings(), SystemClock()
    with opened(chosen.database_url.get_secret_value(), clock) as uow:
        working = make_worker(chosen, uow, clock, travel_times(chosen), solver(chosen))
        err.print(f"working as {working.name}; press Ctrl-C to stop")
        with ended_by_signals(working):
            working.run()
        err.print("stopped; what was in hand goes to another worker")
