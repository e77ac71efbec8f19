"""Evaluated points, kept: each is run once, whatever interrupts or repeats a calibration."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calibration.record import record
from sim.calibration.targets import Found, Targets, evaluate
from sim.errors import CannotCreate
from sim.scenario import Scenario
from sim.scenario.vary import vary
from sim.study.store import Folder

FILE = "evaluations.jsonl"
BATCH = 8  # points a worker gets before all that is new is written down
Floats = NDArray[np.float64]


class Evaluations(NamedTuple):
    """Points [point, parameter] of the cube; moments, variance of one run [point, moment]; losses and odds [point]."""

    points: Floats
    moments: Floats
    variance: Floats
    losses: Floats
    odds: Floats

    def and_(self, other: "Evaluations") -> "Evaluations":
        """Both, one after the other."""
        return Evaluations(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))

    def part(self, chosen: NDArray[np.int64] | slice) -> "Evaluations":
        """Some of them."""
        return Evaluations(*(each[chosen] for each in self))


class Evaluator:
    """Runs points of parameters, or finds what they gave before in `folder`.

    A point is known by its scenario, kernel, seeds and the definition of the moments. `told` is called with how many
    points are done, found ones included, and how many were asked for.
    """

    def __init__(
        self, base: Scenario, asked: Targets, folder: Path, workers: int, told: Callable[[int, int, int], None]
    ) -> None:
        from sim.compiled import kernel_hash

        self.base, self.asked, self.workers, self.told = base, asked, workers, told
        self.folder = Folder(folder)
        self.made = hashlib.sha256(f"{kernel_hash()} {asked.definition}".encode()).hexdigest()
        self.known = self._read()

    def _read(self) -> dict[str, Found]:
        path = self.folder.path / FILE
        known = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
            told = json.loads(line)
            known[told["key"]] = Found(
                np.array(told["moments"]), np.array(told["variance"]), told["loss"], told["odds"]
            )
        return known

    def __call__(self, points: Floats, names: Sequence[str], parameters: Floats, seeds: Sequence[int]) -> Evaluations:
        """The points of the cube, whose parameters are given, under some seeds."""
        scenarios = [
            vary(self.base, {f"parameters.{name}": value for name, value in zip(names, row, strict=True)})
            for row in parameters.tolist()
        ]
        keys = [self._key(scenario, seeds) for scenario in scenarios]
        missing = [n for n, key in enumerate(keys) if key not in self.known]
        done = found = len(keys) - len(missing)
        self.told(done, len(keys), found)

        def one(n: int) -> Found:
            return evaluate(record(scenarios[n], seeds, self.asked.lesson), self.asked)

        with ThreadPoolExecutor(self.workers) as pool:  # the kernel releases the interpreter's lock
            for first in range(0, len(missing), BATCH * self.workers):
                batch = missing[first : first + BATCH * self.workers]
                for n, made in zip(batch, pool.map(one, batch), strict=True):
                    self.known[keys[n]] = made
                    done += 1
                    self.told(done, len(keys), found)
                self._write()
        each_point = [self.known[key] for key in keys]
        return Evaluations(
            np.asarray(points), *(np.array([getattr(each, name) for each in each_point]) for name in Found._fields)
        )

    def _key(self, scenario: Scenario, seeds: Sequence[int]) -> str:
        return hashlib.sha256(f"{scenario.hash} {self.made} {list(seeds)}".encode()).hexdigest()[:24]

    def _write(self) -> None:
        lines = [
            json.dumps(
                {"key": key, "moments": each.moments.tolist(), "variance": each.variance.tolist(), "loss": each.loss,
                 "odds": each.odds}
            )
            for key, each in self.known.items()
        ]  # fmt: skip
        self.folder.write(FILE, "\n".join(lines) + "\n")


def prepared(folder: Path) -> Folder:
    """A folder to work in; raises CannotCreate."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotCreate(f"cannot write to {folder}: {error.strerror}", "choose another --out") from error
    return Folder(folder)
