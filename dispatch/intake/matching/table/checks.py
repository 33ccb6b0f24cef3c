"""What is wrong with the options of a file's matching, told before any row is compared."""

import os
from pathlib import Path

from phonenumbers import SUPPORTED_REGIONS

from dispatch.errors import Fault, Invalid
from dispatch.exchange.tables import Format


def country(region: str) -> str:
    """The country's two letters, in capitals.

    Raises Invalid for what is no country whose telephone numbers are known.
    """
    code = region.strip().upper()
    if code not in SUPPORTED_REGIONS:
        raise _wrong("region", f"{region!r} is no country; give its two letters, such as DE, CL or US")
    return code


def check_target(out: Path, source: Path) -> None:
    """Makes sure that results can be written to `out` without touching the file that is read.

    Raises Invalid, which names what is wrong with it and what to do.
    """
    try:
        Format.of(out)
    except Invalid as error:
        raise _wrong("out", str(error)) from error
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise _wrong("out", f"{out} ends in {out.suffix}; name it .csv or .xlsx")
    if out.is_dir():
        raise _wrong("out", f"{out} is a folder; name a file in it")
    if not out.parent.is_dir():
        raise _wrong("out", f"there is no folder {out.parent}; make it first, or name another")
    if out.exists() and source.exists() and out.samefile(source):
        raise _wrong("out", f"{out} is the file that is read; name another, so that it stays as it is")
    if not os.access(out.parent, os.W_OK) or (out.exists() and not os.access(out, os.W_OK)):
        raise _wrong("out", f"{out} may not be written; name a file in a folder of yours")


def _wrong(field: str, what: str) -> Invalid:
    message = f"--{field}: {what}"
    return Invalid(message, (Fault(f"/{field}", message),))
