"""A folder into which mails are dropped, one file each (*.eml, *.EML); it has another name until it is whole."""

import logging
from pathlib import Path
from typing import Final

from db.models import InboundStatus
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.errors import DispatchError, Invalid
from dispatch.intake.channels.email.entering import take_mail
from dispatch.intake.channels.rules import Rules
from dispatch.intake.channels.taking import process

log = logging.getLogger(__name__)

DONE: Final = "done"
REFUSED: Final = "refused"


def fetch_drop(uow: UnitOfWork, clock: Clock, rules: Rules, folder: Path, most: int = 100) -> int:
    """Takes in the mails in a folder, the oldest first; how many.

    A process: those of `take_mail` and `process` for each file, which is moved to `done` or `refused` when they are
    kept. A file that was not moved because we died is the same mail the next time.

    Raises Invalid where there is no such folder, DatabaseError when the database is away.
    """
    if not folder.is_dir():
        msg = f"There is no folder {folder} for dropped mails; make it, or correct DISPATCH_MAIL_DROP."
        raise Invalid(msg)
    mails = (file for file in folder.iterdir() if file.suffix.lower() == ".eml" and file.is_file())
    files = sorted(mails, key=lambda file: (file.stat().st_mtime, file.name))[:most]
    for file in files:
        _move(file, folder / (DONE if _take(uow, clock, rules, file) else REFUSED))
    return len(files)


def _take(uow: UnitOfWork, clock: Clock, rules: Rules, file: Path) -> bool:
    try:
        taken = process(uow, clock, rules, take_mail(uow, clock, rules, file.read_bytes()))
    except DispatchError as error:
        log.warning("%s is refused: %s", file, error.message)
        return False
    return taken.status is not InboundStatus.REFUSED


def _move(file: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    target, count = folder / file.name, 1
    while target.exists():
        target, count = folder / f"{file.stem}-{count}{file.suffix}", count + 1
    file.replace(target)
