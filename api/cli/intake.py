"""dispatch intake: what comes in."""

import typer

from api.cli import intake_fetch, intake_learn, intake_match

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Look after what comes in.")
app.command("match")(intake_match.match)
app.command("fetch")(intake_fetch.fetch)
app.command("learn")(intake_learn.learn)
