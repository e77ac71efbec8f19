"""exp, log and logistic in IEEE operations: the same bits on every machine, compiled or interpreted, and inlinable.

The machine library's functions differ in the last bit between platforms, which a long simulation amplifies.
"""

import numpy as np

from sim.machine.compiled import rule

_LOG2E = 1.4426950408889634
_LN2_HI = 6.93147180369123816490e-01
_LN2_LO = 1.90821492927058770002e-10
_SHIFT = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer kept in the low bits
_BIAS = np.uint64(1023)
_52 = np.uint64(52)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_ONE = np.uint64(0x3FF0000000000000)
_INTEGER = np.uint64(0x4330000000000000)  # 2**52, whose low bits count in ones
_BIASED = 4503599627370496.0 + 1023.0


@rule
def exp(x: float) -> float:
    """e**x for x in [-700, 700] (clipped), relative error below 1e-14: range reduction and a polynomial."""
    x = min(max(x, -700.0), 700.0)
    t = x * _LOG2E + _SHIFT
    n = t - _SHIFT
    r = (x - n * _LN2_HI) - n * _LN2_LO
    r2 = r * r
    r4 = r2 * r2
    r8 = r4 * r4
    q = (
        ((1.0 + r) + r2 * (0.5 + r * (1.0 / 6.0)))
        + r4 * ((1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0)))
        + r8 * ((1.0 / 40320.0 + r * (1.0 / 362880.0)) + r2 * (1.0 / 3628800.0 + r * (1.0 / 39916800.0)))
    )
    return q * np.uint64((np.float64(t).view(np.uint64) + _BIAS) << _52).view(np.float64)


@rule
def log(x: float) -> float:
    """ln x for x > 0 (below 1e-300 taken as 1e-300), error below 2e-15: exponent and the series of atanh."""
    bits = np.float64(max(x, 1e-300)).view(np.uint64)
    n = np.uint64((bits >> _52) | _INTEGER).view(np.float64) - _BIASED  # integer to float, several at a time
    m = np.uint64((bits & _MANTISSA) | _ONE).view(np.float64)
    large = m > 1.4142135623730951
    m = 0.5 * m if large else m
    n = n + 1.0 if large else n
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    high = 1 / 11 + z * (1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19))))
    series = 2.0 * s * (1.0 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * high)))))
    return n * _LN2_HI + (n * _LN2_LO + series)


@rule
def power(x: float, y: float) -> float:
    """x**y for x >= 0; 0 at x = 0."""
    return exp(y * log(x)) if x > 0.0 else 0.0


@rule
def logistic(x: float) -> float:
    """1 / (1 + e**-x)."""
    return 1.0 / (1.0 + exp(-x))


@rule
def clip(x: float, low: float, high: float) -> float:
    """x held within [low, high]."""
    return min(max(x, low), high)
