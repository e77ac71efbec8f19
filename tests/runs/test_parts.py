"""What years hold is made of quarters where those are kept: the same as where only years are."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.runs import Options, Plan, carry_out
from tests.runs import synthetic

KEYS = ["scenario", "seed", "year", "sector", "region"]


def study(out, keep, workers=1):
    quiet, loud = synthetic.Scenario(), synthetic.Scenario("loud", effect=0.5)
    plan = Plan("compare", {"quiet": quiet, "loud": loud}, (1, 2, 3), {"loud": "quiet"})
    models = {"simulate": synthetic.simulate, "labels": synthetic.labels}
    return carry_out(plan, Options(workers=workers, out=out, keep=keep, **models))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return study(tmp_path_factory.mktemp("kept") / "r", "trajectories")


@pytest.fixture(scope="module")
def summed(tmp_path_factory):
    return study(tmp_path_factory.mktemp("summed") / "r", "summary")


@pytest.mark.parametrize("name", ["yearly", "yearly_markets"])
def test_years_of_quarters_are_those_that_a_worker_makes(kept, summed, name):
    assert not (kept.folder / name).exists() and (summed.folder / name).is_dir()
    of_quarters, stored = kept.table(name), summed.table(name)
    assert of_quarters.schema.equals(stored.schema, check_metadata=True)
    keys = [key for key in KEYS if key in stored.column_names]
    one, two = (
        each.unify_dictionaries().to_pandas().astype(dict.fromkeys(("scenario", "sector"), str))
        for each in (of_quarters, stored)
    )
    pd.testing.assert_frame_equal(*(frame.sort_values(keys, ignore_index=True) for frame in (one, two)))


def test_some_columns_of_years_are_those_of_all(kept):
    columns = ["seed", "year", "trust", "welfare"]
    some, whole = kept.table("yearly", columns), kept.table("yearly")
    assert sorted(some.column_names) == sorted(columns)
    assert all(some[name].equals(whole[name]) for name in columns)


def test_summaries_do_not_depend_on_what_is_kept(kept, summed):
    for name in ("summary.csv", "differences.csv", "summary.parquet", "differences.parquet"):
        assert (kept.folder / name).read_bytes() == (summed.folder / name).read_bytes(), name


def test_a_chunk_holds_the_runs_of_all_scenarios_in_the_order_of_its_receipt(kept):
    for receipt in kept.stored.receipts:
        table = pq.ParquetFile(kept.folder / "final" / f"{receipt.chunk}.parquet").read().to_pandas()
        ran = table[["scenario", "seed"]].drop_duplicates().astype({"scenario": str})
        assert [(ran.scenario, ran.seed) for ran in receipt.runs.values()] == list(
            ran.itertuples(index=False, name=None)
        )
    assert {run.scenario for receipt in kept.stored.receipts for run in receipt.runs.values()} == {"quiet", "loud"}
