"""dispatch serve: the HTTP interface and the pages, with a worker in the same process."""

import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from api.cli.context import err, opened
from dispatch.clock import Clock, SystemClock
from dispatch.settings import Settings, settings

if TYPE_CHECKING:
    from db.session import UnitOfWork
    from dispatch.compute.worker import Worker


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: the setting].")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port; 0 takes any free one [default: the setting].", min=0, max=65535)
    ] = None,
    *,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Whether planning runs are carried out here.")
    ] = True,
) -> None:
    """Serve the HTTP interface and the pages until interrupted.

    \b
    Example:
      dispatch serve --port 8080
    """
    from api.cli.running import bind
    from api.logs import write_log_to_stderr

    write_log_to_stderr()
    chosen = settings()
    clock = SystemClock()
    with opened(chosen.database_url.get_secret_value(), clock) as uow:
        bound = bind(host or chosen.host, chosen.port if port is None else port)
        said = f"serving on {address(bound)}; press Ctrl-C to stop"
        run_server(chosen, uow, clock, bound, worker=worker, when_up=lambda: err.print(said))


def address(bound: socket.socket) -> str:
    """The address of a bound socket as a browser takes it."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_server(
    chosen: Settings,
    uow: "UnitOfWork",
    clock: Clock,
    bound: socket.socket,
    *,
    worker: bool,
    when_up: Callable[[], None],
) -> None:
    """Serve on the socket until a signal comes; open requests are finished first. `when_up` is called once it serves.

    Raises KeyboardInterrupt after Ctrl-C, SystemExit(0) after a termination.
    """
    import uvicorn

    from api.app import create_app
    from api.cli.running import drawing_of, travel_times
    from api.pages.install import install
    from api.worker import make_worker, solver

    travel = travel_times(chosen)
    app = create_app(chosen, uow, clock, travel=travel, on_start=lambda _: when_up())
    install(app, drawing_of(chosen, travel))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=10, lifespan="on"
    )
    before = signal.signal(signal.SIGTERM, _terminate)
    with ExitStack() as stack:
        stack.callback(signal.signal, signal.SIGTERM, before)
        if worker:
            _start(make_worker(chosen, uow, clock, travel, solver(chosen)), stack)
        uvicorn.Server(config).run(sockets=[bound])


def _start(worker: "Worker", stack: ExitStack) -> None:
    thread = threading.Thread(target=worker.run, name="worker")
    stack.callback(thread.join)
    stack.callback(worker.end)
    thread.start()


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
