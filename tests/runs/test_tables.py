"""A run as tables: keys, pools, names, empties."""

import numpy as np
import pyarrow as pa
import pytest

from sim.machine.declare import fields
from sim.model.records import Market, Outcome, Vintage
from sim.runs.tables import Frame, firm_names, measure, partnership_names, plain, pool, shortened, sixteen
from sim.runs.tables import tables as make_tables
from sim.runs.yearly import by_year, is_flow, yearly, years
from tests.runs import synthetic


def tables(run, frame):
    return make_tables(run, frame, measure(plain(run), frame))


@pytest.fixture(scope="module")
def frame():
    return Frame("quiet", synthetic.Labels(), 1990, 1992)


@pytest.fixture(scope="module")
def made(frame):
    return tables(synthetic.simulate(synthetic.Scenario(), 7), frame)


def test_trajectories_hold_every_metric_for_every_sector_and_all(made):
    frame = made["trajectories"].to_pandas()
    assert list(frame)[:5] == ["scenario", "seed", "quarter", "year", "sector"]
    assert list(frame)[5:] == list(fields(Outcome))
    assert len(frame) == 12 * 3 and set(frame.sector) == {"cars", "solar", "all"}
    assert frame.quarter.iloc[0] == "1990Q1" and frame.quarter.iloc[-1] == "1992Q4"
    assert frame.year.iloc[1] == 1990.25 and (frame.seed == 7).all() and (frame.scenario == "quiet").all()
    assert made["trajectories"]["trust"].type == pa.float32()


def test_row_of_a_quarter_is_the_quarter_of_the_run(made):
    run = synthetic.simulate(synthetic.Scenario(), 7)
    frame = made["trajectories"].to_pandas()
    row = frame[(frame.quarter == "1991Q2") & (frame.sector == "solar")].iloc[0]
    assert row.trust == pytest.approx(run.outcome["trust"][49, 1], rel=2**-16)
    market = made["markets"].to_pandas()
    row = market[(market.quarter == "1991Q2") & (market.sector == "cars") & (market.region == "eu")].iloc[0]
    assert row.welfare == pytest.approx(run.markets["welfare"][49, 0, 2], rel=2**-16)


def test_all_sums_counts_and_weights_means(made):
    frame = made["trajectories"].to_pandas().query("quarter == '1990Q3'").set_index("sector")
    assert frame.loc["all", "formations"] == frame.loc[["cars", "solar"], "formations"].sum()
    parts = frame.loc[["cars", "solar"]]
    assert frame.loc["all", "trust"] == pytest.approx(np.average(parts.trust, weights=parts.active), rel=1e-4)


def test_mean_over_nothing_is_empty_and_leaves_no_trace_in_the_pool():
    names = list(fields(Outcome))
    values = np.ones((len(names), 1, 2))
    values[names.index("active"), 0] = [0, 4]
    values[names.index("trust"), 0] = [0.9, 0.25]
    values[names.index("firms_chinese"), 0] = [3, 1]
    values[names.index("technology_level"), 0] = [np.nan, 0.5]
    pooled = pool(Outcome, values)
    assert np.isnan(pooled[names.index("trust"), 0, 0]) and pooled[names.index("trust"), 0, 2] == 0.25
    assert pooled[names.index("technology_level"), 0, 2] == 0.5
    values[names.index("active"), 0] = 0
    assert np.isnan(pool(Outcome, values)[names.index("trust"), 0, 2])


def test_generations_hold_only_declared_ones(made):
    frame = made["generations"].to_pandas()
    pairs = set(zip(frame.sector, frame.generation, strict=True))
    assert pairs == {("cars", "combustion"), ("cars", "electric"), ("solar", "first")}
    assert list(frame)[6:] == list(fields(Vintage))
    run = synthetic.simulate(synthetic.Scenario(), 7)
    row = frame.query("quarter == '1990Q1' and generation == 'electric'").iloc[0]
    assert row.technology_level == pytest.approx(run.vintages["technology_level"][44, 0, 1], rel=2**-16)


def test_events_within_the_years_reported_with_names_and_empties(made):
    frame = made["events"].to_pandas()
    expected = "scenario seed quarter year sector region generation kind partnership multinational chinese_firm"
    kinds = "type_before type_after sub_form technology_gap trigger cause product_lead"
    gains = "gain_multinational gain_chinese equity_change royalty_change gained moved"
    assert list(frame) == [*expected.split(), *kinds.split(), *gains.split()]
    assert list(frame.quarter) == ["1990Q1", "1990Q2", "1991Q3"]  # the event of 1989 is not reported
    assert list(frame.kind) == ["conversion", "entry", "flip"]
    assert list(frame.partnership.fillna("")) == ["cars-m01+cars-c01@1989Q1", "", "solar-m01+solar-c01@1991Q1"]
    assert list(frame.generation.astype(object).fillna("")) == ["", "", "first"]
    assert list(frame.type_before.astype(object).fillna("")) == ["market_access", "", "globalize"]
    assert frame.chinese_firm[1] == "solar-e1990Q2"  # an entrant is named by when it came
    assert frame.region.isna().tolist() == [False, True, False]
    assert frame.multinational.isna().tolist() == [False, True, False]
    assert made["events"]["technology_gap"].null_count == 1 and frame.trigger.isna().tolist() == [False, True, True]


