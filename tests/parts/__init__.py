"""Real programs that some tests need: Chromium, PostgreSQL, Valhalla.

A part that this machine lacks skips its tests with one line that says how to get it; with
`DISPATCH_TEST_REQUIRE_PARTS=1` in the environment, as in CI, it fails them instead.
"""

import os
from pathlib import Path
from typing import NoReturn

REQUIRE = "DISPATCH_TEST_REQUIRE_PARTS"
CACHE = "DISPATCH_TEST_PARTS"


def missing(part: str, how: str) -> NoReturn:
    """Skip the test, or fail it where every part is required.

    `part` is what is not there ("Chromium"), `how` the command that gets it.
    """
    import pytest  # here, because the parts are installed where there is no pytest yet

    message = f"{part} is not on this machine; to get it: {how}"
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def cache_dir() -> Path:
    """The folder where downloaded parts are kept: `$DISPATCH_TEST_PARTS`, else `~/.cache/dispatch-tests`."""
    given = os.environ.get(CACHE)
    return Path(given) if given else Path.home() / ".cache" / "dispatch-tests"
