"""Random numbers inside kernels: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators,
scrambled", ACM TOMS 42, 2016). The state belongs to a chain, so that chains in threads stay reproducible.
"""

from math import log

import numpy as np
import numpy.typing as npt

from solver.jit import inner

Seed = npt.NDArray[np.uint64]


def seed_of(seed: int, chain: int) -> Seed:
    """The state for a chain of a search; never zero."""
    sequence = np.random.SeedSequence([seed % 2**63, chain])
    return np.maximum(sequence.generate_state(1, np.uint64), np.uint64(1))


@inner
def uniform(seed: Seed) -> float:
    """At least 0, less than 1."""
    x = seed[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    seed[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inner
def below(seed: Seed, count: int) -> int:
    """A whole number from 0 to count - 1."""
    return int(uniform(seed) * count)


@inner
def cooled(hot: float, cold: float, share: float) -> float:
    """The temperature after a share of the way from one to the other, falling geometrically; 0 where nothing costs."""
    return hot * (cold / hot) ** share if hot != 0.0 else 0.0


@inner
def exponential(seed: Seed) -> float:
    """With mean 1."""
    return -log(1.0 - uniform(seed))