def test_formation_begins_from_none(frame):
    early = Frame("quiet", synthetic.Labels(), 1989, 1992)
    events = tables(synthetic.simulate(synthetic.Scenario(), 7), early)["events"].to_pandas()
    assert events.type_before[0] == "none" and events.generation[0] == "electric"


def test_partnerships_alive_at_or_after_the_start(made):
    frame = made["partnerships"].to_pandas()
    expected = "scenario seed partnership sector region multinational chinese_firm type_first type_last sub_form start"
    numbers = "end end_kind technology_gap_start technology_gap_end equity_start equity_end flow_to_chinese"
    measured = "flow_to_multinational flipped cause product_lead_start product_lead_end product_flipped access_flipped"
    assert list(frame) == [*expected.split(), *numbers.split(), *measured.split(), "signed_reversed"]
    assert list(frame.start) == ["1991Q1", "1989Q1", "1989Q1"]  # the one that ended in 1989 is left out
    assert frame.end.isna().tolist() == [True, False, True] and frame.end_kind[1] == "dissolution"
    assert frame.flipped[0] == "1991Q3" and frame.flipped[1:].isna().all()


def test_names_of_partnerships_signed_at_once_tell_their_line(frame):
    run = synthetic.simulate(synthetic.Scenario(), 1)
    names = partnership_names(run.lives, firm_names(run, frame), frame).to_pylist()
    assert names[1:3] == ["cars-m01+cars-c01@1989Q1", "cars-m01+cars-c01@1989Q1#1"]
    assert len(set(names)) == len(names)


def test_a_run_without_events_or_partnerships_has_empty_tables(frame):
    run = synthetic.simulate(synthetic.Scenario(), 1)
    made = tables(run._replace(events=run.events[:0], lives=run.lives[:0]), frame)
    assert made["events"].num_rows == made["partnerships"].num_rows == 0


def test_units_stand_in_the_schema(made):
    assert made["trajectories"].schema.field("profit_chinese").metadata[b"unit"] == b"money"
    assert made["markets"].schema.metadata[b"schema"] == b"2"


def test_year_sums_flows_and_shows_the_last_quarter_of_states():
    names = list(fields(Outcome))
    values = np.arange(8.0).reshape(1, 8, 1).repeat(len(names), axis=0)
    found = by_year(Outcome, values)
    assert found[names.index("formations"), :, 0].tolist() == [0 + 1 + 2 + 3, 4 + 5 + 6 + 7]
    assert found[names.index("active"), :, 0].tolist() == [3, 7]


def test_years_are_those_of_the_pooled_quarters(frame):
    """Years are of the quarters that are stored, whatever is kept; only what a year shows is pooled."""
    written = plain(synthetic.simulate(synthetic.Scenario(), 3))
    pooled, found = measure(written, frame), years(written, frame)
    for declared, quarters, told in ((Outcome, pooled.outcome, found.outcome), (Market, pooled.markets, found.markets)):
        for (name, field), own, year in zip(fields(declared).items(), quarters, told, strict=True):
            held = shortened(own[None])[0].astype(float)
            of_years = held.reshape(-1, 4, *own.shape[1:])
            flow = is_flow(name, field.unit)
            assert field.pool == "sum" or not flow
            expected = of_years.sum(axis=1) if flow else of_years[:, 3]
            assert year.tobytes() == expected.tobytes(), name


def test_sixteen_binary_digits_are_the_nearest_and_keep_whole_numbers():
    whole = np.arange(65537, dtype=np.float32)
    assert (sixteen(whole) == whole).all()
    values = np.random.default_rng(1).lognormal(0, 20, 10_000).astype(np.float32)
    assert (np.abs(sixteen(values) / values.astype(float) - 1) <= 2**-16).all()
    assert not (sixteen(values).view(np.uint32) & 0xFF).any() and np.isnan(sixteen(np.float32([np.nan]))[0])


def test_flows_are_all_declared_metrics_of_a_quarter():
    flows = {name for name, field in fields(Outcome).items() if is_flow(name, field.unit)}
    assert {"adoptions_hub", "exits", "profit_chinese", "welfare", "knowledge_to_chinese"} <= flows
    assert flows.isdisjoint(
        {"active", "hub_share", "technology_gap", "firms_chinese", "reverse_export_ratio", "hazard"}
    )
    counts = {name for name, field in fields(Outcome).items() if field.unit == "count"}
    states = {name for name in counts - flows}
    assert states == {n for n in counts if n.startswith(("active", "firms_"))}  # a new count must be put on one side


def test_yearly_tables_are_close_to_the_run_and_pool_regions_too(frame):
    run = synthetic.simulate(synthetic.Scenario(), 3)
    made = yearly(years(plain(run), frame), frame, 3)
    outcome, markets = made["yearly"].to_pandas(), made["yearly_markets"].to_pandas()
    row = outcome.query("year == 1991 and sector == 'cars'").iloc[0]
    assert row.welfare == pytest.approx(run.outcome["welfare"][48:52, 0].sum(), rel=2**-15)
    assert row.trust == pytest.approx(run.outcome["trust"][51, 0], rel=2**-16)
    total = markets.query("year == 1991 and region == 'us'").set_index("sector").welfare
    assert total["all"] == pytest.approx(total["cars"] + total["solar"], rel=1e-4)
    assert list(markets)[5:] == list(fields(Market))
