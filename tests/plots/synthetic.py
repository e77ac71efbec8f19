"""A made-up results folder of `compare`, with plausible shapes, for tests of figures and of the report."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.machine.declare import fields
from sim.model.records import Market, Outcome, Vintage
from tests.signed import sign

SECTORS = {"cars": 2023.0, "batteries": 2018.0, "solar": 2014.0, "semiconductors": 2047.0}  # year of the flip
REGIONS = ("china", "us", "eu", "japan_korea", "row")
SCENARIOS = {"baseline": "Policies of 2026 stay", "tariffs": "The US and the EU raise tariffs"}
END_KINDS = ("buyout_multinational", "buyout_chinese", "dissolution", "severance")
CAUSES = ("policy", "lost_surplus", "failed_talks", "bankruptcy_chinese")  # of each


def results(
    folder: Path,
    seeds: int = 6,
    sectors: dict[str, float] | None = None,
    scenarios: dict[str, str] | None = None,
    lost: int | None = None,
) -> Path:
    """Write the folder; the first scenario is the base. `lost`: the seed of a run of the base that failed."""

    def ran(table: pd.DataFrame) -> pd.DataFrame:
        return table[(table["seed"] != lost) | (table["scenario"] != base)]

    sectors, scenarios = sectors or SECTORS, scenarios or SCENARIOS
    for table in ("trajectories", "markets", "generations", "events", "partnerships"):
        (folder / table).mkdir(parents=True, exist_ok=True)
    base, yearly = next(iter(scenarios)), []
    for place, scenario in enumerate(scenarios):
        trajectories = pd.concat(
            [
                _trajectory(scenario, place, seed, name, flip)
                for seed in range(1, seeds + 1)
                for name, flip in sectors.items()
            ]
        )
        trajectories = ran(trajectories)
        pooled = _pooled(trajectories)
        trajectories = pd.concat([trajectories, pooled])
        trajectories.to_parquet(folder / "trajectories" / f"{place}.parquet")
        _vintages(trajectories[trajectories["sector"] == "cars"]).to_parquet(
            folder / "generations" / f"{place}.parquet"
        )
        markets = pd.concat([_market(trajectories, region) for region in REGIONS])
        markets.to_parquet(folder / "markets" / f"{place}.parquet")
        lives, events = (ran(table) for table in _lives(scenario, place, seeds, sectors))
        lives.to_parquet(folder / "partnerships" / f"{place}.parquet")
        events.to_parquet(folder / "events" / f"{place}.parquet")
        yearly += [_yearly(trajectories), _yearly(markets)]
    whole = pd.concat(yearly)
    sums = {"summary": _summary(whole)}
    if len(scenarios) > 1:
        sums["differences"] = _differences(whole, next(iter(scenarios)))
    for name, table in sums.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "manifest.json").write_text(json.dumps(_manifest(scenarios, seeds)))
    return sign(folder)


def _manifest(scenarios: dict[str, str], seeds: int) -> dict[str, Any]:
    base, *others = scenarios
    told = {
        name: {
            "title": title,
            "question": f"What if: {title.lower()}?",
            "changed_parameters": {},
            "start": 1990,
            "end": 2040,
        }
        for name, title in scenarios.items()
    }
    lines = {other: [[f"{other} duty", 2027.0, 2027.5 + i, 2033.0 if i else None]] for i, other in enumerate(others)}
    return {
        "kind": "compare",
        "command": ["compare", *scenarios],
        "scenarios": told,
        "seeds": list(range(1, seeds + 1)),
        "lines": lines,
        "base": base,
        "kernel_hash": "0123abcd",
        "versions": {"python": "3.11", "numpy": "2.4"},
        "status": "complete",
    }


def _trajectory(scenario: str, place: int, seed: int, sector: str, flip: float) -> pd.DataFrame:
    rng = np.random.default_rng([seed, len(sector), ord(sector[0])])
    quarter = np.arange(1990 * 4, 2041 * 4)
    year = quarter / 4
    policy = place * np.clip((year - 2027.5) / 5, 0, 1) * (1 + rng.normal(0, 0.4))
    wobble = np.cumsum(rng.normal(0, 0.012, len(year)))
    gap = 1.8 * (1 - 1 / (1 + np.exp(-(year - flip - 0.5 * seed % 3) / 7))) - 0.9 + wobble + 0.08 * policy
    balance = 1 / (1 + np.exp(gap / 0.3))
    table: dict[str, Any] = dict.fromkeys(fields(Outcome), np.full(len(year), 0.5))
    logistic = 1 / (1 + np.exp(gap * 3))
    foreign = 0.03 * (year - 1990) + wobble
    table |= {
        "active_market_access": np.round(
            12 * (1 - logistic) * np.clip((year - 1985) / 12, 0, 1) + rng.uniform(0, 1, len(year))
        ),
        "active_co_innovation": np.round(5 * logistic * (1 - logistic) * 4 + rng.uniform(0, 1, len(year))),
        "active_globalize": np.round(8 * logistic * (1 - 0.3 * policy)),
        "hub_share": 0.4 * logistic,
        "wholly_owned_share": 0.4 * logistic + 0.2 * np.clip((year - 1995) / 15, 0, 1),
        "firms_multinational": np.full(len(year), 14.0),
        "firms_chinese": np.full(len(year), 15.0),
        "technology_multinational": foreign,
        "technology_chinese": foreign - gap,
        "technology_gap": gap,
        "technology_level": np.exp(-gap),
        "technology_balance": balance,
        "access_balance": 0.9 - 0.5 * np.clip((year - 1995) / 45, 0, 1) + wobble / 4,
        "chinese_share_home": np.clip(0.3 + 0.5 * logistic + wobble / 3, 0, 1),
        "chinese_share_abroad": np.clip(0.3 * logistic * (1 - 0.3 * policy), 0, 1),
        "reverse_export_ratio": 0.6 * logistic + 0.02,
        "reverse_knowledge_ratio": np.exp(3 * (logistic - 0.5)),
        "profit_chinese": 20 + 5 * logistic - 2 * policy,
        "dependence": np.clip(0.4 - 0.05 * policy * rng.normal(0, 1), 0, 1),
        "market_home": np.full(len(year), 40.0),
        "welfare": 100 + 30 * wobble - 4 * policy,
        "consumer_surplus": 80 + 20 * wobble - 6 * policy,
    }
    keys = {
        "scenario": scenario,
        "seed": seed,
        "quarter": [f"{q // 4}Q{q % 4 + 1}" for q in quarter],
        "year": year,
        "sector": sector,
    }
    return pd.DataFrame(keys | {name: np.asarray(column, dtype="f4") for name, column in table.items()})


def _pooled(trajectories: pd.DataFrame) -> pd.DataFrame:
    keys = ["scenario", "seed", "quarter", "year"]
    how = {name: "sum" if field.pool == "sum" else "mean" for name, field in fields(Outcome).items()}
    return trajectories.groupby(keys, sort=False).agg(how).reset_index().assign(sector="all")


def _vintages(cars: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for generation, shift, first in (("combustion", -0.25, 1990), ("electric", 0.15, 2008)):
        table = cars[["scenario", "seed", "quarter", "year", "sector"]].assign(generation=generation)
        table = table.assign(**dict.fromkeys(fields(Vintage), np.float32(0.5)))
        table["technology_level"] = np.where(
            cars["year"] >= first, cars["technology_level"] * np.exp(shift), np.nan
        ).astype("f4")
        parts.append(table)
    return pd.concat(parts)


def _market(trajectories: pd.DataFrame, region: str) -> pd.DataFrame:
    table = trajectories[["scenario", "seed", "quarter", "year", "sector"]].assign(region=region)
    weight = 0.1 + 0.1 * REGIONS.index(region)
    for name in fields(Market):
        source = trajectories[name] if name in trajectories else trajectories["chinese_share_abroad"]
        table[name] = (source * weight).astype("f4")
    return table


def _lives(scenario: str, place: int, seeds: int, sectors: dict[str, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    lives, events = [], []
    for seed in range(1, seeds + 1):
        rng = np.random.default_rng(seed)
        for sector, flip in sectors.items():
            for number in range(30):
                start = int(rng.integers(1982 * 4, 2035 * 4))
                end = start + int(rng.exponential(60 - 10 * place)) + 4
                ended = end < 2041 * 4
                flipped = max(start + 4, int(flip * 4) + int(rng.integers(-12, 12)))
                first = "market_access" if start < flip * 4 else str(rng.choice(["co_innovation", "globalize"]))
                last = first if rng.uniform() < 0.7 or first != "market_access" else "co_innovation"
                name, partner = f"{sector}-m{number % 14 + 1:02d}", f"{sector}-c{number % 15 + 1:02d}"
                ids = {
                    "scenario": scenario,
                    "seed": seed,
                    "sector": sector,
                    "region": "china",
                    "partnership": f"{sector}-p{number}",
                }
                who = {"multinational": name, "chinese_firm": partner}
                kind = str(rng.choice(END_KINDS, p=[0.3, 0.2, 0.4, 0.1]))
                lives.append(
                    ids
                    | who
                    | {
                        "type_first": first,
                        "type_last": last,
                        "sub_form": "equity_jv",
                        "start": _quarter(start),
                        "end": _quarter(end) if ended else None,
                        "end_kind": kind if ended else None,
                        "cause": CAUSES[END_KINDS.index(kind)] if ended else None,
                        "access_flipped": None,
                        "product_flipped": _quarter(flipped) if flipped < min(end, 2041 * 4) else None,
                        "signed_reversed": start > flip * 4,
                    }
                )
                told = [("formation", start, "none", first)]
                if rng.uniform() < 0.4:
                    told.append(("renegotiation", start + 10, first, first))
                if last != first:
                    told.append(("conversion", (start + min(end, 2041 * 4)) // 2, first, last))
                if ended:
                    told.append((kind, end, last, "wholly_owned" if kind == "buyout_multinational" else "none"))
                if number % 15 == 0:
                    told.append(("formation", int((flip - 4) * 4), "wholly_owned", "hub"))
                for event, when, before, after in told:
                    alone = after == "hub"
                    events.append(
                        ids
                        | who
                        | {
                            "partnership": None if alone else ids["partnership"],
                            "quarter": _quarter(when),
                            "year": when / 4,
                            "kind": event,
                            "gained": ("chinese", "multinational")[number % 2] if event == "renegotiation" else None,
                            "type_before": before,
                            "type_after": after,
                        }
                    )
    return pd.DataFrame(lives), pd.DataFrame(events)


def _quarter(q: int) -> str:
    return f"{q // 4}Q{q % 4 + 1}"


def _yearly(table: pd.DataFrame) -> pd.DataFrame:
    ends = (
        table[table["quarter"].str.endswith("Q4")].assign(year=lambda t: t["year"].astype(int)).drop(columns="quarter")
    )
    keys = [key for key in ("scenario", "seed", "year", "sector", "region") if key in ends]
    long = ends.melt(keys, var_name="metric", value_name="value")
    return long if "region" in long else long.assign(region="")


def _summary(long: pd.DataFrame) -> pd.DataFrame:
    groups = long.groupby(["scenario", "year", "sector", "region", "metric"], sort=False)["value"]
    table = groups.agg(["count", "mean", "std"]).set_axis(["n", "mean", "sd"], axis=1)
    for name, p in {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}.items():
        table[name] = groups.quantile(p)
    half = 2.57 * table["sd"] / np.sqrt(table["n"])
    return table.assign(lo=table["mean"] - half, hi=table["mean"] + half).reset_index()


def _differences(long: pd.DataFrame, base: str) -> pd.DataFrame:
    keys = ["seed", "year", "sector", "region", "metric"]
    reference = long[long["scenario"] == base].set_index(keys)["value"]
    others = long[long["scenario"] != base].set_index(keys)
    gap = others.assign(value=others["value"] - reference.reindex(others.index)).reset_index()
    groups = gap.groupby(["scenario", "year", "sector", "region", "metric"], sort=False)["value"]
    table = groups.agg(["count", "mean", "std"]).set_axis(["n", "difference", "sd"], axis=1)
    half = 2.57 * table.pop("sd") / np.sqrt(table["n"])
    table = table.assign(
        lo=table["difference"] - half,
        hi=table["difference"] + half,
        p_positive=groups.agg(lambda v: (v > 0).mean()),
        correlation=0.8,
    )
    return table.reset_index().assign(base=base)


def columns(folder: Path, table: str) -> Sequence[str]:
    """Names of the columns of a stored table."""
    return list(pd.read_parquet(folder / table).columns)
