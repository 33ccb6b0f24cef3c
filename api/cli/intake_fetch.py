"""dispatch intake fetch: takes in e-mails from the folder and the mailbox, now."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import err, opened, out
from dispatch.clock import SystemClock
from dispatch.settings import settings

if TYPE_CHECKING:
    from api.reception import Fetcher


def fetch(
    drop: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of dropped e-mails [default: the setting].")
    ] = None,
    *,
    once: Annotated[bool, typer.Option("--once/--keep-on", help="Look once, or again and again.")] = True,
) -> None:
    """Take in e-mails from the folder and the mailbox that the settings name, and what was left waiting.

    The worker does the same by itself. Taken in e-mails of the folder go to its folder done, others to refused.

    \b
    Example:
      dispatch intake fetch --drop /var/spool/dispatch
    """
    from api.reception import Fetcher, rules_of

    chosen, clock = settings(), SystemClock()
    if drop is not None:
        chosen = chosen.model_copy(update={"mail_drop": drop})
    with opened(chosen.database_url.get_secret_value(), clock) as uow:
        fetcher = Fetcher(chosen, uow, clock, rules_of(chosen))
        if not once:
            _keep_on(fetcher, chosen.mail_poll_seconds)
            return
        counts = {source: fetcher.fetch(source) for source in ("waiting", "drop", "mailbox")}
        out.print(", ".join(f"{source}: {count}" for source, count in counts.items()))


def _keep_on(fetcher: "Fetcher", seconds: int) -> None:
    over = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: over.set())
    err.print(f"looking every {seconds} seconds; press Ctrl-C to stop")
    try:
        while not over.is_set():
            fetcher()
            over.wait(seconds)
    finally:
        signal.signal(signal.SIGTERM, before)
