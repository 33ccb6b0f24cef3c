"""Our own solver, as anybody calls it."""

from solver.search import Limits
from solver.solve import solve
from tests.benchmarks.contest.protocol import Finish, Request


def run(request: Request) -> Finish:
    """`solver.solve.solve` within the request's limits."""
    seconds = None if request.iterations is not None else request.seconds
    limits = Limits(seconds=seconds, iterations=request.iterations, seed=request.seed, threads=request.threads)
    return Finish(solution=solve(request.problem, limits))
