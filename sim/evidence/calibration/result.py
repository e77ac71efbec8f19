"""What a calibration leaves: the draws beside the set, and the numbers that documents quote."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from sim.evidence.calibration import left_out
from sim.evidence.calibration.course import Calibration, scores
from sim.files import make_folder, write_text
from sim.model.columns import SCHEMA
from sim.scenario.drawn import LEFT_OUT, written

QUANTILES = (0.05, 0.5, 0.95)


def summary(made: Calibration) -> dict[str, Any]:
    """Everything that came out, as plain data."""
    chosen = made.last.part(made.sample.chosen)
    return {
        "schema": SCHEMA,
        "set": made.found.name,
        "until": made.targets.until,
        "parameters": {name: _parameter(made, n) for n, name in enumerate(made.space.names)},
        "moments": _moments(made),
        "waves": [wave._asdict() for wave in made.waves],
        "points": len(made.last.points),
        "draws": len(made.sample.chosen),
        "effective": float(1.0 / (made.sample.weights**2).sum()),
        "flattened": made.sample.flattened,
        "ledger": {
            "rows": len(made.targets.rows),
            "log_loss": [float(each) for each in np.quantile(chosen.losses, QUANTILES)],
            "recording_odds": [float(each) for each in np.quantile(chosen.odds, QUANTILES)],
        },
        "left_out": left_out.told(made),
    }


def _parameter(made: Calibration, n: int) -> dict[str, Any]:
    prior = made.found.file.priors[made.space.names[n]]
    drawn = made.draws[:, n]
    within = made.space.points(made.draws)[:, n]
    return {
        "prior": [prior.low, prior.high],
        "scale": prior.scale,
        "posterior": [float(each) for each in np.quantile(drawn, QUANTILES)],
        "central": float(drawn[0]),
        "narrowing": float(within.std() * np.sqrt(12.0)),  # standard deviation over the prior's
    }


def _moments(made: Calibration) -> dict[str, Any]:
    chosen, implausible = made.last.part(made.sample.chosen), scores(made)
    told = {}
    for m, target in enumerate(made.targets.targets):
        told[target.name] = {
            "value": target.value,
            "sd": target.sd,
            "discrepancy": target.discrepancy,
            "newest": target.newest,
            "source": target.source,
            "prior": [float(each) for each in np.quantile(made.first.moments[:, m], QUANTILES)],
            "simulated": [float(each) for each in np.quantile(chosen.moments[:, m], QUANTILES)],
            "run_sd": float(np.sqrt(chosen.variance[:, m].mean())),
            "implausibility": float(implausible[m]),
        }
    return told


def keep(folder: Path, made: Calibration, told: dict[str, Any]) -> None:
    """Write a set's draws, those without each sector, and its numbers; raises CannotCreate."""
    apart = {sector: each.draws.tolist() for sector, each in left_out.refit(made).items()}
    write(folder / f"{made.found.name}.csv", written(made.space.names, {"": made.draws.tolist()}))
    write(folder / f"{made.found.name}{LEFT_OUT}", written(made.space.names, apart))
    write(folder / f"{made.found.name}.json", as_json(told))


def write(path: Path, text: str) -> None:
    """Replace a file in one step; raises CannotCreate, IoFailure."""
    make_folder(path.parent, "choose another --out")
    write_text(path, text, "choose another --out")


def as_json(told: dict[str, Any]) -> str:
    """Numbers to six digits, None for what is none."""
    return json.dumps(_rounded(told), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value
