"""Who takes part: names, the modules that run them, and whether one process of theirs uses several cores."""

import importlib.util
from importlib.metadata import version
from typing import Final

OURS: Final = "ours"
MODULES: Final = {
    OURS: "tests.benchmarks.contest.ours",
    "pyvrp": "tests.benchmarks.contest.pyvrp_model",
    "vroom": "tests.benchmarks.contest.vroom_model",
    "ortools": "tests.benchmarks.contest.ortools_model",
}
SEVERAL_CORES: Final = frozenset({OURS, "vroom"})
WITHOUT_SEED: Final = frozenset({"vroom"})
"""Whoever answers the same whatever the seed is run once."""

NEEDED: Final = {"pyvrp": "pyvrp", "vroom": "vroom"}
MISSING: Final = "the extra `bench` (pyvrp, pyvroom) is not installed: pip install -e '.[bench]'"
DISTRIBUTIONS: Final = ("ortools", "pyvrp", "pyvroom", "numba", "numpy")


def installed(name: str) -> bool:
    """Whether the solver can run here."""
    return name not in NEEDED or importlib.util.find_spec(NEEDED[name]) is not None


def versions() -> dict[str, str]:
    """Versions of the solvers and of what ours is made of, those installed."""
    found = {name: name for name in DISTRIBUTIONS if name not in ("pyvrp", "pyvroom")}
    found |= {name: name for name, solver in (("pyvrp", "pyvrp"), ("pyvroom", "vroom")) if installed(solver)}
    return {name: version(name) for name in found}
