"""What changed while a run was going on, replayed on its result.

Each shift of the suggestion is looked at against the day as it is now. One that no longer fits keeps its present route:
its route was changed by somebody else, the shift is gone, a visit of it is gone or cannot be planned any more, or the
referee finds a broken rule. Then those follow that would otherwise serve a visit twice, or lose one. What still fits is
accepted, so that a live day never starves its planner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.planning.change.drafts import RouteDraft, of_row
from dispatch.planning.change.verdict import breaches
from dispatch.planning.day.build import Built
from dispatch.planning.day.rows import DayRows

CHANGED = "its route was changed while the run was going on"
SHIFT_GONE = "the shift is gone, or can no longer be planned as it was"


@dataclass(frozen=True, slots=True)
class Replayed:
    """The routes that change, and the shifts that keep theirs: {shift id: why}."""

    accepted: tuple[RouteDraft, ...]
    kept: Mapping[int, str]


def replay(rows: DayRows, built: Built, proposed: Sequence[RouteDraft], base: Mapping[int, int]) -> Replayed:
    """What of a suggestion can still be had.

    proposed: one route per shift that the run could plan, empty ones too. base: the revisions that the run read.
    """
    return _Replay(rows, built, proposed, base).run()


class _Replay:
    def __init__(self, rows: DayRows, built: Built, proposed: Sequence[RouteDraft], base: Mapping[int, int]) -> None:
        self.rows, self.built, self.base = rows, built, base
        self.present = {shift: of_row(route) for shift, route in rows.routes.items()}
        self.proposed = {draft.shift_id: draft for draft in proposed}
        self.open = {shift for shift, draft in self.proposed.items() if self._differs(draft)}
        self.kept: dict[int, str] = {}

    def run(self) -> Replayed:
        for shift in sorted(self.open):
            why = self._stale(self.proposed[shift])
            if why is not None:
                self._keep(shift, why)
        self._spread()
        while self._judge():
            self._spread()
        return Replayed(tuple(self.proposed[shift] for shift in sorted(self.open)), dict(sorted(self.kept.items())))

    def _differs(self, draft: RouteDraft) -> bool:
        now = self.present.get(draft.shift_id, RouteDraft(draft.shift_id))
        return draft.stops != now.stops or (bool(draft.stops) and draft.departs_at != now.departs_at)

    def _keep(self, shift: int, why: str) -> None:
        self.open.discard(shift)
        self.kept[shift] = why

    def _stale(self, draft: RouteDraft) -> str | None:
        if draft.shift_id not in self.built.ids.shifts.values():
            return SHIFT_GONE
        if self.rows.revisions.get(draft.shift_id, 0) != self.base.get(draft.shift_id, 0):
            return CHANGED
        known = set(self.built.ids.visits.values())
        gone = [visit for visit in draft.visit_ids if visit not in known]
        if gone:
            return f"visit {self._name(gone[0])} can no longer be planned on this day"
        return None

    def _name(self, visit: int) -> str:
        names = {candidate.visit.id: candidate.name for candidate in self.rows.candidates}
        return names.get(visit, str(visit))

    def _spread(self) -> None:
        """Keeps the shifts whose suggestion shares a visit with a route that stays: nothing is doubled or lost."""
        found = True
        while found:
            found = False
            home = {v: s for s, draft in self.present.items() for v in draft.visit_ids}
            wanted = {v: s for s, draft in self.proposed.items() for v in draft.visit_ids}
            for shift in sorted(self.open):
                now = self.present.get(shift, RouteDraft(shift)).visit_ids
                doubled = [v for v in self.proposed[shift].visit_ids if home.get(v, shift) not in (shift, *self.open)]
                lost = [v for v in now if v in wanted and wanted[v] not in self.open]
                if doubled or lost:
                    visit = self._name((doubled or lost)[0])
                    self._keep(shift, f"visit {visit} cannot change places, as the other route stays as it is")
                    found = True

    def _judge(self) -> bool:
        """Keeps the shifts whose suggestion breaks a rule now; whether there were any."""
        accepted = {shift: self.proposed[shift] for shift in self.open}
        found = breaches(self.built, self.rows.horizon, self.present, accepted)
        alone = [breach for breach in found if len(breach.shift_ids & self.open) == 1]
        # Of several routes that break a rule together, keeping one may be enough.
        for breach in alone or found[:1]:
            for shift in sorted(breach.shift_ids & self.open)[:1]:
                self._keep(shift, breach.message)
        return bool(found)
