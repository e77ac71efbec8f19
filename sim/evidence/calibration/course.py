"""The course of a calibration: waves of history matching, then approximate Bayesian computation on what they leave."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import NotEnough, UsageError
from sim.evidence.calibration.abc import Sample, accept, distance, heaviest, led_by
from sim.evidence.calibration.emulator import Emulator
from sim.evidence.calibration.evaluations import Evaluations, Evaluator, prepared
from sim.evidence.calibration.history_matching import Aim, remaining
from sim.evidence.calibration.targets import Targets, away, targets_of
from sim.scenario import Scenario, load
from sim.scenario.sets import Acceptance, ParameterSet
from sim.scenario.space import Space

BASE = "baseline"
RIVALS, LUCK = 12, 20  # heaviest draws that are run again to find the first one, and their seeds
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Options:
    """How a calibration is carried out.

    out: folder that holds evaluated points; workers: threads; points, waves: fewer than the set's file asks for, for a
    trial; settings: laid over the world, parameters among them are not fitted; left_out: whether the last points are
    weighed without each sector too; progress: called with points done, asked for and found earlier; note: with lines
    worth telling.
    """

    out: Path
    workers: int = 1
    points: int | None = None
    waves: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    left_out: bool = True
    progress: Callable[[int, int, int], None] = lambda done, planned, found: None
    note: Callable[[str], None] = lambda line: None

    def __post_init__(self) -> None:
        for name in ("workers", "points", "waves"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"--{name}: at least 1")

    @property
    def trial(self) -> bool:
        """Whether less is done than the set's file asks for."""
        return self.points is not None or self.waves is not None


class Wave(NamedTuple):
    """What a wave ran, and what it left of the prior; `cutoff` is above the one asked for if nothing was left there."""

    points: int
    share: float
    cutoff: float


class Calibration(NamedTuple):
    """What came out; `first`: the first wave, over the whole prior; `last`: the points of the final stage; `without`:
    by sector of the ledger, what is asked if nothing is known of it, and what these points give for that."""

    found: ParameterSet
    targets: Targets
    space: Space
    first: Evaluations
    every: Evaluations
    last: Evaluations
    waves: tuple[Wave, ...]
    emulator: Emulator
    sample: Sample
    without: dict[str, tuple[Targets, Evaluations]]

    @property
    def aim(self) -> Aim:
        return Aim(self.targets.values, self.targets.spread)

    @property
    def energy(self) -> Floats:
        """What weighs against the points of the final stage [point]: half their distance, and the ledger's loss."""
        return energy(self.last, self.aim, self.found.file.abc)

    @property
    def draws(self) -> Floats:
        """Parameters of the accepted draws [draw, parameter]."""
        return self.space.parameters(self.last.points[self.sample.chosen])


def calibrate(found: ParameterSet, options: Options) -> Calibration:
    """Fit a set. What was evaluated before in `options.out` is not run again.

    Raises UsageError without scikit-learn, ScenarioError on a wrong set or targets, NotEnough where there is nothing to
    fit or to fit to, Conflict if the folder is in use, CannotCreate, IoFailure.
    """
    if find_spec("sklearn") is None:
        raise UsageError("calibrate needs scikit-learn", 'pip install "contraflow[calibrate]"')
    targets = targets_of(found)
    if not found.file.fitted or not targets.targets:
        raise NotEnough(
            f"{found.name} has no {'targets' if found.file.fitted else 'priors'}", "see docs/calibration.md"
        )
    with prepared(options.out).lock():
        return _Course(found, targets, options).run()


def world(found: ParameterSet, settings: Mapping[str, Any]) -> Scenario:
    """History as the set has it, with what is fitted at its declared values."""
    return load(BASE, {"end": found.file.until, **settings}, posterior={"set": found.name, "draw": 0})


