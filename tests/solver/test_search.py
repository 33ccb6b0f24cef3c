"""The pace of a search: how far it says it is."""

from types import SimpleNamespace

import pytest

from solver.search import Limits, Search, StagePace


def test_a_stage_without_limits_cools_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("solver.search.time", SimpleNamespace(monotonic=lambda: now[0]))
    pace = StagePace(Search(Limits(None, None), None, None, None), None, None)
    shares = []
    for seconds in (0, 60, 600, 60_000):
        now[0] = 100.0 + seconds
        shares.append(pace.share())
        assert not pace.over()
    assert shares[:2] == [0.0, 0.5]
    assert shares == sorted(set(shares))
    assert shares[-1] < 1.0
