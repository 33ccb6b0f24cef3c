"""Gaps, ratios, exponents, limits, slots: what the tables are made of."""

import math

import pytest

from tests.benchmarks import days, peers, scale
from tests.benchmarks.contest import gaps, limits, slots, solvers
from tests.benchmarks.contest.best_known import Run, new_best
from tests.benchmarks.contest.protocol import Request
from tests.benchmarks.contest.racing import race
from tests.benchmarks.contest.standings import Run as Raced
from tests.benchmarks.contest.standings import standings, targets_kept
from tests.builders import problems as b
from tests.builders import published
from tests.long import __main__ as long_tests

SIZES = [50.0, 100.0, 200.0, 400.0]


def test_the_exponent_of_a_power_is_found() -> None:
    assert gaps.exponent(SIZES, [7 * size**1.5 for size in SIZES]) == pytest.approx(1.5)
    assert math.isnan(gaps.exponent([50.0], [3.0]))


def test_a_run_without_a_plan_counts_as_the_worst() -> None:
    found = [0.5, math.inf, 1.0]
    assert gaps.median(found) == 1.0
    assert gaps.mean(found) == math.inf
    assert gaps.shown(gaps.mean(found)) == "-"


def test_ratios_are_geometric_and_leave_out_who_has_no_plan() -> None:
    assert gaps.ratio([2.0, 8.0, math.inf], [1.0, 1.0, 1.0]) == pytest.approx(4.0)


def test_seconds_by_size_are_changed_one_by_one_or_all_at_once() -> None:
    found = limits.by_size(["5", "400=7", "800=9"], {100: 1.0, 400: 1.0})
    assert found == {100: 5.0, 400: 7.0, 800: 9.0}
    assert [limits.seconds_for(size, found) for size in (50, 100, 300, 2000)] == [5.0, 5.0, 7.0, 9.0]


def test_tasks_keep_their_order_and_no_two_share_cores() -> None:
    there = [(0,), (1,)]
    busy: set[slots.Slot] = set()

    def work(task: int, place: slots.Slot) -> int:
        assert place not in busy
        busy.add(place)
        busy.remove(place)
        return task * task

    assert list(slots.run_all(range(20), work, there)) == [(task, task * task) for task in range(20)]


def test_a_new_best_value_is_one_that_rounding_cannot_have_made(capsys: pytest.CaptureFixture[str]) -> None:
    def run(name: str, value: float | None) -> Run:
        return Run(name, 1.0, 0, 0, value, best=100.0, gap=0.0, rounding=0.05, took=1.0, told="")

    better = new_best([run("a", 99.0), run("a", 98.5), run("b", 99.97), run("c", None)])
    assert better == {"a": 98.5}
    assert "98.500, was 100.000 (-1.500 %)" in capsys.readouterr().out


def test_targets_are_judged_by_the_median_and_by_the_peers() -> None:
    def run(solver: str, gap: float) -> Raced:
        return Raced("R1", 100, solver, 1, 0, 0, value=100 + gap, gap=gap, took=1.0, told="")

    names = [solvers.OURS, "pyvrp"]
    assert targets_kept(standings([run(solvers.OURS, 0.05), run("pyvrp", 0.1)], names))
    assert not targets_kept(standings([run(solvers.OURS, 0.05), run("pyvrp", 0.01)], names))
    assert not targets_kept(standings([run(solvers.OURS, 0.2), run("pyvrp", 0.3)], names))


def test_a_solver_that_breaks_down_is_told_of() -> None:
    finish = race(Request("nobody", b.problem([b.visit("a", 1)]), 1.0))
    assert finish.failed
    assert "ended with 1: KeyError: 'nobody'" in finish.told


def test_growth_is_that_of_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        scale.Row(size, 1, size, 1, 0, size / 100, 1.0, 1.0, 50.0 + size + size**2 / 50, 50.0, size**2 / 50, "")
        for size in (50, 100, 200)
    ]
    found = scale.growth(rows)
    assert found["seconds to the first plan"] == pytest.approx(1.0)
    assert found["memory beyond program and matrices"] == pytest.approx(1.0)
    assert "to the power of 1.00" in capsys.readouterr().out


def test_without_instances_or_peers_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(published, "FOLDER", tmp_path_factory.getbasetemp() / "nowhere")
        assert peers.main([]) == 2
    assert capsys.readouterr().err == f"{published.MISSING}\n"
    monkeypatch.setattr(solvers, "installed", lambda name: name == solvers.OURS)
    assert days.main([]) == 2
    assert capsys.readouterr().err == f"{solvers.MISSING}\n"


def test_the_long_tests_know_the_benchmarks_that_judge(capsys: pytest.CaptureFixture[str]) -> None:
    assert long_tests.main([]) == 2
    told = capsys.readouterr().err
    for name in long_tests.JUDGED:
        assert name in told
        with pytest.raises(SystemExit) as ended:
            long_tests.main([name, "--help"])
        assert ended.value.code == 0
        assert "--judge" in capsys.readouterr().out
