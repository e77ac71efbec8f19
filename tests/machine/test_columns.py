"""The declarations say enough to build, bound and label every quantity."""

import math
from typing import get_type_hints

import numpy as np
import pytest

from sim.machine import declare
from sim.machine.declare import Field, order
from sim.model import columns
from sim.model.columns import Firms, Policy, Sectors
from sim.model.records import Market, Outcome, Vintage

TABLES = [kind for kind in vars(columns).values() if hasattr(kind, "_fields")]
RECORDS = [kind for kind in TABLES if set(get_type_hints(kind).values()) == {float}]
COLUMNS = [kind for kind in TABLES if kind not in RECORDS]
METRICS = [Outcome, Market, Vintage]
DIMENSIONS = sorted({word for kind in COLUMNS for field in declare.fields(kind).values() for word in field.per.split()})
SIZES = {
    dimension: size for size, dimension in enumerate(DIMENSIONS, start=2)
}  # all different, so that none is mistaken
EVERY = [(declared, name, field) for declared in TABLES for name, field in declare.fields(declared).items()]


def test_every_quantity_is_declared_in_full(subtests: pytest.Subtests) -> None:
    for declared, name, field in EVERY:
        with subtests.test(f"{declared.__name__}.{name}"):
            assert isinstance(field, Field)
            assert field.unit
            assert field.text
            assert field.low <= field.high
            assert bool(field.per) == (declared in COLUMNS)
            assert np.dtype(field.dtype).kind in "fiu"
            if declared is Policy or (field.given and field.default is not None):
                assert field.low <= field.default <= field.high
            if field.given:
                assert declared is Sectors
                assert math.isfinite(field.low)
                assert math.isfinite(field.high)


def test_allocate(subtests: pytest.Subtests) -> None:
    for declared in COLUMNS:
        with subtests.test(declared.__name__):
            allocated = declare.allocate(declared, SIZES)
            assert isinstance(allocated, declared)
            for (name, field), array in zip(declare.fields(declared).items(), allocated, strict=True):
                assert array.shape == tuple(SIZES[dimension] for dimension in field.per.split()), name
                assert array.dtype == np.dtype(field.dtype), name
                assert array.flags[f"{order(field.per)}_CONTIGUOUS"], name
                assert np.all(array == (field.default or 0)), name


def test_allocate_gives_every_column_memory_of_its_own() -> None:
    firms = declare.allocate(Firms, SIZES)
    firms.worth[:] = 1.0
    assert firms.profit.sum() == firms.revenue.sum() == 0.0


def test_allocate_names_an_unknown_dimension() -> None:
    with pytest.raises(KeyError, match="firm"):
        declare.allocate(Firms, {})


@pytest.mark.parametrize("declared", RECORDS, ids=lambda declared: declared.__name__)
def test_records_are_read_and_written_by_name(declared: type) -> None:
    table = np.zeros(3, declare.record(declared))
    for place, (name, field) in enumerate(declare.fields(declared).items()):
        setattr(table[1], name, place + 1)
        assert getattr(table[1], name) == table[name][1] == place + 1
        assert table[name].dtype == np.dtype(field.dtype)
    assert table[0].tolist() == table[2].tolist() == (0,) * len(declare.fields(declared))


@pytest.mark.parametrize("declared", METRICS, ids=lambda declared: declared.__name__)
def test_every_metric_has_a_formula_and_a_way_to_pool(declared: type) -> None:
    metrics = declare.fields(declared)
    for name, field in metrics.items():
        assert field.formula, name
        assert field.pool == "sum" or field.pool in metrics, name
        assert field.pool != name
        weighted = field.unit not in ("count", "money") and declared is not Vintage
        assert (field.pool == "sum") != weighted or field.text.startswith("Knowledge"), name
