"""The host's suppliers: what they can make, how they grow and answer a cut, cost and quality, a base's capacity."""

import math

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from sim.model.columns import Sectors
from sim.model.rules.ecosystem import (
    able_suppliers,
    capacity_next,
    cut_inputs,
    imported_part,
    made_appeal,
    suppliers_next,
)
from sim.model.rules.market import quality
from tests.rules.declared import OFF, money, money_unit, share, within

gap = st.floats(-5.0, 5.0)
foreign = within("foreign_inputs", Sectors)


# what they can make


def test_able_suppliers_by_hand() -> None:
    assert able_suppliers(2.0, 0.5) == approx(math.exp(-1.0))
    assert able_suppliers(2.0, 0.0) == able_suppliers(2.0, -0.7) == 1.0  # from the flip on they make all
    assert able_suppliers(2.0, 1e3) < 1e-300
    assert able_suppliers(OFF["ecosystem"], 3.0) == 1.0


@given(within("ecosystem"), gap, gap)
def test_suppliers_are_able_as_the_host_catches_up(slope: float, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0.0 < able_suppliers(slope, high) <= able_suppliers(slope, low) * (1 + 1e-12) <= 1 + 2e-12


def test_suppliers_by_hand() -> None:
    assert suppliers_next(0.2, 0.6, 0.0, 0.04) == approx(0.216)  # 0.04 of a distance of 0.4
    assert suppliers_next(0.2, 0.6, 0.5, 0.04) == approx(0.224)  # a cut of half asks for 0.8
    assert suppliers_next(0.8, 0.6, 0.0, 0.04) == approx(0.792)  # what they can no longer sell is lost as slowly
    assert suppliers_next(0.2, 0.6, 0.5, 0.0) == 0.2


@given(share, share, share, st.floats(0.01, 0.5), st.integers(0, 100))
def test_suppliers_close_a_constant_part_of_the_distance(
    start: float, able: float, cut: float, rate: float, quarters: int
) -> None:
    """e_t = T + (e_0 - T)(1 - g)**t with T = able + (1 - able) cut."""
    suppliers, target = start, able + (1.0 - able) * cut
    for _ in range(quarters):
        suppliers = suppliers_next(suppliers, able, cut, rate)
        assert -1e-12 <= suppliers <= 1.0 + 1e-12
    assert suppliers == approx(target + (start - target) * (1.0 - rate) ** quarters, abs=1e-9)


def test_a_cut_hurts_first_and_mends_in_time() -> None:
    """P7: half of the inputs are foreign, a fifth made locally; a full cut takes 0.4 at once, and half of it for
    ln(1/2) / ln(0.96) = 17 quarters: then suppliers make what they had to.
    """
    suppliers, lost = 0.2, []
    for _ in range(200):
        lost.append(cut_inputs(0.5, suppliers, 0.0))
        suppliers = suppliers_next(suppliers, 0.2, 1.0, 0.04)
    assert lost[0] == approx(0.4) and lost == sorted(lost, reverse=True)
    assert sum(each > 0.2 for each in lost) == 17
    assert lost[-1] < 2e-4


# what inputs cost, and what quality is lost


def test_inputs_by_hand() -> None:
    assert imported_part(0.4, 0.25) == approx(0.3)
    assert imported_part(0.4, 1.0) == 0.0 and imported_part(0.4, 0.0) == 0.4
    assert cut_inputs(0.4, 0.25, 0.5) == approx(0.15)  # half of what is imported gets in
    assert cut_inputs(0.4, 0.25, 1.0) == cut_inputs(0.4, 1.0, 0.0) == 0.0


def test_production_in_the_host_by_hand() -> None:
    # exp(0.7 x 0.9 - 0.3 x 0.2 - 0.1): seven tenths at Chinese cost, duty on the rest, some quality lost
    assert made_appeal(0.3, 0.9, -0.2, 0.1) == approx(math.exp(0.63 - 0.06 - 0.1))
    assert made_appeal(0.0, 0.9, -0.2, 0.0) == approx(math.exp(0.9))  # all made locally
    assert made_appeal(1.0, 0.9, -0.2, 0.0) == approx(math.exp(-0.2))  # kits only


@given(foreign, share, share, st.floats(0.0, 3.0), st.floats(-3.0, 0.0), st.floats(0.0, 5.0))
def test_local_suppliers_make_cheaper_and_better(
    inputs: float, a: float, b: float, cost: float, border: float, loss: float
) -> None:
    """P6: the more is made locally, the better a base's offer, as long as Chinese cost is an advantage."""
    few, many = sorted((a, b))

    def appeal(usable: float) -> float:
        imported = imported_part(inputs, usable)
        return float(made_appeal(imported, cost, border, loss * imported))

    assert appeal(few) <= appeal(many) * (1 + 1e-12)
    assert appeal(1.0) == approx(math.exp(cost))


@given(share, st.floats(0.0, 2.0), st.floats(0.5, 6.0))
def test_lost_quality_is_lost_technology(imported: float, loss: float, sensitivity: float) -> None:
    assert made_appeal(imported, 0.0, 0.0, sensitivity * loss * imported) == approx(
        quality(sensitivity, -loss * imported, 0.0)
    )


# the capacity of a base


def test_capacity_by_hand() -> None:
    assert capacity_next(0.0, 30.0, 100.0, 0.02) == approx(0.3)  # built for the host
    assert capacity_next(0.5, 30.0, 100.0, 0.02) == approx(0.49)  # the host shrank: what stands wears out
    assert capacity_next(0.0, 300.0, 100.0, 0.02) == 1.0  # no more than all that is sold elsewhere
    assert capacity_next(0.2, 0.0, 0.0, 0.02) == 1.0  # nothing is sold elsewhere


@given(st.floats(0.0, 3.0), money, money, share, money_unit)
def test_capacity_lasts_longer_than_the_sales_it_was_built_for(
    capacity: float, host: float, elsewhere: float, wear: float, unit: float
) -> None:
    after = capacity_next(capacity, host, elsewhere, wear)
    assert capacity * (1 - wear) <= after * (1 + 1e-12) or elsewhere == 0.0
    assert after <= max(1.0, capacity)
    assert capacity_next(capacity, host * unit, elsewhere * unit, wear) == approx(after)
