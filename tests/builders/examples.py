"""How many examples a property is tried with: few for every change, many in a long run (`python -m tests.long`)."""

import os
from typing import Final

VARIABLE: Final = "DISPATCH_TEST_EXAMPLES"
"""Set by a long run: as many examples for each property, and others each time."""


def is_long() -> bool:
    """Whether this is part of a long run."""
    return bool(os.environ.get(VARIABLE))


def examples(few: int) -> int:
    """So many in a long run, else a few."""
    return int(os.environ[VARIABLE]) if is_long() else few
