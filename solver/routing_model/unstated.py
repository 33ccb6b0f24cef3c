"""What OR-Tools cannot be told from Python so badly that its plans would be of no use."""

from solver.problem import Problem


def unstated(problem: Problem) -> list[str]:
    """Why the routing model is to be left out for this problem, one sentence each; empty when it serves.

    Rules stated more weakly or strictly than they are do not count: the timing and the referee have the last word.
    """
    found = []
    if any(percent != 100 for _, percent in problem.travel.speed):
        found.append(
            "Speed changes by time of day; OR-Tools takes no travel time from Python that depends on the clock."
        )
    return found
