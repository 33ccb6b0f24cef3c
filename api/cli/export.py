"""dispatch export: rows out of the database into a CSV or XLSX file."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.context import opened
from dispatch.settings import settings


def export(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="What the rows are.")] = None,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The .csv or .xlsx file to write.")] = None,
    *,
    template: Annotated[bool, typer.Option("--template", help="Write the headings alone, to be filled in.")] = False,
    separator: Annotated[str, typer.Option(help="Between the cells of a CSV; many spreadsheets expect ;")] = ",",
    kinds: Annotated[bool, typer.Option("--kinds", help="List the kinds and their columns.")] = False,
) -> None:
    """Write all rows of a kind to a file, as dispatch import reads it. Door codes stay inside.

    Text that a spreadsheet would run as a formula gets a quote in front, which import takes off again.

    \b
    Example:
      dispatch export --kinds
      dispatch export technicians technicians.xlsx
    """
    from dispatch.access import Viewer
    from dispatch.exchange.exporting import export_rows, heading
    from dispatch.exchange.kinds import find_kind
    from dispatch.exchange.tables import write_table

    if kinds:
        _list_kinds(kind)
        return
    if kind is None or file is None:
        raise typer.BadParameter("Give a KIND and a FILE, or --kinds.")
    if separator not in (",", ";", "\t"):
        raise typer.BadParameter(f"{separator!r} is none of , ; and a tab.", param_hint="--separator")
    chosen = find_kind(kind)
    if template:
        write_table(file, heading(chosen, template=True), [], separator=separator)
        typer.echo(f"{file}: the headings of {chosen.name}")
        return
    viewer = Viewer.system("operator")
    with opened(settings().database_url.get_secret_value()) as uow, uow(viewer=viewer, read_only=True) as session:
        count = write_table(file, heading(chosen), export_rows(session, viewer, chosen), separator=separator)
    typer.echo(f"{file}: {count} {chosen.name}")


def _list_kinds(name: str | None) -> None:
    from dispatch.exchange.kinds import KINDS, find_kind

    for kind in KINDS.values() if name is None else [find_kind(name)]:
        typer.echo(f"{kind.name}  (key: {', '.join(kind.key)})")
        for column in kind.columns:
            need = "needed; " if column.needed else ""
            help_text = f"  ({column.help})" if column.help else ""
            typer.echo(f"  {column.name:<22}{need}{column.cell.hint}{help_text}")
