"""Policy: instruments of no size, announcements, controls, protection."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.model.columns import Happening, Way
from sim.scenario.shocks import KINDS, POLICY, Size
from sim.simulate import Run
from sim.verify.bench import EU
from sim.verify.check import Found, check, near, need, rising
from sim.verify.laboratory import Laboratory, Shock, bytes_apart, differing, shock, state_at, until

ANNOUNCED, IN_FORCE = 100, 104  # 2004Q1, 2005Q1


def _neutral(size: Size, option: str) -> float:
    """The size that changes nothing: what holds without the instrument."""
    return float(POLICY[size.writes(option)].default or 0.0) - float(size.change)


def _full(size: Size, option: str) -> float:
    """The bound further from it."""
    low, high = size.bounds(option)
    neutral = _neutral(size, option)
    return high if high - neutral > neutral - low else low


def instruments(full: bool, **dates: Any) -> Iterator[tuple[str, Shock]]:
    """Every declared kind of shock, with each of its options, everywhere, all sizes neutral or full."""
    for name, kind in KINDS.items():
        for option in kind.options or ("",):
            if kind.sizes:
                value = _full if full else _neutral
                keys: Shock = {key: value(size, option) for key, size in kind.sizes.items()}
                keys |= {place: "all" for place in kind.places} | ({kind.option: option} if option else {})
                known = (
                    {"start": dates["start"]} if kind.once else dates
                )  # what acts once is neither announced nor ramped
                yield (
                    f"{name} {option}".strip(),
                    shock(name, **{**keys, "sectors": "traded" if kind.goods else "all", **known}),
                )


@check("T37", "an export control on all technology is the same as no learning from partners", "design")
def full_control(lab: Laboratory) -> Found:
    """Bytes of four runs with both directions controlled in full, against the rate at zero; only partners teach.

    Local suppliers make everything, so that a control cuts no inputs.
    """
    only: dict[str, Any] = dict.fromkeys(("ambient", "spillover", "control_lag", "deployment", "ecosystem"), 0)
    control = shock("export_control", origin="all", destination="all", coverage=1.0, start="1979Q1")
    need(all(run.lives["flow_to_chinese"].max() > 0.0 for run in lab.runs(**only)), "nothing is learnt")
    pairs = zip(lab.runs(control, **only), lab.runs(**{**only, "partner_learning": 0}), strict=True)
    return Found(sum(bytes_apart(*pair) for pair in pairs), 0)


@check("T38", "a policy of no size changes no byte", "keyed draws")
def no_size(lab: Laboratory) -> Found:
    """Bytes of two runs with each declared instrument at its neutral size, ramped, against none."""
    dates = {"announce": "2004Q1", "start": "2005Q1", "ramp": 6}
    return Found(
        sum(
            bytes_apart(lab.run(seed=seed), lab.run(each, seed=seed))
            for seed in (0, 1)
            for _, each in instruments(False, **dates)
        ),
        0,
    )


@check("T41a", "nothing differs before the announcement", "design")
def before_the_announcement(lab: Laboratory) -> Found:
    """Bytes until 2003Q4 of a run with each instrument in full, announced 2004Q1; later each does differ."""
    apart = 0
    for name, each in instruments(True, announce="2004Q1", start="2005Q1", ramp=4):
        base, treated = lab.run(), lab.run(each)
        need(differing(base, treated), f"{name} does nothing")
        apart += bytes_apart(until(base, ANNOUNCED), until(treated, ANNOUNCED))
    return Found(apart, 0)


@check("T41b", "without anticipation nothing differs before the start", "design")
def before_the_start(lab: Laboratory) -> Found:
    """The same until 2004Q4 where nobody reckons with what is announced."""
    apart = 0
    for _, each in instruments(True, announce="2004Q1", start="2005Q1"):
        base, treated = lab.run(anticipation=0), lab.run(each, anticipation=0)
        apart += bytes_apart(until(base, IN_FORCE), until(treated, IN_FORCE))
    return Found(apart, 0)


@check(
    "T10",
    "without windows protection of the home market speeds up catching up",
    "LandiniMalerba2017",
    slow=True,
)
def protection(lab: Laboratory) -> Found:
    """Chinese technology in the last ten years of 16 paired runs, with a tariff of the host of one half on foreign
    goods over without.
    """

    def level(rate: float) -> float:
        wall = shock(
            "tariff", sectors="traded", origin=["us", "eu", "row"], destination="china", rate=rate, start="1985Q1"
        )
        runs: list[Run] = lab.runs(wall, seeds=16, windows="off")
        return float(sum(run.outcome["technology_chinese"][160:, 0].mean() for run in runs) / len(runs))

    return rising(level(rate) for rate in (0.0, 0.5))


def _whole_duty(rate: float, **keys: Any) -> Shock:
    """A duty on goods of the host in the EU."""
    return shock("tariff", sectors="traded", origin="china", destination="eu", rate=rate, start="2005Q1", **keys)


@check("U1", "who is spared a part of a duty sells, and pays, as under the rest of it", "definition")
def spared_part(lab: Laboratory) -> Found:
    """What a unit of quality sells with a local partner, and the tariff in it, under a duty of 80 % of which 50 points
    are spared, against goods shipped alone under 30 %; and what is shipped alone under both duties, against 80 %.
    """
    spared, rest, whole = (
        state_at(lab.scenario(each), IN_FORCE + 1).scratch
        for each in (_whole_duty(0.8, spares=0.5), _whole_duty(0.3), _whole_duty(0.8))
    )
    found, expected = [], []
    for column in ("sold", "sold_ahead", "taxed"):
        one, two, three = (getattr(each, column)[:2, :, :, EU] for each in (spared, rest, whole))
        found += [one[:, Way.with_partner].ravel(), one[:, Way.from_host].ravel()]
        expected += [two[:, Way.from_host].ravel(), three[:, Way.from_host].ravel()]
    return near(np.concatenate(found), np.concatenate(expected), 1e-12)


@check("U3", "a minimum price sells as a duty of its size, whose revenue sellers keep", "Bhagwati1965")
def floor_and_duty(lab: Laboratory) -> Found:
    """What a unit of quality sells under a floor of 30 % and under a duty of 30 %; the rent against the tariff; and
    duty and rent under a duty of 10 % with the floor beside it, against the duty of 30 %.
    """
    floor = shock("minimum_price", sectors="traded", origin="china", destination="eu", premium=0.3, start="2005Q1")
    left, duty, both = (
        state_at(lab.scenario(*each), IN_FORCE + 1).scratch
        for each in ((floor,), (_whole_duty(0.3),), (_whole_duty(0.1), floor))
    )
    found, expected = [], []
    for column in ("sold", "sold_ahead"):
        one, two, three = (getattr(each, column)[:2, :, :, EU] for each in (left, duty, both))
        found += [one.ravel(), three.ravel()]
        expected += [two.ravel(), two.ravel()]
    paid = duty.taxed[:2, :, :, EU].ravel()
    found += [left.rented[:2, :, :, EU].ravel(), (both.rented + both.taxed)[:2, :, :, EU].ravel()]
    expected += [paid, paid]
    need(paid.max() > 0.0, "nobody pays")
    return near(np.concatenate(found), np.concatenate(expected), 1e-12)


@check("U4", "a minimum price that goods are above anyhow changes no byte", "definition")
def floor_that_does_not_bind(lab: Laboratory) -> Found:
    """Bytes of two runs with a floor of 20 % beside a duty of 20 %, against the duty alone."""
    floor = shock("minimum_price", sectors="traded", origin="china", destination="eu", premium=0.2, start="2005Q1")
    duty = _whole_duty(0.2)
    return Found(sum(bytes_apart(lab.run(duty, seed=k), lab.run(duty, floor, seed=k)) for k in (0, 1)), 0)


@check(
    "U2",
    "screening waived for partners: all of them sign, plants alone are refused",
    "definition",
)
def waived_screening(lab: Laboratory) -> Found:
    """Refusals of deals in 4 runs in which every Chinese investment abroad would be refused and partners are waived;
    some are refused where nothing is waived, and in both no Chinese firm builds alone, which some do without screening.
    """
    keys: dict[str, Any] = {"sectors": "traded", "origin": "china", "destination": ["us", "eu", "row"]}
    keys |= {"block": 1.0, "start": "1979Q1"}
    given: dict[str, Any] = {"plant_cost": 0.05, "newcomer_abroad": 0.6}  # so that some build alone
    free, screened, waived = (
        lab.runs(*each, **given)
        for each in ((), (shock("screening", **keys),), (shock("screening", waives=1.0, **keys),))
    )
    need(sum(map(_refused, screened)), "nothing is refused")
    need(sum(map(_plants, free)), "nobody builds alone")
    apart = sum(map(_plants, screened)) + sum(map(_plants, waived)) + sum(map(_refused, waived))
    return Found(float(apart), 0.0)


def _refused(run: Run) -> int:
    return int((run.events["kind"] == Happening.screening_refusal).sum())


def _plants(run: Run) -> int:
    """Plants that Chinese firms build alone."""
    return int(((run.events["kind"] == Happening.own_plant) & (run.events["chinese"] >= 0)).sum())
