"""Local processes as an executor."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from solver.spread.worker import listen


@contextmanager
def local_processes(count: int) -> Iterator[Executor]:
    """An executor over so many processes of this machine; at the end those still searching are told to stop."""
    context = get_context("spawn")
    ending = context.Event()
    executor = ProcessPoolExecutor(count, context, listen, (ending,))
    try:
        yield executor
    finally:
        ending.set()
        executor.shutdown(wait=True, cancel_futures=True)
