"""Where the log goes: to standard error, a line an event."""

import logging
import sys


def write_log_to_stderr(level: int = logging.INFO) -> None:
    """Makes the process write its log, requests included, to standard error. For whoever starts the process."""
    logger = logging.getLogger("dispatch")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(level)
