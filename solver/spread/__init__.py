"""Large problems spread by territory over any `concurrent.futures.Executor`."""

from solver.spread.local import local_processes
from solver.spread.spread import solve_spread

__all__ = ["local_processes", "solve_spread"]
