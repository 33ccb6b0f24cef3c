"""Cores for solvers, and tasks that take turns on them."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
Slot = tuple[int, ...]
"""Numbers of the cores that one task has to itself."""


def cores() -> tuple[int, ...]:
    """The cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def slots(cores_each: int, most: int | None = None) -> list[Slot]:
    """The machine's cores dealt out, so many to each slot; none when there are too few. most: slots at most."""
    there = cores()
    found = [there[i : i + cores_each] for i in range(0, len(there) - cores_each + 1, cores_each)]
    return found[:most]


def run_all(
    tasks: Sequence[Task], work: Callable[[Task, Slot], Result], places: Sequence[Slot]
) -> Iterator[tuple[Task, Result]]:
    """Each task and its result, in the order of the tasks; as many at once as there are slots, begun in that order.

    So whoever comes by turns in `tasks` comes by turns on the machine.
    """
    free: SimpleQueue[Slot] = SimpleQueue()
    for place in places:
        free.put(place)

    def one(task: Task) -> Result:
        place = free.get()
        try:
            return work(task, place)
        finally:
            free.put(place)

    with ThreadPoolExecutor(len(places)) as pool:
        try:
            yield from zip(tasks, pool.map(one, tasks), strict=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
