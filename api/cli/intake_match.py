"""dispatch intake match: which rows of a file are about the same."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dispatch.settings import settings

if TYPE_CHECKING:
    from dispatch.intake.matching.table.run import Matched

SHOWN = 20
MAP_HELP = "What a column is, FIELD=COLUMN; may be repeated. FIELD= leaves a guessed one out. Others are guessed."


def match(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx file with a heading.")],
    truth: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="A column with the same value in rows about the same.")
    ] = None,
    column: Annotated[list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help=MAP_HELP)] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the rows with their group to this .csv or .xlsx, another than FILE."),
    ] = None,
    merge: Annotated[
        float | None, typer.Option(help="Probability from which rows are joined [default: the setting].")
    ] = None,
    review: Annotated[
        float | None, typer.Option(help="Probability from which a person is asked [default: the setting].")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a CSV [default: UTF-8].")] = None,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="CC", help="Country of telephone numbers without a code, such as DE [default: the setting]."
        ),
    ] = None,
) -> None:
    """Find the rows of any file with names, addresses, telephone numbers or dates that are about the same.

    Prints the groups, the pairs that a person should look at with the evidence, and, where the truth is known, how good
    that is. Nothing is written but --out.

    \b
    Example:
      dispatch intake match customers.csv --map name=Kunde --truth cluster --out groups.csv
    """
    from dispatch.intake.matching.table.run import match_file, write_groups
    from dispatch.intake.matching.thresholds import Thresholds

    ours = settings()
    limits = Thresholds(ours.match_merge if merge is None else merge, ours.match_review if review is None else review)
    matched = match_file(
        file,
        limits,
        given=column or [],
        truth=truth,
        encoding=encoding,
        region=ours.default_country if region is None else region,
        out=out,
    )
    _show(matched, truth)
    if out is not None:
        typer.echo(f"\n{_count(write_groups(matched, out), 'row')} written to {out}")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _warn(matched: "Matched") -> None:
    """Tells what was not looked at, and what so few rows cannot show."""
    from dispatch.intake.matching.table.matching import FEWEST

    if matched.unused:
        typer.echo(
            f"warning: not used: {', '.join(matched.unused)}; where one of these says who or where, name what it is, "
            f"such as --map address={shlex.quote(matched.unused[0])}",
            err=True,
        )
    if len(matched.table.rows) < FEWEST:
        typer.echo(
            f"warning: weights cannot be fitted to fewer than {FEWEST} rows; those whose birth dates or first names "
            "differ are left for a person to look at",
            err=True,
        )


def _show(matched: "Matched", truth: str | None) -> None:
    typer.echo("columns: " + ", ".join(f"{field} = {' + '.join(names)}" for field, names in matched.columns.items()))
    _warn(matched)
    if matched.tickets:
        typer.echo(
            "rows say what is wrong and when: matched as tickets, by fault; --map text= matches them by who and where"
        )
    several = [group for group in matched.found.groups if len(group) > 1]
    rows = len(matched.table.rows)
    alone = rows - sum(map(len, several))
    typer.echo(f"{_count(rows, 'row')}: {_count(len(several), 'group')} of several, {_count(alone, 'row')} alone")
    for group in several[:SHOWN]:
        typer.echo(f"  rows {', '.join(str(matched.table.numbers[key]) for key in sorted(group))}")
    if len(several) > SHOWN:
        typer.echo(f"  and {len(several) - SHOWN} more; --out FILE writes them all")
    pairs = sorted(matched.found.review.items(), key=lambda each: (-each[1].probability, each[0]))
    typer.echo(f"{_count(len(pairs), 'pair')} for a person to look at")
    for (one, other), score in pairs[:SHOWN]:
        why = "; ".join(each.words for each in score.evidence if each.weight)
        numbers = matched.table.numbers
        typer.echo(f"  rows {numbers[one]} and {numbers[other]}: {score.probability:.3f}: {why}")
    if matched.quality is not None:
        quality = matched.quality
        typer.echo(f"\nagainst {truth}: {quality.pairs} pairs of rows are about the same")
        if not quality.pairs:
            typer.echo(
                f"warning: no two rows have the same value in {truth}; it does not tell which rows are about the same",
                err=True,
            )
        typer.echo(f"precision of automatic merges  {quality.precision:.4f} ({quality.joined} pairs)")
        typer.echo(f"automatic recall               {quality.recall:.4f}")
        typer.echo(f"recall including review        {quality.recall_with_review:.4f}")
        typer.echo(f"share of rows to review        {quality.review_share:.4f}")
