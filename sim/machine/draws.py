"""Luck by address: every draw is a pure function of (seed, stream, quarter, identity).

Scenarios with one seed share every draw, so that they differ only by what policy does; order and workers never matter.
The generator is SplitMix64's finaliser as a counter-based hash [Steele2014].
"""

from enum import IntEnum

import numpy as np

from sim.machine.arithmetic import log
from sim.machine.compiled import rule

_G = np.uint64(0x9E3779B97F4A7C15)
_C1 = np.uint64(0xBF58476D1CE4E5B9)
_C2 = np.uint64(0x94D049BB133111EB)
_11, _27, _30, _31, _32 = (np.uint64(n) for n in (11, 27, 30, 31, 32))
_ONE = np.uint64(1)
_LOW = np.uint64(0xFFFFFFFF)


class Stream(IntEnum):
    """One stream per mechanism: a draw is never shared by two."""

    start = 0
    shock = 1
    innovation = 2
    adoption = 3
    review = 4
    renegotiation = 5
    exogenous = 6
    search = 7
    candidate = 8
    taste = 9
    screening = 10
    entry = 11
    clause = 12
    form = 13
    investment = 14


@rule
def mix(z: np.uint64) -> np.uint64:
    """SplitMix64's finaliser: a bijection of 64 bits in which every input bit moves half of the output bits."""
    z = np.uint64(z)
    z ^= z >> _30
    z *= _C1
    z ^= z >> _27
    z *= _C2
    return z ^ (z >> _31)


@rule
def key(seed: int, stream: int, quarter: int) -> np.uint64:
    """Key of all draws of a stream in a quarter."""
    return mix(mix(mix(np.uint64(seed) + _G) ^ (np.uint64(stream) * _G)) + np.uint64(quarter) * _G)


@rule
def bits(stream_key: np.uint64, identity: int | np.uint64) -> np.uint64:
    """64 random bits of an identity under a key."""
    return mix(np.uint64(stream_key) + (np.uint64(identity) + _ONE) * _G)


@rule
def join(a: int | np.uint64, b: int | np.uint64) -> np.uint64:
    """One identity out of two."""
    return mix(np.uint64(a) + _G) + np.uint64(b)


@rule
def uniform(stream_key: np.uint64, identity: int | np.uint64) -> float:
    """A draw from [0, 1) with 53 bits."""
    return np.float64(bits(stream_key, identity) >> _11) * 2.0**-53


@rule
def normal(stream_key: np.uint64, identity: int | np.uint64) -> float:
    """Nearly standard normal: a sum of four uniforms of 16 bits, exact mean 0 and variance 1, within +-3.47."""
    h = bits(stream_key, identity)
    part = np.uint64(0xFFFF)
    total = np.float64(h & part) + np.float64((h >> np.uint64(16)) & part)
    total = total + np.float64((h >> _32) & part) + np.float64((h >> np.uint64(48)) & part)
    return (total * 2.0**-16 + 2.0**-15 - 2.0) * 1.7320508075688772


@rule
def gumbel(u: float) -> float:
    """A taste shock from a uniform draw; the largest of several gives logit choice."""
    return -log(-log(min(max(u, 1e-12), 1.0 - 1e-12)))
