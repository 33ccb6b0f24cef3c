"""dispatch db: what an operator does to a database as a whole."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.ends import Ends
from dispatch.clock import SystemClock
from dispatch.settings import settings

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Look after the database.")

Attachments = Annotated[Path | None, typer.Option(help="Folder of the attachments [default: in the data folder].")]


def _url() -> str:
    return settings().database_url.get_secret_value()


def _attachments(given: Path | None) -> Path:
    return given or settings().data_dir / "attachments"


@app.command()
def upgrade() -> None:
    """Bring the database to this version's tables, making it first where there is none.

    \b
    Example:
      dispatch db upgrade
    """
    from db import operations

    before, target = operations.current(_url()), operations.head()
    operations.upgrade(_url())
    typer.echo(f"at revision {target}" + (", as before" if before == target else f", was {before or 'empty'}"))


@app.command()
def check() -> None:
    """Say whether the database is whole and fits this version; exit code 1 when not.

    \b
    Example:
      dispatch db check
    """
    from db import operations

    faults = operations.check(_url())
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(Ends.REFUSED)
    typer.echo("all is well")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")], attachments: Attachments = None
) -> None:
    """Save the database and the attachments into a new file; the system may go on working meanwhile.

    The file holds secrets: password hashes, door codes.

    \b
    Example:
      dispatch db backup dispatch-backup.tar.gz
    """
    from db import operations

    manifest = operations.backup(_url(), target, made_at=SystemClock().now(), attachments=_attachments(attachments))
    typer.echo(f"{target}: {manifest.kind} at revision {manifest.revision}, {len(manifest.attachments())} attachments")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that dispatch db backup made.")],
    attachments: Attachments = None,
    *,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is in the database now.")] = False,
) -> None:
    """Bring back what a backup holds. Stop the server and the worker first.

    \b
    Example:
      dispatch db restore dispatch-backup.tar.gz --overwrite
    """
    from db import operations

    manifest = operations.restore(source, _url(), attachments=_attachments(attachments), overwrite=overwrite)
    made = manifest.made_at.isoformat(" ", "minutes")
    typer.echo(f"restored what was saved at {made}, {len(manifest.attachments())} attachments")
