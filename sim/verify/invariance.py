"""Invariances: what decides nothing, from the unit of money to the number of processes."""

import tempfile
from pathlib import Path

import numpy as np

from sim.economy import Economy
from sim.machine.declare import Column, fields
from sim.model.columns import Kind
from sim.model.records import Market, Outcome
from sim.model.stages.state import EVENTS
from sim.runs import Results, ensemble
from sim.scenario import Scenario
from sim.simulate import Run, simulate
from sim.verify.check import Found, check, near, need
from sim.verify.laboratory import Laboratory, advanced, bytes_apart, sector, start, until

DECISIONS = ("quarter", "sector", "kind", "multinational", "chinese", "type_after", "trigger", "sub_form")


def scaled(lab: Laboratory, factor: float) -> Scenario:
    """The small world with all markets times a factor."""
    sectors = {
        name: {**one, "market": {year: value * factor for year, value in one["market"].items()}}
        for name, one in lab.content["sectors"].items()
    }
    return lab.load_content({**lab.content, "sectors": sectors})


def decided_apart(a: Run, b: Run) -> int:
    """Events of two runs that are not the same decision of the same firms in the same quarter."""
    if len(a.events) != len(b.events):
        return max(len(a.events), len(b.events))
    return int(np.any([a.events[name] != b.events[name] for name in DECISIONS], axis=0).sum())


@check("T39a", "the unit of money decides nothing", "homogeneity of degree 0")
def unit_of_money(lab: Laboratory) -> Found:
    """Events of four runs that differ when markets are told in a thousandth of the unit."""
    pairs = [(simulate(scaled(lab, 1000.0), seed), lab.run(seed=seed)) for seed in range(4)]
    need(all(len(run.events) > 50 for run, _ in pairs), "few events")
    return Found(sum(decided_apart(*pair) for pair in pairs), 0)


@check("T39b", "money scales with its unit, and nothing else does", "homogeneity of degree 1")
def money_scales(lab: Laboratory) -> Found:
    """Metrics of a run with markets times 1,024 over those without: 1,024 of money, 1 of the rest; largest relative
    error.
    """
    one, other = lab.run(), simulate(scaled(lab, 1024.0), 0)
    apart = []
    for kind, a, b in ((Outcome, one.outcome, other.outcome), (Market, one.markets, other.markets)):
        for name, field in fields(kind).items():
            wanted = a[name] * (1024.0 if field.unit == "money" else 1.0)
            apart.append(np.max(np.abs(b[name] - wanted) / np.maximum(np.abs(wanted), 1e-12)))
    return near(max(apart), 0.0, 1e-12)


@check("V1", "twice the markets: the same partnerships at the same time", "model.md, I.ii")
def market_size(lab: Laboratory) -> Found:
    """Events of four runs that differ as decisions in the small world and in one twice as large."""
    return Found(sum(decided_apart(lab.run(seed=seed), simulate(scaled(lab, 2.0), seed)) for seed in range(4)), 0)


def _types(lab: Laboratory, times: int) -> Column:
    """Partnerships by type over multinationals, mean of quarters after ten years and of 48 runs."""
    one = sector(
        multinationals={"us": 6 * times, "eu": 6 * times},
        entry_rate=0,
        chinese={"state": 6 * times, "private": 10 * times},
    )
    scenario = lab.load_content({**lab.content, "sectors": {"motors": one}, "groups": {"traded": ["motors"]}})
    names = ("active_market_access", "active_co_innovation", "active_globalize")
    runs = [simulate(scenario, seed).outcome for seed in range(48)]
    return np.mean([[(run[name] / run["firms_multinational"])[40:].mean() for name in names] for run in runs], axis=0)


@check("V2", "twice the firms: the same mix of partnership types", "model.md, I.ii", slow=True)
def number_of_firms(lab: Laboratory) -> Found:
    """Share of each type among partnerships, 24 firms against 48, mean of 48 runs; tolerance ten points.

    An approximation: a firm's share of its market halves, and with it what it loses to a single partner.
    """
    few, many = _types(lab, 1), _types(lab, 2)
    return near(many / many.sum(), few / few.sum(), 0.10)


@check("V3", "the origin of the logs decides nothing", "model.md, I.ii")
def origin_of_logs(lab: Laboratory) -> Found:
    """Events that differ when all technologies, the trend and the first frontier start 2.0 higher, four
    runs to 1995.
    """
    apart = 0
    for seed in range(4):
        scenario = lab.scenario(end=1995)
        logs = []
        for shift in (0.0, 2.0):
            state = start(scenario, seed)
            made = state.firms.technology + shift * (state.firms.adopted > 0)
            moved = state.scratch._replace(
                reference=state.scratch.reference + shift, start_front=state.scratch.start_front + shift
            )
            state = state._replace(firms=state.firms._replace(technology=made), scratch=moved)
            advanced(state, len(state.outcome))
            logs.append(state.events[: state.scratch.counts[EVENTS]])
        need(len(logs[0]) > 5, "few events")
        same = len(logs[0]) == len(logs[1]) and all(np.array_equal(logs[0][n], logs[1][n]) for n in DECISIONS)
        apart += not same
    return Found(apart, 0)


