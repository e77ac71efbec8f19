"""Evaluated points, kept: each is run once, whatever interrupts or repeats a calibration."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.record import record
from sim.evidence.calibration.targets import Found, Targets, evaluate
from sim.files import make_folder
from sim.runs.store import Folder
from sim.scenario import Scenario
from sim.scenario.vary import vary

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

    What a point gave is known by its scenario, kernel, seeds and the definition of the moments. `told` is called with
    how many points are done, found ones included, and how many were asked for.
    """

    def __init__(self, base: Scenario, folder: Path, workers: int, told: Callable[[int, int, int], None]) -> None:
        self.base, self.workers, self.told = base, workers, told
        self.folder = Folder(folder)
        self.known: dict[str, Found] = {}
        self.lines: list[str] = []
        self._read()

    def __call__(
        self,
        points: Floats,
        names: Sequence[str],
        parameters: Floats,
        seeds: Sequence[int],
        asked: Sequence[Targets],
    ) -> list[Evaluations]:
        """The points of the cube, whose parameters are given, under some seeds, for each of `asked`.

        Runs branch for the lesson of the first, and serve all.
        """
        scenarios = [
            vary(self.base, {f"parameters.{name}": value for name, value in zip(names, row, strict=True)})
            for row in parameters.tolist()
        ]
        keys = _keys(scenarios, seeds, asked)
        missing = [n for n, own in enumerate(keys) if not self.known.keys() >= set(own)]
        done = found = len(keys) - len(missing)
        self.told(done, len(keys), found)

        def one(n: int) -> dict[str, Found]:
            wanted = {key: each for key, each in zip(keys[n], asked, strict=True) if key not in self.known}
            made = record(scenarios[n], seeds, asked[0].lesson)
            return {key: evaluate(made, each) for key, each in wanted.items()}

        with ThreadPoolExecutor(self.workers) as pool:  # the kernel releases the interpreter's lock
            for first in range(0, len(missing), BATCH * self.workers):
                batch = missing[first : first + BATCH * self.workers]
                for made in pool.map(one, batch):
                    self._keep(made)
                    done += 1
                    self.told(done, len(keys), found)
                self.folder.write(FILE, "\n".join(self.lines) + "\n")
        return [self._together(points, [own[n] for own in keys]) for n in range(len(asked))]

    def _together(self, points: Floats, keys: Sequence[str]) -> Evaluations:
        each_point = [self.known[key] for key in keys]
        return Evaluations(
            np.asarray(points), *(np.array([getattr(each, name) for each in each_point]) for name in Found._fields)
        )

    def _read(self) -> None:
        path = self.folder.path / FILE
        self.lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        for line in self.lines:
            told = json.loads(line)
            self.known[told["key"]] = Found(
                np.array(told["moments"]), np.array(told["variance"]), told["loss"], told["odds"]
            )

    def _keep(self, made: dict[str, Found]) -> None:
        self.known |= made
        for key, each in made.items():
            told = {"moments": each.moments.tolist(), "variance": each.variance.tolist()}
            self.lines.append(json.dumps({"key": key, **told, "loss": each.loss, "odds": each.odds}))


def _keys(scenarios: Sequence[Scenario], seeds: Sequence[int], asked: Sequence[Targets]) -> list[list[str]]:
    """By point, the key of each that is asked."""
    from sim.machine.compiled import kernel_hash

    kernel = kernel_hash()
    made = [_hash(f"{kernel} {each.definition}") for each in asked]
    return [[_hash(f"{scenario.hash} {each} {list(seeds)}")[:24] for each in made] for scenario in scenarios]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def prepared(folder: Path) -> Folder:
    """A folder to work in; raises CannotCreate."""
    make_folder(folder, "choose another --out")
    return Folder(folder)
