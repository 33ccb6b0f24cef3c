"""Offers are honest: each put into the full plan under the referee's eye, and small cases against brute force.

Random companies of three technicians and five days are filled slot by slot. Every offer on the way is put into the plan
(and taken back) by the one act by which a hold is, and the referee must have nothing against it. Of small cases every
window is tried in every way: what nobody can keep must not be offered, and at least 99 % of what somebody can must be
offered or withheld for a reason of policy that really holds. The exit code is 1 when not.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final

from db.engine import make_engine
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.appointments.slots.desk import Desk
from tests.appointments.slots.judging import Tally, compared, missing, why_infeasible
from tests.appointments.slots.randomly import Chance
from tests.builders.planning import DAY, Company, at
from tests.planning.common import SYSTEM

LEAST: Final = 0.99
ORDERS: Final = 12
"""Pieces of work per company."""


def main(arguments: list[str]) -> int:
    """Try so many offers and cases; 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.long slots", description=__doc__)
    parser.add_argument("--offers", type=int, default=2000)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.sqlite3"
        upgrade(f"sqlite:///{template}")
        honest = verified(template, asked.seed, asked.offers)
        return 0 if brute_force(template, asked.seed, asked.cases) and honest else 1


def verified(template: Path, seed: int, wanted: int) -> bool:
    """Whether the referee has nothing against so many offers."""
    began, tried, wrong, reasons = time.perf_counter(), 0, 0, Counter[str]()
    while tried < wanted:
        with company(template, seed, days=5) as chance:
            chance.staff(3)
            for _ in range(ORDERS):
                order = chance.order()
                offered = chance.desk.offer(order)
                reasons.update(each.code.value for each in offered.withheld)
                for slot in offered.offers:
                    tried += 1
                    why = why_infeasible(chance.desk, slot)
                    if why is not None:
                        wrong += 1
                        print(f"seed {seed}, {order.number}, {slot.local_date} {slot.local_from}: {why}")
                if offered.offers:
                    chance.desk.hold(chance.random.choice(offered.offers))
        seed += 1
    told = ", ".join(f"{code} {count}" for code, count in reasons.most_common())
    print(
        f"{tried} offers put into the plan, {wrong} infeasible, {time.perf_counter() - began:.0f} s; withheld: {told}"
    )
    return wrong == 0


def brute_force(template: Path, seed: int, cases: int) -> bool:
    """Whether offers and reasons are those that trying every way finds."""
    began, tally, unsaid, done = time.perf_counter(), Tally(), 0, 0
    while done < cases:
        with company(template, seed, days=3) as chance:
            chance.staff(2)
            days = [DAY + timedelta(days=day) for day in range(3)]
            for _ in range(min(6, cases - done)):
                done += 1
                order = chance.order()
                offered = chance.desk.offer(order, width=120, days=3)
                found, lines = compared(chance.desk, order, offered, days)
                lines += missing(chance.desk, offered, days, 120)
                unsaid += sum(line.startswith("nothing") for line in lines)
                tally.add(found)
                print("".join(f"seed {seed}: {line}\n" for line in lines), end="")
                if offered.offers:
                    chance.desk.hold(chance.random.choice(offered.offers))
        seed += 1
    share = 1 - tally.silent / tally.kept if tally.kept else 1.0
    print(
        f"{done} cases, {tally.windows} windows, {tally.kept} can be kept: {100 * share:.2f} % of these are offered or "
        f"rightly withheld, {tally.infeasible} infeasible offered, {unsaid} not spoken of, "
        f"{time.perf_counter() - began:.0f} s"
    )
    return share >= LEAST and not tally.infeasible and not unsaid


@contextmanager
def company(template: Path, seed: int, days: int) -> Iterator[Chance]:
    """A company by chance in a database of its own."""
    file = template.with_name(f"{seed}-{days}.sqlite3")
    shutil.copyfile(template, file)
    clock = FixedClock(at(6))
    engine = make_engine(f"sqlite:///{file}")
    uow = UnitOfWork(engine, now=clock.now)
    with uow(viewer=SYSTEM) as session:
        yield Chance(Desk(uow, clock, Company(session)), Random(seed), days)
    engine.dispose()
    file.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
