"""What runs have in common is gone through once, and no byte of a study shows it: however it is carried out."""

import pandas as pd
import pytest

from sim import branches
from sim.runs import Options, carry_out, merge
from sim.runs import batch as worker
from sim.runs.compare import plan as comparison
from sim.runs.estimate import estimate
from sim.runs.sweep import plan as sweep
from sim.scenario import load
from sim.scenario.build import labels
from sim.simulate import simulate

NAMES = ("baseline", "open_door", "us_tariff_steps")
TABLES = ("trajectories", "markets", "generations", "events", "partnerships", "yearly", "yearly_markets")
FINAL = ("final", "final_markets")
RATES = {"vary": {"shocks.us_escalation.rate": [0.1, 0.2, 0.3, 0.4]}}


def compared(out, seeds=(1, 2), **options):
    scenarios = [load(name, {"start": "2024", "end": "2029"}) for name in NAMES]
    return carry_out(comparison(scenarios, tuple(seeds)), Options(out=out, **{"workers": 1, **options}))


def swept(out, seeds=2, **options):
    chosen = Options(out=out, keep="summary", **{"workers": 1, **options})
    return carry_out(sweep(load("tariff_escalation"), {**RATES, "seeds": seeds}), chosen)


def digest(results, tables):
    """All that a study says of its runs, as hashes of rows in the order of runs."""
    runs = results.table("runs.parquet").drop_columns(["seconds"]).to_pandas()
    frames = [results.table(name).unify_dictionaries().to_pandas() for name in tables]
    keys = [[key for key in ("scenario", "seed", "point") if key in frame] for frame in frames]
    ordered = [frame.sort_values(key, kind="stable") for frame, key in zip(frames, keys, strict=True)]
    return [pd.util.hash_pandas_object(each, index=False).tolist() for each in (*ordered, runs, results.summary)]


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """Studies of the same model whose runs share nothing: the runner is handed the model as a function."""
    place, model = tmp_path_factory.mktemp("apart"), {"simulate": simulate, "labels": labels}
    one, many = compared(place / "compared", **model), swept(place / "swept", **model)
    return digest(one, (*TABLES, *FINAL)), digest(many, FINAL)


def test_a_comparison_is_the_same(tmp_path, monkeypatch, apart):
    assert digest(compared(tmp_path / "one"), (*TABLES, *FINAL)) == apart[0]
    assert digest(compared(tmp_path / "two", workers=2), (*TABLES, *FINAL)) == apart[0]
    compared(tmp_path / "resumed", seeds=(1,))
    monkeypatch.setattr(worker, "LARGEST", 1)
    assert digest(compared(tmp_path / "resumed"), (*TABLES, *FINAL)) == apart[0]


def test_a_sweep_is_the_same(tmp_path, monkeypatch, apart):
    assert digest(swept(tmp_path / "one"), FINAL) == apart[1]
    parts = [swept(tmp_path / f"part{n}", shard=(n, 2)).folder for n in (1, 2)]
    assert digest(merge(parts, tmp_path / "merged"), FINAL) == apart[1]
    monkeypatch.setattr(worker, "LARGEST", 3)
    monkeypatch.setattr(worker, "SECONDS", 0.0)
    assert digest(swept(tmp_path / "small"), FINAL) == apart[1]


def test_runs_do_share(tmp_path, monkeypatch):
    """The tests above would hold, too, if nothing were shared."""
    gone, shipped = [], branches.kernel(None)

    def counted(columns, first, last, closes):
        gone.append(last - first)
        shipped.stretch(columns, first, last, closes)

    monkeypatch.setattr(branches, "kernel", lambda rules: shipped._replace(stretch=counted))
    swept(tmp_path / "r", seeds=1)
    quarters = load("tariff_escalation").quarters
    assert quarters < sum(gone) < 2.3 * quarters  # five runs


def test_a_dry_run_says_how_much(tmp_path):
    chosen = Options(out=tmp_path / "r", keep="summary")
    study = sweep(load("tariff_escalation"), {**RATES, "seeds": 2})
    found = estimate(study, chosen)
    assert found.fastest <= found.seconds_a_run <= found.slowest and found.crowding >= 1
    assert 0.55 < found.shared < 0.65 and found.runs == 10
    assert found.seconds == pytest.approx(
        found.seconds_a_run * found.crowding * 10 * (1 - found.shared) / found.workers
    )
    assert estimate(sweep(load("baseline"), {"vary": {"parameters.horizon": [20, 30]}}), chosen).shared == 0
