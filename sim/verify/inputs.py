"""What sectors feel of those they buy from: duties on suppliers, controls over them, and nothing where it is off."""

from typing import Any

import numpy as np

from sim.simulate import Run
from sim.verify.bench import EU, SHARES, US, null_model
from sim.verify.check import Found, check, near, need, rising
from sim.verify.laboratory import SECTORS, WORLD, Laboratory, Shock, bytes_apart, of_sector, sector, shock, steps, until

MOTORS, PARTS = 0, 1
COST, TECHNOLOGY, COVERAGE, DUTY = 0.3, 0.25, 0.8, 0.5
BEGINS = 104  # 2005Q1


def _linked(lab: Laboratory, cost: float = COST, technology: float = TECHNOLOGY, behind: bool = False) -> str:
    """The small world in which motors buy parts; `behind`: parts stand before motors."""
    motors = {**SECTORS["motors"], "inputs": {"parts": {"cost": cost, "technology": technology}}}
    sectors = {**SECTORS, "motors": motors}
    if behind:
        sectors = {name: sectors[name] for name in ("services", "parts", "motors")}
    name = f"linked_{cost}_{technology}_{behind}"
    lab.world({**WORLD, "sectors": sectors}, name)
    return f"{name}/world"


def _duty(rate: float = DUTY, start: str = "2005Q1", sectors: str = "parts") -> Shock:
    return shock("tariff", sectors=sectors, origin="china", destination="eu", rate=rate, start=start)


def _by_name(run: Run, behind: bool) -> list[Run]:
    return [
        of_sector(run, number)._replace(events=np.empty(0), lives=np.empty(0))
        for number in ((2, 1) if behind else (0, 1))
    ]


@check("L1", "a control over a supplier is one over its share of the buyer's technology", "definition")
def control_is_handed_on(lab: Laboratory) -> Found:
    """Bytes of two runs with a control of parts, against no link and a control of motors of share times coverage."""
    keys: dict[str, Any] = {"origin": "china", "destination": ["us", "eu"], "start": "2005Q1"}
    parts = shock("export_control", sectors="parts", coverage=COVERAGE, **keys)
    motors = shock("export_control", sectors="motors", coverage=TECHNOLOGY * COVERAGE, **keys)
    base, apart = _linked(lab, cost=0.0), 0
    for seed in (0, 1):
        by_hand = lab.run(parts, motors, seed=seed, linkage=0)
        need(bytes_apart(by_hand, lab.run(parts, seed=seed, linkage=0)), "the control does nothing")
        apart += bytes_apart(lab.run(parts, seed=seed, base=base), by_hand)
    return Found(apart, 0)


def _static(lab: Laboratory, elasticity: float, share: float) -> list[float]:
    """Sales in the EU of goods made there over those sent from the US before and after a duty on cells from China, and
    the part of cells bought there that paid it before, where nobody learns, builds or looks for partners.

    Firms are many, so that nobody's markup moves.
    """
    goods = sector(
        innovation=0.0, absorption=0.0, start_level=1.0, entry_rate=0.0, learning_rate=0.0, customer_turnover=0.0,
        foreign_inputs=0.0, market={1979: 300}, market_share=SHARES, multinationals={"us": 60, "eu": 60},
        chinese={"private": 60}, entrants=0,
    )  # fmt: skip
    cars = {**goods, "inputs": {"cells": {"cost": share}}}
    content = {
        "schema": 1, "title": "Static", "host": "china", "end": 1992,
        "regions": {"china": {}, "us": {}, "eu": {}},
        "paths": {"cost_advantage": {1979: 0}, "floor": {1979: 0}, "chinese_speed": {1979: 1}},
        "sectors": {"cells": {**goods, "price_elasticity": elasticity}, "cars": cars},
        "parameters": {**null_model(), "plant_cost": 5, "newcomer_abroad": 1, "linkage": 1},
        "shocks": [{"id": "duty", **_duty(start="1985Q1", sectors="cells")}],
    }  # fmt: skip
    found = []
    for t, state in steps(lab.load_content(content)):
        if t in (20, 48):
            firms = state.firms
            mine = [(firms.sector == 1) & (firms.kind == 0) & (firms.home == home) for home in (EU, US)]
            sold = [float(firms.share[rows, EU].sum()) for rows in mine]
            found += [sold[0] / sold[1], float(state.markets[t, 0, EU].imports_china)]
    return found


@check("L2", "a duty d on part m of inputs divides odds by (1-m+m(1+d)^-a)^(-s b/a)", "CaliendoParro2015", True)
def duty_on_inputs(lab: Laboratory) -> Found:
    """Sales of goods made where inputs pay the duty over sales of goods sent there, after over before, at three
    elasticities a of the supplier and two shares of cost; 180 firms, so that nobody's markup moves much.
    """
    found, expected = [], []
    for elasticity in (2.0, 3.0, 5.0):
        for share in (0.2, 0.6):
            before, paid, after, _ = _static(lab, elasticity, share)
            need(paid > 0.05, "nothing is imported")
            found.append(after / before)
            kept = 1.0 - paid + paid * (1.0 + DUTY) ** -elasticity
            expected.append(kept ** (share * 3.0 / elasticity))
    return near(found, expected, 2e-3, relative=True)


@check("L3", "without linkage, and before it, sectors share nothing", "design")
def off(lab: Laboratory) -> Found:
    """Bytes of two runs of the linked world with linkage 0 against the world without links, and, where linkage begins
    in 2005, until then; later it does differ.
    """
    base, apart = _linked(lab), 0
    for seed in (0, 1):
        plain = lab.run(_duty(), seed=seed)
        apart += bytes_apart(lab.run(_duty(), seed=seed, base=base, linkage=0), plain)
        dated = lab.run(_duty(), seed=seed, base=base, linkage={"1979Q2": 0, "2005Q1": 1})
        need(bytes_apart(dated, plain), "links do nothing")
        apart += bytes_apart(until(dated, BEGINS), until(plain, BEGINS))
    return Found(apart, 0)


@check("L4", "it does not matter where a supplier stands in the file", "design")
def order_of_suppliers(lab: Laboratory) -> Found:
    """Bytes of what is recorded of motors and parts where parts stand behind motors, against before them."""
    two = [lab.run(_duty(), base=_linked(lab, behind=behind)) for behind in (False, True)]
    pairs = zip(_by_name(two[0], False), _by_name(two[1], True), strict=True)
    return Found(sum(bytes_apart(*pair) for pair in pairs), 0)


@check("L5", "dearer parts bring in more motors from where parts are not dearer", "CaliendoParro2015")
def imports_of_buyers(lab: Laboratory) -> Found:
    """Share of the EU's motors that is made in China in the last ten years, over 24 paired runs, at duties of 0, 50
    and 300 % on parts; smallest step.
    """
    base = _linked(lab, technology=0.0)
    runs = [[lab.run(_duty(rate), seed=seed, base=base) for seed in range(24)] for rate in (0.0, DUTY, 3.0)]
    return rising(
        float(np.mean([run.markets["imports_china"][160:, MOTORS, EU].mean() for run in each])) for each in runs
    )
