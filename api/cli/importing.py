"""dispatch import: rows out of a CSV or XLSX file into the database."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.context import opened
from api.cli.ends import Ends
from dispatch.settings import settings

KIND_HELP = "What the rows are; dispatch export --kinds lists all kinds."


def import_file(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KIND_HELP)],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx file.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; say what would change, or list every bad row.")
    ] = False,
    dates: Annotated[
        str, typer.Option(help="How days with slashes are meant: iso (refused), dmy or mdy.", metavar="iso|dmy|mdy")
    ] = "iso",
    encoding: Annotated[str | None, typer.Option(help="Encoding of a CSV [default: UTF-8].")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of an XLSX [default: the first].")] = None,
) -> None:
    """Take rows from a file: all of them, or none when any is bad.

    A row is found again by its key (number, code, serial ...) and changed; columns that the file lacks stay as they
    are. Start with an empty sheet: dispatch export KIND --template FILE

    \b
    Example:
      dispatch export skills skills.csv
      dispatch import skills skills.csv --dry-run
    """
    from dispatch.access import Viewer
    from dispatch.exchange.importing import import_table
    from dispatch.exchange.kinds import find_kind
    from dispatch.exchange.reading import HEADING, Dates
    from dispatch.exchange.tables import read_table

    if dates not in list(Dates):
        raise typer.BadParameter(f"{dates!r} is not one of iso, dmy, mdy.", param_hint="--dates")
    chosen = find_kind(kind)
    table = read_table(file, encoding=encoding, sheet=sheet)
    with opened(settings().database_url.get_secret_value()) as uow:
        outcome = import_table(uow, Viewer.system("operator"), chosen, table, dry_run=dry_run, dates=Dates(dates))
    for bad in outcome.bad:
        typer.echo(str(bad))
    if outcome.bad:
        rows = {bad.row for bad in outcome.bad}
        what = "the heading is bad" if HEADING in rows else f"{len(rows)} of {len(table.rows)} rows are bad"
        typer.echo(f"{file}: {what}; nothing was changed", err=True)
        raise typer.Exit(Ends.BAD_INPUT)
    would = "" if outcome.saved else "; nothing was changed yet"
    typer.echo(f"{outcome.new} new, {outcome.changed} changed, {outcome.same} as they were{would}")
