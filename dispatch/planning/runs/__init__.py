"""Planning runs: asked for, carried out, cancelled, looked at.

A run keeps all that is needed to carry it out again: the problem in the optimiser's own format, the seed and the
limits. With `iterations` as its limit, `dispatch solve` on the downloaded problem gives the same solution.
"""

from dispatch.planning.runs.execution import execute
from dispatch.planning.runs.handler import JOB_KIND, RunHandler
from dispatch.planning.runs.requests import (
    OVER,
    cancel,
    get,
    job_key,
    listed,
    problem_file,
    proposal_of,
    proposals_of,
    request_run,
    solution_file,
)

__all__ = [
    "JOB_KIND",
    "OVER",
    "RunHandler",
    "cancel",
    "execute",
    "get",
    "job_key",
    "listed",
    "problem_file",
    "proposal_of",
    "proposals_of",
    "request_run",
    "solution_file",
]
