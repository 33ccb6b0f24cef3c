"""The commands on their smallest: they print a table, keep their figures, and the referee agrees with every plan."""

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.bound import bound
from tests.benchmarks import days, hhcrsp, peers, scale, stages, trsp
from tests.benchmarks.contest import proven, sample_days, solvers
from tests.benchmarks.contest.instances import instances
from tests.benchmarks.contest.protocol import Finish, Request
from tests.benchmarks.contest.racer import peak_mib
from tests.builders import published

needs_instances = pytest.mark.skipif(not published.FOLDER.is_dir(), reason=published.MISSING)
needs_peers = pytest.mark.skipif(not all(map(solvers.installed, solvers.MODULES)), reason=solvers.MISSING)
SMALLEST = 12
"""Visits of a sample day that takes a moment."""


@pytest.fixture(autouse=True)
def nothing_to_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compiled on the way does no harm where nothing is measured; the best-known commands warm up as usual."""
    for command in (days, peers, scale, stages):
        monkeypatch.setattr(command, "warm", lambda *_: None)


def here(request: Request) -> Finish:
    """A race in this process; those of the published instances run in processes of their own."""
    module = importlib.import_module(solvers.MODULES[request.solver])
    found: Finish = module.run(request)
    return replace(found, seconds=request.seconds, base_mib=1.0, peak_mib=peak_mib())


def figures(file: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(file.read_text())
    assert {"processor", "cores", "python", "ortools", "commit"} <= kept["machine"].keys()
    return kept


@pytest.mark.shared
@needs_instances
@pytest.mark.parametrize(("command", "name"), [(trsp, "R207"), (hhcrsp, "CPLEX_HCSRP_25_1")])
def test_best_known(command: Any, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    code = command.main(["--seconds", "0.5", "--seeds", "1", "--only", name, "--threads", "1", "--json", str(file)])
    kept = figures(file)
    (run,) = kept["runs"]
    assert run["told"] == ""
    assert code == 0
    assert (run["value"] is None) == bool(run["left_out"])
    if run["value"] is not None:
        assert run["gap"] == pytest.approx(100 * (run["value"] / run["best"] - 1))
    printed = capsys.readouterr().out
    assert run["instance"] in printed
    assert "new best values, checked by the referee" in printed
    assert kept["summary"]["limits"][0]["runs"] == 1


@pytest.mark.shared
@needs_instances
@needs_peers
def test_peers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    asked = ["--seconds", "0.5", "--seeds", "1", "--only", "C104", "--cores", "1", "--json", str(file)]
    assert peers.main(asked) == 0
    kept = figures(file)
    assert [run["solver"] for run in kept["runs"]] == list(solvers.MODULES)
    for run in kept["runs"]:
        assert run["told"] == ""
        assert run["value"] >= instances("vrptw", "C104")[0].best
    assert [row["runs"] for row in kept["summary"]] == [1] * len(solvers.MODULES)
    assert kept["summary"][0]["ratio"] == 1.0
    assert capsys.readouterr().out.count("C104") == len(solvers.MODULES)


@needs_peers
def test_sample_days(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On one day, which takes longest to make."""
    assert sample_days.technicians_for(SMALLEST) == 2
    for command in (days, stages, scale, proven):
        monkeypatch.setattr(command, "race", here)
    monkeypatch.setattr(proven, "bound_in_child", bound)
    file = tmp_path / "figures.json"
    small = ["--seconds", "0.3", "--sizes", str(SMALLEST), "--json", str(file)]
    monkeypatch.setattr(proven, "SMALL", SMALLEST - 1)
    one_day = [*small, "--seeds", "1", "--cores", "1", "--peers", "pyvrp"]
    assert days.main(one_day) == 0
    assert [(run["peer"], run["solver"]) for run in figures(file)["runs"]] == [
        ("pyvrp", "ours"),
        ("pyvrp", "pyvrp"),
    ]
    assert all(run["told"] == "" and run["cost"] > 0 for run in figures(file)["runs"])
    monkeypatch.setattr(proven, "SMALL", SMALLEST)
    assert days.main([*one_day, "--bound-seconds", "2"]) == 0
    (day,) = figures(file)["summary"]["bounds"]
    assert day["told"] == ""
    assert day["bound"] <= day["cost"]
    assert stages.main([*small, "--kinds", "days", "--threads", "1"]) == 0
    steps = figures(file)["runs"]
    assert steps[0]["before"] is None
    assert [step["before"] for step in steps[1:]] == [step["after"] for step in steps[:-1]]
    assert scale.main([*small, "--threads", "1"]) == 0
    (row,) = figures(file)["runs"]
    assert row["visits"] == SMALLEST
    assert 0 < row["program"] < row["peak"]
    assert "to the power of" in capsys.readouterr().out
