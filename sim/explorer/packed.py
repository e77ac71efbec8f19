"""Arrays of numbers as short text, which the page's own script unpacks (`page/unpack.js`)."""

import base64
import zlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
DIGITS = 6  # significant, of the largest value of a curve


def units(values: Floats) -> Floats:
    """Powers of ten to which values [..., cell, year] are rounded, by cell: the largest keeps `DIGITS` digits."""
    known = np.where(np.isfinite(values), np.abs(values), 0.0)
    largest = known.max(axis=(*range(values.ndim - 2), values.ndim - 1))
    with np.errstate(divide="ignore"):
        return np.where(largest > 0, 10.0 ** (np.floor(np.log10(largest)) + 1 - DIGITS), 1.0)


def whole(values: Floats, unit: Floats | float) -> Whole:
    """Values [..., cell, year] counted in their units; where there is none, what stands before it, or 0."""
    scaled = np.round(values / (unit[:, None] if isinstance(unit, np.ndarray) else unit))
    known = np.isfinite(scaled)
    place = np.where(known, np.arange(values.shape[-1]), -1)
    place = np.maximum.accumulate(place, axis=-1)
    filled = np.take_along_axis(np.where(known, scaled, 0.0), np.maximum(place, 0), axis=-1)
    return np.where(place >= 0, filled, 0.0).astype(np.int64)


def pack(parts: list[Whole], known: NDArray[np.bool_]) -> str:
    """Parts [curve, cell, year] and, for the curves of all parts in turn, where there is a value.

    Each curve is told as what it adds to the first of its part, and each year as what it adds to the year before; these
    small numbers stand in four planes of bytes, the lowest first, and are deflated.
    """
    steps = []
    for part in parts:
        apart = np.concatenate([part[:1], part[1:] - part[:1]])
        steps.append(np.diff(apart, axis=-1, prepend=0).reshape(-1))
    step = np.concatenate(steps)
    folded = ((step << 1) ^ (step >> 63)).astype(np.uint32)  # signs go into the lowest bit
    planes = folded.view(np.uint8).reshape(-1, 4).T
    payload = planes.tobytes() + known.reshape(-1).astype(np.uint8).tobytes()
    return base64.b64encode(zlib.compress(payload, 6)).decode("ascii")
