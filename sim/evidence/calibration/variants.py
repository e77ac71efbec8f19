"""Structural variants, each fitted anew: which mechanisms do the data that a set may use speak for?

Two worlds are compared at their own best parameters, not at those of the world that has every mechanism. What counts
is the evidence, the mean of exp(-energy) over the prior: a world that fits as well with a parameter less is not behind.
The ratio of two is a Bayes factor under the energy of the final stage (Kass and Raftery 1995: from 3 worth a mention,
from 20 strong).
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibration.course import Calibration, Options, calibrate, scores, world
from sim.scenario.sets import ParameterSet
from sim.scenario.switch import switched, verdict

BASE = "base"
POINTS, WAVES = 150, 2  # of the course that every world takes, the full one among them; a trial may ask for less
CANDIDATES, TRAINED = 4000, 150
RESAMPLES = 2000
CONFIDENCE = (0.025, 0.975)
Floats = NDArray[np.float64]


def refitted(found: ParameterSet, variants: Mapping[str, Mapping[str, Any]], options: Options) -> dict[str, Any]:
    """The whole course for the set as it is, and with each mechanism switched.

    variants: by mechanism, the settings that take it out. A parameter that is set so is not fitted there; one that the
    set fixes is, where it is brought in and has a prior. The course is shorter than the set's, and the same for every
    world. Returned by variant: what it left of the prior, its evidence in logs, and how much of it the mechanism adds.
    Raises what `calibrate` raises.
    """
    told: dict[str, Any] = {}
    full, base = np.empty(0), world(found, {})
    points, waves = min(options.points or POINTS, POINTS), min(options.waves or WAVES, WAVES)
    fewer = replace(options, points=points, waves=waves, left_out=False)
    emulator = found.file.emulator.model_copy(update={"candidates": CANDIDATES, "trained": TRAINED})
    short = found._replace(file=found.file.model_copy(update={"emulator": emulator}))
    for name, off in {BASE: {}, **variants}.items():
        options.note(f"variant {name}")
        switch = switched(base, off)
        free = {path for path in switch.settings if switch.brings and path.rpartition(".")[2] in found.file.priors}
        settings = {path: value for path, value in switch.settings.items() if path not in free}
        made = calibrate(_freed(short, free), replace(fewer, settings=settings))
        drawn = evidence(made)
        full = drawn if name == BASE else full
        told[name] = _summary(made, drawn) | ({} if name == BASE else against(full, drawn, switch.brings))
    return told


def _freed(found: ParameterSet, paths: Collection[str]) -> ParameterSet:
    """The set, with parameters fitted that it fixes."""
    fixed = {name: value for name, value in found.file.parameters.items() if f"parameters.{name}" not in paths}
    return found._replace(file=found.file.model_copy(update={"parameters": fixed}))


def evidence(made: Calibration) -> Floats:
    """The log of the mean of exp(-energy) over the prior, on the final stage's points and on resamples of them.

    [0] is the estimate. Points that were ruled out count as if they had no weight. Resamples hold the luck of the
    points, not that of the runs.
    """
    energy, share = made.energy, made.waves[-1].share
    rng = np.random.default_rng(made.found.file.seed)
    least = energy.min()
    weights = np.exp(-(energy - least))
    counts = rng.multinomial(len(energy), np.full(len(energy), 1.0 / len(energy)), RESAMPLES)
    sizes = rng.binomial(made.found.file.emulator.candidates, min(share, 1.0), RESAMPLES)
    means = np.concatenate([[weights.mean()], counts @ weights / len(energy)])
    shares = np.concatenate([[share], np.maximum(sizes, 1) / made.found.file.emulator.candidates])
    return np.asarray(np.log(means) + np.log(shares) - least)


def against(base: Floats, other: Floats, brings: bool = False) -> dict[str, Any]:
    """By how much the mechanism raises the evidence in logs, with a 95 % interval, and what that says of it.

    brings: whether the other world is the one that has it.
    """
    gain = other - base if brings else base - other
    low, high = (float(each) for each in np.quantile(gain[1:], CONFIDENCE))
    return {"brings": brings, "gain": float(gain[0]), "interval": [low, high], "verdict": verdict(low, high)}


def _summary(made: Calibration, drawn: Floats) -> dict[str, Any]:
    chosen = made.last.part(made.sample.chosen)
    implausible = scores(made)
    return {
        "parameters": len(made.space.names),
        "share": made.waves[-1].share,
        "cutoff": made.waves[-1].cutoff,
        "log_evidence": float(drawn[0]),
        "log_loss": float(chosen.losses.mean()),
        "implausibility": float(np.sqrt((implausible**2).mean())),
        "largest": {
            made.targets.targets[m].name: float(implausible[m]) for m in np.argsort(-implausible, kind="stable")[:3]
        },
    }
