"""The mixed model finds what makes visits long; the sample company's truth knows what that is."""

import math
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.durations.effects import Done, Effects, fit
from fixtures.company.truth import Circumstances, Truth

HOUR = 3600
TRUTH = Truth(3)
TYPES = [f"type {i}" for i in range(12)]
PEOPLE = [f"technician {i}" for i in range(20)]
MODELS = [f"model {i}" for i in range(25)]


def circumstances(random: Random) -> Circumstances:
    return Circumstances(
        HOUR,
        random.choice(TYPES),
        random.choice(PEOPLE),
        random.choice(MODELS),
        random.uniform(0, 20),
        random.choice([0, 0, 1, 2]),
    )


def visits(count: int, random: Random) -> list[Done]:
    found = []
    for _ in range(count):
        c = circumstances(random)
        share = TRUTH.draw_seconds(c, random) / HOUR
        found.append(Done(share, c.work_type, c.technician, c.model, c.age_years))
    return found


def error(model: Effects, asked: list[Circumstances]) -> float:
    """How far the logarithm of what is expected is from that of the median, a constant apart: root mean square."""
    off = [
        math.log(model.factor(c.work_type, c.technician, c.model, c.age_years)[0] * HOUR / TRUTH.median_seconds(c))
        for c in asked
    ]
    return float(np.std(off))


def test_more_visits_tell_more_and_hidden_effects_are_found() -> None:
    random = Random(1)
    asked = [circumstances(random) for _ in range(2000)]
    errors = [error(fit(visits(count, random)), asked) for count in (0, 200, 2000, 20000)]
    assert all(less < more for more, less in pairwise(errors)), errors
    assert errors[-1] < 0.1 < 0.25 < errors[0]


def test_mean_and_deviation_are_those_of_what_visits_take() -> None:
    random = Random(2)
    model = fit(visits(8000, random))
    asked = [circumstances(random) for _ in range(8000)]
    took = np.array([TRUTH.draw_seconds(c, random) / HOUR for c in asked])
    told = np.array([model.factor(c.work_type, c.technician, c.model, c.age_years) for c in asked])
    assert took.mean() == pytest.approx(told[:, 0].mean(), rel=0.02)
    assert math.sqrt(np.mean((took - told[:, 0]) ** 2)) == pytest.approx(math.sqrt(np.mean(told[:, 1] ** 2)), rel=0.06)


def test_as_many_end_within_a_tenth_as_are_said_to() -> None:
    random = Random(4)
    model = fit(visits(8000, random))
    below = []
    for c in (circumstances(random) for _ in range(6000)):
        mean, deviation = model.factor(c.work_type, c.technician, c.model, c.age_years)
        variance = math.log(1 + (deviation / mean) ** 2)
        z = (math.log(TRUTH.draw_seconds(c, random) / HOUR / mean) + variance / 2) / math.sqrt(variance)
        below.append(0.5 * (1 + math.erf(z / math.sqrt(2))))
    for tenth in range(5, 10):
        assert np.mean(np.array(below) < tenth / 10) == pytest.approx(tenth / 10, abs=0.03)


def test_nothing_learnt_is_as_planned() -> None:
    assert fit([]).factor("type 1", "technician 1", None, 3.0) == pytest.approx((1.0, 0.3))


def test_a_stranger_is_as_sure_as_the_others_are_alike() -> None:
    model = fit(visits(4000, Random(5)))
    known, stranger = (model.factor("type 1", who, "model 1", 5.0) for who in ("technician 1", "somebody new"))
    assert stranger[1] / stranger[0] > known[1] / known[0]


def test_a_handful_of_slow_visits_says_little() -> None:
    few = [Done(3.0, "type 1", "technician 1", None, 0.0)] * 3
    many = [Done(1.0, "type 2", "technician 2", None, 0.0)] * 300
    mean, _ = fit([*few, *many]).factor("type 1", "technician 1", None, 0.0)
    assert 1.0 < mean < 3.0


shares = st.builds(
    Done,
    share=st.floats(0.05, 5.0),
    work_type=st.sampled_from(TYPES[:3]),
    technician=st.sampled_from(PEOPLE[:3]),
    model=st.none() | st.sampled_from(MODELS[:3]),
    age_years=st.floats(0.0, 30.0),
)


@given(st.lists(shares, max_size=30), st.randoms(use_true_random=False))
def test_whatever_was_done_the_model_is_sound_and_does_not_depend_on_the_order(
    done: list[Done], random: Random
) -> None:
    model = fit(done)
    mean, deviation = model.factor("type 1", "technician 1", "model 1", 10.0)
    assert 0 < mean < 100
    assert 0 < deviation < 1000
    assert Effects.from_json(model.as_json()) == model
    random.shuffle(done)
    assert fit(done) == model
