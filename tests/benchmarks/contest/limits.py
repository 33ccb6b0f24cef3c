"""Seconds by size, as options state them."""

import argparse
from collections.abc import Mapping, Sequence


def add_option(parser: argparse.ArgumentParser, usual: Mapping[int, float]) -> None:
    """Adds `--seconds`."""
    told = " ".join(f"{size}={seconds:g}" for size, seconds in usual.items())
    parser.add_argument(
        "--seconds", nargs="+", default=[], metavar="SIZE=S", help=f"by size, or one number for all (default: {told})"
    )


def by_size(asked: Sequence[str], usual: Mapping[int, float]) -> dict[int, float]:
    """The usual seconds, changed in order by each number (in place of all) and each SIZE=SECONDS."""
    found = dict(usual)
    for item in asked:
        size, _, seconds = item.rpartition("=")
        found |= {int(size): float(seconds)} if size else dict.fromkeys(found, float(seconds))
    return found


def seconds_for(size: int, seconds: Mapping[int, float]) -> float:
    """Those of the size, else of the next larger one named, else of the largest."""
    return seconds[min((known for known in seconds if known >= size), default=max(seconds))]
