"""Samples of the factor space for sensitivity analysis: what SALib draws on the unit cube, put to paths and seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.model.parameters import parameters

Floats = NDArray[np.float64]
SEED_FACTOR = "seed"
METHODS = {
    "morris": "screening by elementary effects (Morris 1991; Campolongo et al. 2007)",
    "sobol": "shares of variance, alone and with interactions (Saltelli et al. 2010)",
    "pawn": "shift of the whole distribution, for skewed outcomes (Pianosi and Wagener 2018)",
}
LEVELS = 4  # of a Morris grid
SLICES = 10  # of a factor's range, in PAWN
DRAW = 20260521  # of sampling: the same samples on every machine


@dataclass(frozen=True)
class Problem:
    """What is varied: path -> (lowest, highest) value, the seeds that the seed factor takes, method and samples.

    samples: trajectories (Morris), size of each base matrix (Sobol, a power of two), points (PAWN).
    """

    method: str
    ranges: Mapping[str, tuple[float, float]]
    seeds: tuple[int, ...]
    samples: int

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(f"--method {self.method!r} is not one of {', '.join(METHODS)}")
        wrong = next((path for path, (low, high) in self.ranges.items() if not low < high), None)
        if wrong:
            low, high = self.ranges[wrong]
            raise UsageError(f"--vary {wrong}={low:g}:{high:g}: the range is empty", "write PATH=LOW:HIGH")
        if not self.ranges:
            raise UsageError("nothing is varied", "write --vary PATH=LOW:HIGH")
        least = {"morris": 2, "sobol": 4, "pawn": 4 * SLICES}[self.method]
        if self.samples < least:
            raise UsageError(f"--samples {self.samples}: {self.method} needs at least {least}")
        if self.method == "sobol" and self.samples & (self.samples - 1):
            near = 1 << round(np.log2(self.samples))
            raise UsageError(
                f"--samples {self.samples} is no power of two", f"--samples {near}: Sobol' sequences need one"
            )
        if self.method == "pawn" and len(self.seeds) > SLICES:
            raise UsageError(f"{len(self.seeds)} seeds: PAWN tells at most {SLICES} seeds apart", f"--seeds {SLICES}")

    @property
    def names(self) -> list[str]:
        """The factors, the seed last where it varies."""
        return [*self.ranges, *([SEED_FACTOR] if len(self.seeds) > 1 else [])]

    @property
    def block(self) -> int:
        """Runs that belong together: an index is computed from whole blocks."""
        return {"morris": len(self.names) + 1, "sobol": len(self.names) + 2, "pawn": 1}[self.method]

    @property
    def runs(self) -> int:
        """Rows of the sample; rows that repeat are run once."""
        return self.samples * self.block

    def salib(self) -> dict[str, Any]:
        """The problem in SALib's words, on the unit cube."""
        return {"num_vars": len(self.names), "names": self.names, "bounds": [[0.0, 1.0]] * len(self.names)}

    def unit(self) -> Floats:
        """The sample on the unit cube [row, factor]; blocks of rows stand together."""
        if self.method == "morris":
            from SALib.sample.morris import sample

            return np.asarray(sample(self.salib(), self.samples, num_levels=LEVELS, seed=DRAW))
        if self.method == "sobol":
            from SALib.sample.sobol import sample as sobol

            return np.asarray(sobol(self.salib(), self.samples, calc_second_order=False, seed=DRAW))
        from SALib.sample.latin import sample as latin

        return np.asarray(latin(self.salib(), self.samples, seed=DRAW))

    def design(self, unit: Floats) -> pd.DataFrame:
        """Values of the paths, and the column `seed`, for each row of a unit sample."""
        columns: dict[str, Any] = {}
        for place, (path, (low, high)) in enumerate(self.ranges.items()):
            values = low + unit[:, place] * (high - low)
            columns[path] = np.round(values) if _whole(path) else values
        columns[SEED_FACTOR] = np.array(self.seeds)[self._seed_places(unit)]
        return pd.DataFrame(columns)

    def _seed_places(self, unit: Floats) -> NDArray[np.int64]:
        """Which seed each row takes. Each Morris trajectory has two seeds of its own, so that all seeds are met."""
        if SEED_FACTOR not in self.names:
            return np.zeros(len(unit), np.int64)
        if self.method == "morris":
            trajectory = np.arange(len(unit)) // self.block
            return np.asarray((2 * trajectory + (unit[:, -1] > 0.5)) % len(self.seeds), np.int64)
        return np.minimum((unit[:, -1] * len(self.seeds)).astype(np.int64), len(self.seeds) - 1)


def _whole(path: str) -> bool:
    """Whether a path takes whole numbers only."""
    about = parameters().get(path.removeprefix("parameters."))
    return about is not None and about.unit in ("quarters", "count")


def fitted() -> dict[str, tuple[float, float]]:
    """Paths of the parameters that calibration may move, with their declared ranges."""
    return {f"parameters.{name}": (p.low, p.high) for name, p in parameters().items() if p.fitted}


def ranges(pairs: Sequence[str]) -> dict[str, tuple[float, float]]:
    """PATH=LOW:HIGH texts as ranges, percent read. Raises UsageError."""
    found = {}
    for pair in pairs:
        path, _, span = pair.partition("=")
        low, colon, high = span.partition(":")
        try:
            found[path.strip()] = (_number(low), _number(high))
        except ValueError:
            colon = ""
        if not colon or not path.strip():
            raise UsageError(f"--vary {pair!r} is not PATH=LOW:HIGH", "for example --vary parameters.horizon=16:48")
    return found


def _number(text: str) -> float:
    return float(text.strip().removesuffix("%")) * (0.01 if text.strip().endswith("%") else 1.0)