@check("T40a", "the order of agents decides nothing", "keyed draws")
def order_of_agents(lab: Laboratory) -> Found:
    """Bytes that differ between the compiled run and a Mesa model whose agents are shuffled and asked every year."""
    scenario = lab.scenario(end=1995)
    economy = Economy(scenario, seed=3)
    while economy.running:
        economy.step()
        if economy.quarter % 4 == 3:
            economy.agents.shuffle(inplace=True)
            economy.agents.shuffle_do("__repr__")
            for agent in economy.agents.select(lambda each: hasattr(each, "options")):
                agent.options()
    return Found(bytes_apart(economy.run, simulate(scenario, 3)), 0)


def _reordered(lab: Laboratory, names: list[str]) -> Scenario:
    sectors = {name: lab.content["sectors"][name] for name in names}
    return lab.load_content({**lab.content, "sectors": sectors, "groups": {}})


def _apart_by_sector(lab: Laboratory, names: list[str], seed: int) -> int:
    """Tables of sectors that differ from the small world's when only these stand in the file, in this order."""
    there = list(lab.content["sectors"])
    run, base = simulate(_reordered(lab, names), seed), lab.run(seed=seed)
    apart = 0
    for place, name in enumerate(names):
        for table in ("outcome", "markets"):
            mine, other = getattr(run, table)[:, place], getattr(base, table)[:, there.index(name)]
            apart += mine.tobytes() != other.tobytes()
    return apart


@check("T40b", "the order of sectors decides nothing", "keyed draws")
def order_of_sectors(lab: Laboratory) -> Found:
    """Tables of any sector that differ in some byte, over three seeds and two other orders."""
    orders = (["services", "parts", "motors"], ["parts", "motors", "services"])
    return Found(sum(_apart_by_sector(lab, order, seed) for order in orders for seed in range(3)), 0)


@check("V4", "a sector alone is as it is among others", "keyed draws")
def sector_alone(lab: Laboratory) -> Found:
    """Tables of each of three sectors, run by itself, that differ in some byte, over two seeds."""
    return Found(sum(_apart_by_sector(lab, [name], seed) for name in lab.content["sectors"] for seed in range(2)), 0)


@check("V5", "the number of workers changes no byte", "keyed draws", slow=True)
def number_of_workers(lab: Laboratory) -> Found:
    """Tables of six runs that differ between one process and two, rows sorted by their keys."""
    scenario = lab.scenario(end=2000)
    with tempfile.TemporaryDirectory() as folder:
        one, two = (ensemble(scenario, seeds=6, workers=workers, out=Path(folder) / str(workers)) for workers in (1, 2))
        return Found(sum(not _same_table(one, two, name, keys) for name, keys in TABLES.items()), 0)


TABLES = {  # with the columns that tell rows apart
    "trajectories": ["seed", "quarter", "sector"],
    "markets": ["seed", "quarter", "sector", "region"],
    "generations": ["seed", "quarter", "sector", "generation"],
    "partnerships": ["seed", "partnership"],
    "summary": ["year", "sector", "region", "metric"],
}


def _same_table(one: Results, two: Results, name: str, keys: list[str]) -> bool:
    plain = (getattr(each, name).astype(object) for each in (one, two))  # categories may be numbered in another order
    first, second = (table.sort_values(keys, ignore_index=True) for table in plain)
    need(len(first), f"no {name}")
    return bool(first.equals(second))


@check("V6", "the last year is no information: a longer run begins with the shorter", "design")
def longer_runs(lab: Laboratory) -> Found:
    """Bytes to 2005 of four runs that end then and in 2028."""
    apart = 0
    for seed in range(4):
        shorter, longer = lab.run(seed=seed, end=2005), lab.run(seed=seed)
        apart += bytes_apart(until(shorter, len(shorter.outcome)), until(longer, len(shorter.outcome)))
    return Found(apart, 0)


@check("V7", "a run leaves nothing behind: the same seed gives the same bytes", "keyed draws")
def repeated_runs(lab: Laboratory) -> Found:
    """Bytes of a run that differ after runs of other scenarios and seeds; another seed does differ."""
    scenario = lab.scenario()
    first = simulate(scenario, 7)
    need(bytes_apart(first, simulate(scenario, 8)) > 0, "seeds do not differ")
    simulate(scaled(lab, 2.0), 3)
    return Found(bytes_apart(first, simulate(scenario, 7)), 0)


@check("V8", "names of firms change no luck", "keyed draws")
def names_of_firms(lab: Laboratory) -> Found:
    """Bytes of a run that differ when one multinational and one Chinese firm are named."""
    home = list(lab.content["regions"])
    names = [{"name": f"{kind.name} firm", "sector": "motors", "home": home[1 - int(kind)]} for kind in Kind]
    named = simulate(lab.load_content({**lab.content, "firms": names}), 0)
    return Found(bytes_apart(named, lab.run()), 0)
