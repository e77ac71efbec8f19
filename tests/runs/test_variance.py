"""Luck and parameters told apart, on tables whose parts are known."""

import numpy as np
import pyarrow as pa
import pytest

from sim.runs.outcomes import _drawn
from sim.runs.variance import csv, shares, table


def test_each_source_alone_is_all_of_it_and_nothing_varies_as_nothing():
    draws, seeds = np.array([1.0, 2.0, 4.0])[:, None], np.array([0.0, 5.0])[None, :]
    assert shares(draws + 0 * seeds)[1:] == (0.0, 1.0, 0.0)
    assert shares(0 * draws + seeds)[1:] == (1.0, 0.0, 0.0)
    assert shares(0 * draws + 0 * seeds)[0] == 0.0


def test_components_are_those_the_numbers_were_drawn_with():
    rng = np.random.default_rng(1979)
    luck, drawn = rng.normal(0, 1, (1, 400)), rng.normal(0, 2, (400, 1))
    sd, *parts = shares(luck + drawn + rng.normal(0, 0.5, (400, 400)))
    assert parts == pytest.approx([1 / 5.25, 4 / 5.25, 0.25 / 5.25], abs=0.03) and sd == pytest.approx(
        5.25**0.5, rel=0.05
    )


def test_runs_name_draw_luck_and_parameters_and_differences_are_paired():
    posterior = {"draws": 2, "crossed": True, "values": {"spill": [0.1, 0.3]}}
    seeds = [1, 2, 3, 4]
    columns = _drawn(["a"] * 4 + ["b"] * 4, seeds * 2, {"a": posterior, "b": posterior})
    assert columns["draw"].to_pylist()[:4] == [1, 2, 1, 2] and columns["luck"].to_pylist()[:4] == [1, 1, 2, 2]
    assert columns["parameters.spill"].to_pylist()[:4] == [0.1, 0.3, 0.1, 0.3]
    assert _drawn(["a"], [7], {"a": {**posterior, "crossed": False}})["luck"].to_pylist() == [7]
    welfare = [1.0, 2.0, 3.0, 4.0, 11.0, 12.0, 13.0, 14.0]  # b is ten above a, whatever draw and luck
    names = {"scenario": ["a"] * 4 + ["b"] * 4, "status": ["done"] * 8, "welfare": welfare}
    made = table(pa.table({**names, **columns}), ["welfare"], {"b": "a"}).to_pylist()
    assert [(row["scenario"], row["kind"]) for row in made] == [("a", "level"), ("b", "level"), ("b", "difference")]
    assert made[2]["mean"] == made[2]["lo"] == 10.0 and made[2]["sd"] == 0.0 and made[0]["lo"] < 2.5 < made[0]["hi"]
    assert csv(pa.Table.from_pylist(made)).splitlines()[3].startswith("b,difference,welfare,2,2,10,10,10,0,,,")
    assert table(pa.table(names), ["welfare"], {}) is None
