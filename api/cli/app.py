"""All commands, put together."""

from importlib.metadata import version
from typing import Annotated

import typer

from api.cli import (
    bound,
    check,
    confidence,
    db,
    demo,
    durations,
    export,
    importing,
    intake,
    plan,
    serve,
    settings,
    solve,
    user,
    worker,
)

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True
)


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"dispatch {version('dispatch-optimiser')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=lambda asked: _version(asked=asked), is_eager=True, help="Version.")
    ] = False,
) -> None:
    """Field-service scheduling and dispatch.

    Begin with: dispatch demo
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("demo")(demo.demo)
app.command("solve")(solve.solve)
app.command("check")(check.check)
app.command("bound")(bound.bound)
app.command("confidence")(confidence.confidence)
app.command("plan")(plan.plan)
app.command("durations")(durations.durations)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.add_typer(user.app, name="user")
app.add_typer(db.app, name="db")
app.add_typer(intake.app, name="intake")
app.command("import")(importing.import_file)
app.command("export")(export.export)
app.command("settings")(settings.settings_command)
