"""The properties of intake with thousands of examples, on both databases.

Merging taken back is the identity, and as if it had never been for who came since; groups do not depend on the order of
arrival; no message is lost, doubled, or shown to who may not see it; twenty copies at once are one. Goes in rounds,
each with a seed of its own, and prints a line for each. The exit code is 1 when a property does not hold; the line then
says how to try that round again.
"""

import argparse
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.builders.examples import VARIABLE

ROOT: Final = Path(__file__).resolve().parents[2]
DATABASES: Final = ("sqlite", "postgresql")
PROPERTIES: Final = {
    "identity": "merging/test_identity.py",
    "followers": "merging/test_followers.py",
    "arrival": "merging/test_grouping.py::test_the_groups_are_those_of_the_scores_in_whatever_order_tickets_arrive",
    "threads": "merging/test_messages.py",
    "messages": "channels/test_nothing_is_lost.py",
}
"""What is tried with examples, as many as a round has."""
AT_ONCE: Final = {"at once": "merging/test_at_once.py", "copies": "channels/test_taking.py"}
"""What has no examples: once in each round, as threads meet in another way each time."""
MOST_SEEDS: Final = 2**32


@dataclass(frozen=True, slots=True)
class Round:
    """One property on one database, with a seed."""

    name: str
    test: str
    database: str
    seed: int
    examples: int

    @property
    def command(self) -> list[str]:
        """What runs it."""
        kind = "at_once" if self.test in AT_ONCE.values() else ""
        chosen = f"{self.database} and {kind}" if kind else self.database
        where = f"tests/intake/{self.test}"
        return [
            "-m",
            "pytest",
            "-n0",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--hypothesis-seed={self.seed}",
            "-k",
            chosen,
            where,
        ]

    @property
    def again(self) -> str:
        """What somebody types to run it again."""
        said = " ".join(f"'{each}'" if " " in each else each for each in self.command)
        return f"{VARIABLE}={self.examples} python {said}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a round. told: what the tests printed, where it failed."""

    round: Round
    passed: bool
    seconds: float
    told: str


def main(arguments: Sequence[str]) -> int:
    """Rounds of all properties until there are as many examples as asked for, or one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.long intake", description=__doc__)
    parser.add_argument("--examples", type=int, default=2000, help="of each property on each database (default: 2000)")
    parser.add_argument("--round", type=int, default=500, help="examples of a round (default: 500)")
    parser.add_argument("--seed", type=int, help="of the first round (default: another each time)")
    parser.add_argument("--only", default="", help=f"one of {', '.join((*PROPERTIES, *AT_ONCE))}")
    parser.add_argument("--database", choices=DATABASES, help="one of them (default: both)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    if given.examples < 1 or given.round < 1:
        parser.error("--examples and --round are at least 1")
    seed = secrets.randbelow(MOST_SEEDS) if given.seed is None else given.seed
    rounds = list(rounds_of(given.examples, given.round, seed, given.only, given.database))
    if not rounds:
        parser.error(f"--only {given.only}: there is no such property")
    print(f"seed {seed}: {len(rounds)} rounds; to repeat all: --seed {seed} --examples {given.examples}", flush=True)
    return _run(rounds, given.processes)


def rounds_of(examples: int, size: int, seed: int, only: str, database: str | None) -> Iterator[Round]:
    """The rounds in their order: all properties on all databases, then again with the next seed."""
    for number, first in enumerate(range(0, examples, size)):
        for name, test in (PROPERTIES | AT_ONCE).items():
            for kind in DATABASES:
                if only in ("", name) and database in (None, kind):
                    yield Round(name, test, kind, (seed + number) % MOST_SEEDS, min(size, examples - first))


def _run(rounds: Sequence[Round], processes: int) -> int:
    tried: dict[tuple[str, str], int] = {}
    failed: list[Outcome] = []
    with ThreadPoolExecutor(processes) as pool:
        for number, outcome in enumerate(pool.map(lambda one: _outcome(one, failed), rounds), 1):
            if outcome is None:
                continue
            one = outcome.round
            tried[one.name, one.database] = tried.get((one.name, one.database), 0) + one.examples
            state = "holds" if outcome.passed else "FAILS"
            count = f"{tried[one.name, one.database]:6} examples" if one.name in PROPERTIES else f"{'':15}"
            print(
                f"{number:5} of {len(rounds)}  {one.name:9} {one.database:10} {count}  seed {one.seed:10} "
                f"{outcome.seconds:6.1f} s  {state}",
                flush=True,
            )
    for outcome in failed:
        print(f"\n{outcome.told.strip()}\n\nTry it again: {outcome.round.again}", file=sys.stderr)
    return 1 if failed else 0


def _outcome(one: Round, failed: list[Outcome]) -> Outcome | None:
    """The round's outcome; None: it was left out, as something has failed already."""
    if failed:
        return None
    began = time.perf_counter()
    environment = os.environ | {VARIABLE: str(one.examples)}
    done = subprocess.run(
        [sys.executable, *one.command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    # A property that was skipped, as a database is missing, was not tried.
    passed = done.returncode == 0 and re.search(r"\d+ passed", done.stdout) is not None and "skipped" not in done.stdout
    outcome = Outcome(one, passed, time.perf_counter() - began, done.stdout + done.stderr)
    if not passed:
        failed.append(outcome)
    return outcome
