"""A made-up sweep folder with known answers, in the shape that `sweep` leaves."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import fields
from sim.model.records import Outcome
from tests.signed import sign

SECTORS = {"cars": 1.0, "solar": 0.4, "all": 0.7}  # how strongly a sector answers
YEARS = (2039, 2040)
SCENARIO: dict[str, Any] = {
    "parameters": {"rd_floor": 0.6},
    "shocks": [{"id": "eu_duty", "kind": "tariff", "rate": 0.2}, {"id": "screen", "kind": "screening", "block": 0.1}],
}
Response = Callable[[dict[str, Any], int], dict[str, float]]


def grid(**values: list[Any]) -> pd.DataFrame:
    """Every combination; names write `__` for a dot."""
    names = [name.replace("__", ".") for name in values]
    return pd.DataFrame(list(product(*values.values())), columns=names)


def folder(
    path: Path,
    design: pd.DataFrame,
    base: dict[str, Any],
    response: Response,
    seeds: int = 8,
    kind: str = "grid",
    lost: tuple[tuple[int, int], ...] = (),
) -> Path:
    """Write the folder. `design`: columns are paths, and `seed` if each row has its own; `base`: values of point 0.

    `response(values, seed)`: metrics of the sector with weight 1; `lost`: (point, seed) of runs that failed.
    """
    paths = [column for column in design if column != "seed"]
    known = {tuple(base[name] for name in paths): 0}
    rows, runs = [{"point": 0, "designed": False, **base}], []
    own = design["seed"].tolist() if "seed" in design else [None] * len(design)
    for values, seed in zip(design[paths].to_dict("records"), own, strict=True):
        key = tuple(values[name] for name in paths)
        if key not in known:
            known[key] = len(rows)
            rows.append({"point": known[key], "designed": True, **values})
        rows[known[key]]["designed"] = True
        runs += [(known[key], values, each) for each in ([int(seed)] if seed is not None else range(1, seeds + 1))]
    runs += [(0, base, seed) for seed in range(1, seeds + 1)]
    made = {(point, seed): response(values, seed) for point, values, seed in runs if (point, seed) not in lost}
    _write(path, pd.DataFrame(rows), made, kind, {(point, seed) for point, _, seed in runs})
    return path


def _write(
    path: Path,
    design: pd.DataFrame,
    made: dict[tuple[int, int], dict[str, float]],
    kind: str,
    asked: set[tuple[int, int]],
) -> None:
    (path / "final").mkdir(parents=True)
    (path / "yearly").mkdir()
    design.to_parquet(path / "design.parquet")
    frames = []
    for year, (sector, weight) in product(YEARS, SECTORS.items()):
        keys = pd.DataFrame(list(made), columns=["point", "seed"])
        table = keys.assign(scenario="baseline", year=year, sector=sector)
        told = pd.DataFrame(list(made.values())) * weight + (year - YEARS[-1])
        columns = {name: told[name] if name in told else np.full(len(keys), 0.5) for name in fields(Outcome)}
        frames.append(pd.concat([table, pd.DataFrame(columns)], axis=1))
    whole = pd.concat(frames)
    half = len(whole) // 2
    for n, part in enumerate((whole.iloc[:half], whole.iloc[half:])):  # two chunks, as workers leave them
        part.to_parquet(path / "yearly" / f"{n}.parquet")
        part[part["year"] == YEARS[-1]].to_parquet(path / "final" / f"{n}.parquet")
    about = {"title": "Policies of 2026 stay", "question": "", "end": YEARS[-1], "start": 1990, "resolved": SCENARIO}
    manifest = {
        "kind": "sweep",
        "base": "baseline",
        "scenarios": {"baseline": about},
        "references": {},
        "variants": {},
        "seeds": sorted({seed for _, seed in asked}),
        "runs": len(asked),
        "keep": "events",
        "status": "complete",
        "counts": {"done": len(made), "failed": len(asked) - len(made), "planned": len(asked), "rows": {}},
        "design": {"kind": kind, "vary": {}, "samples": None, "points": len(design), "outcomes": None},
    }
    (path / "manifest.json").write_text(json.dumps(manifest))
    sign(path)


def luck(seed: int) -> float:
    """What a seed adds, the same at every point."""
    return float(np.random.default_rng(seed).normal(0, 0.1))