class _Course:
    def __init__(self, found: ParameterSet, targets: Targets, options: Options) -> None:
        self.found, self.targets, self.options = found, targets, options
        self.file = found.file
        self.space = Space(
            {n: prior for n, prior in self.file.fitted.items() if f"parameters.{n}" not in options.settings}
        )
        self.evaluate = Evaluator(world(found, options.settings), options.out, options.workers, options.progress)
        places = away() if options.left_out else {}
        self.without = {sector: targets.without(each) for sector, each in places.items()}
        self.aim = Aim(targets.values, targets.spread)
        self.emulators: list[Emulator] = []

    def run(self) -> Calibration:
        waves, file = self.file.waves, self.file
        number, size = self.options.waves or waves.number, self.options.points or waves.points
        points = self.space.hypercube(size, file.seed)
        (every,) = self._run(points, waves.seeds, f"wave 1 of {number}")
        first = every
        told: list[Wave] = []
        for wave in range(1, number + 1):
            self._learn(every, waves.seeds, wave)
            last = wave == number
            wanted = (self.options.points or file.abc.points) if last else size
            seed = file.seed + 1000 * wave
            left = remaining(self.space, self.aim, self.emulators, wanted, file.emulator.candidates, waves.cutoff, seed)
            told.append(Wave(len(every.points), left.share, left.cutoff))
            self._tell(wave, left.share, left.cutoff, len(left.points))
            if last:
                break
            (more,) = self._run(left.points, waves.seeds, f"wave {wave + 1} of {number}")
            every = every.and_(more)
        final, *others = self._run(left.points, file.abc.seeds, "final stage", self.without.values())
        sample = accept(final.points, energy(final, self.aim, file.abc), file.abc.accepted, file.seed)
        sample = led_by(sample, self._best(final, heaviest(sample, RIVALS)))
        without = dict(zip(self.without, zip(self.without.values(), others, strict=True), strict=True))
        return Calibration(
            self.found, self.targets, self.space, first, every, final, tuple(told), self.emulators[-1], sample, without
        )

    def _run(self, points: Floats, seeds: int, stage: str, further: Iterable[Targets] = ()) -> list[Evaluations]:
        """What the points give for the targets and for `further` ones."""
        self.options.note(f"{stage}: {len(points)} points, {seeds} seeds each")
        parameters, asked = self.space.parameters(points), (self.targets, *further)
        return self.evaluate(points, self.space.names, parameters, range(1, seeds + 1), asked)

    def _best(self, final: Evaluations, places: list[int]) -> int:
        """Which of these points fits best under more seeds: under few the lucky one seems to."""
        (again,) = self._run(final.points[places], LUCK, f"the {len(places)} heaviest draws again")
        return places[int(np.argmin(energy(again, self.aim, self.file.abc.model_copy(update={"seeds": LUCK}))))]

    def _learn(self, every: Evaluations, seeds: int, wave: int) -> None:
        self.options.note(f"emulators of {len(self.aim.values)} moments learn from wave {wave}")
        part = every.part(slice(-self.file.emulator.trained, None))
        self.emulators.append(
            Emulator(part.points, part.moments, part.variance, seeds, self.file.emulator.restarts, self.file.seed)
        )

    def _tell(self, wave: int, share: float, cutoff: float, count: int) -> None:
        more = "" if cutoff <= self.file.waves.cutoff else f" (nothing is left at {self.file.waves.cutoff:g})"
        self.options.note(
            f"wave {wave}: {share:.2g} of the prior is not ruled out at {cutoff:.3g}{more}; {count} points"
        )


def energy(points: Evaluations, aim: Aim, asked: Acceptance) -> Floats:
    """Half the squared distance, and the ledger's log-loss as often as the set's file counts it [point]."""
    distances = distance(points.moments, *aim, points.variance, asked.seeds)
    return np.asarray(0.5 * distances + asked.ledger * points.losses)


def scores(made: Calibration) -> Floats:
    """Implausibility [moment] of the accepted draws' mean moments, without an emulator between."""
    chosen = made.last.part(made.sample.chosen)
    total = made.aim.spread + chosen.variance.mean(0)
    return np.asarray(np.abs(made.aim.values - chosen.moments.mean(0)) / np.sqrt(total))
