"""The command itself."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import SecretStr

from api.cli.context import err, opened, out
from dispatch.clock import SystemClock
from dispatch.settings import Settings, TravelSource, settings

if TYPE_CHECKING:
    from api.cli.demo.state import Begun
    from api.cli.planning import Day


def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the plan, or exit once it is there.")] = True,
    visits: Annotated[int | None, typer.Option(help="Visits of the day [default: 150].", min=1, max=4000)] = None,
    technicians: Annotated[int | None, typer.Option(help="Technicians [default: 20].", min=1, max=1000)] = None,
    seed: Annotated[int | None, typer.Option(help="Which company [default: 1].", min=0)] = None,
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], help="The day [default: today].", metavar="YYYY-MM-DD"),
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="Seconds to plan [default: 20].", min=0.1, max=3600)] = None,
    iterations: Annotated[int | None, typer.Option(help="Iterations in place of seconds.", min=1)] = None,
    directory: Annotated[Path, typer.Option(help="Where the demo's database lies.")] = Path(".dispatch/demo"),
    port: Annotated[int, typer.Option(help="Port to serve on; another one if it is taken.", min=0, max=65535)] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew; what the demo held is gone.")] = False,
) -> None:
    """Set up a sample company in a real city, plan its day, show the plan, and serve it on this machine alone.

    Run again, it goes on from where it was.

    \b
    Example:
      dispatch demo
      dispatch demo --no-serve --visits 40 --technicians 6 --seconds 5 --directory /tmp/small-demo
    """
    if seconds is not None and iterations is not None:
        raise typer.BadParameter("Give either --seconds or --iterations.")
    from api.cli.demo import steps
    from api.cli.planning import Day, say_plan, territory_of
    from api.cli.running import travel_times
    from api.worker import solver
    from db.operations import upgrade
    from dispatch.compute.solving import Effort
    from fixtures import city
    from fixtures.company.entries import TERRITORY_CODE

    clock = SystemClock()
    today = clock.now().astimezone(ZoneInfo(city.ZONE)).date()
    asked = {"day": day.date() if day else None, "seed": seed, "visits": visits, "technicians": technicians}
    begun = _begun(directory, today, fresh=fresh, asked=asked)
    chosen = _settings(directory, port)
    url = chosen.database_url.get_secret_value()
    upgrade(url)
    with opened(url, clock) as uow:
        steps.load_company(uow, begun)
        viewer = steps.scheduler(uow, clock)
        the_day = Day(uow, viewer, clock, territory_of(uow, viewer, TERRITORY_CODE), begun.day)
        effort = Effort(None if iterations else seconds or 20.0, iterations, chosen.solve_threads, 0)
        steps.plan_it(the_day, effort, travel_times(chosen), solver(chosen))
        say_plan(the_day.view())
        if begun.day < today:
            err.print(f"This demo's day, {begun.day}, has passed. For one of today: dispatch demo --fresh")
        if serve:
            _serve(chosen, the_day)


def _begun(
    directory: Path,
    today: date,
    *,
    fresh: bool,
    asked: dict[str, date | int | None],
) -> "Begun":
    """What the folder holds, or is to hold from now on."""
    from api.cli.demo.state import Begun, remove

    if fresh:
        remove(directory)
    begun = Begun.read(directory)
    if begun is None:
        begun = Begun.of(asked, today)
        begun.write(directory)
    else:
        begun.require_same(asked, directory)
    return begun


def _settings(directory: Path, port: int) -> Settings:
    """The environment's settings, but for the demo's own database, the sample city's roads, and this machine alone."""
    from api.cli.demo.state import DATABASE
    from fixtures import city

    return settings().model_copy(
        update={
            "database_url": SecretStr(f"sqlite:///{directory / DATABASE}"),
            "data_dir": directory,
            "travel": TravelSource.ROADS,
            "roads_file": city.path(),
            "host": "127.0.0.1",
            "port": port,
            "public_url": None,
        }
    )


def _serve(chosen: Settings, day: "Day") -> None:
    from api.cli.demo.steps import new_token
    from api.cli.running import bind
    from api.cli.serve import address, run_server

    bound = bind(chosen.host, chosen.port, or_any=True)
    here = address(bound)
    if chosen.port and not here.endswith(f":{chosen.port}"):
        err.print(f"port {chosen.port} is taken, so this is on another one")
    link = f"{here}/sign-in?token={new_token(day)}"

    def say() -> None:
        out.print(f"\nOpen {link}", soft_wrap=True)
        out.print(
            "It signs in as the scheduler, on this machine alone, until tomorrow. Press Ctrl-C to stop.", soft_wrap=True
        )

    run_server(chosen, day.uow, day.clock, bound, worker=True, when_up=say)
