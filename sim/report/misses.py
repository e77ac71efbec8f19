"""What the model misses that bears on a comparison: claims and facts on record that concern the sectors, regions and
outcomes that the report's answer is about, each with the model's value and what was observed."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from sim.called import command
from sim.evidence.scorecard import words
from sim.evidence.scorecard.declared import declared
from sim.plots import style
from sim.plots.stored import Stored
from sim.report.told import WAYS, place
from sim.runs.acting import MOST, named, own_shocks
from sim.runs.bearing import Asked, Bearing, bearing, direction, nearness
from sim.runs.claim import number, within
from sim.runs.recognised import recognised
from sim.runs.summary import HEADLINES
from sim.scenario.find import carried

STORY, EVIDENCE = "story.json", "evidence.json"
SHOWN, LEAST = 8, 3  # the nearest, shared by the scenarios, of each at least a few; the others are counted
FATES = (
    "conversions",
    "renegotiations",
    "buyouts",
    "dissolutions",
    "exits",
    "flips",
)  # the table of what became of them
TOLD = frozenset((*HEADLINES, *WAYS, *FATES, "chinese_share"))
EFFECT = {
    "larger": "The model’s effect is larger, so an effect of this kind is likely too large here.",
    "smaller": "The model’s effect is smaller, so an effect of this kind is likely too small here.",
    "reversed": "The model’s effect has the other sign.",
}


class Miss(NamedTuple):
    """A claim or fact that the default world misses, in words. `value`: of the model; `asked`: what was observed."""

    id: str
    text: str
    value: str
    asked: str
    effect: str  # how an effect compares, empty if it is none or that cannot be told
    bears: Bearing

    @property
    def key(self) -> str:
        """Tells parts of a claim apart."""
        return f"{self.id} {self.text}"

    @property
    def sentence(self) -> str:
        """Without a full stop inside: text, the model's value, what was observed."""
        said = f"{self.text}: the model gives {self.value}, the evidence {self.asked}"
        said = re.sub(r"-?[\d.]+e-\d+", "0", said)  # next to nothing
        return style.polish(re.sub(r"(?<![\w-])-(?=[\d.])", "−", said))


def shipped(name: str) -> Any:
    """A record that comes with the package, None where there is none."""
    path = carried("records", name) / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


class Misses:
    """What bears on a folder's comparisons, from the records of the default world."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self.story = shipped(STORY)
        self.evidence = shipped(EVIDENCE)

    @cached_property
    def known(self) -> bool:
        """Whether the base's runs are those of the default world that the records are of."""
        if self.story is None or not self.stored.has("runs.parquet"):
            return False
        runs = next(iter(self.stored.door.read("runs.parquet"))).to_pandas()
        end = self.stored.entries[self.stored.base].get("end")
        return end is not None and recognised(self.story["about"]["levels"], runs, self.stored.base, int(end))

    @cached_property
    def found(self) -> list[tuple[Miss, tuple[str, ...], bool]]:
        """Misses that bear on some scenario, the nearest first: each with the titles of these, and whether it is among
        the nearest of one."""
        if not self.known:
            return []
        every = list(self._all())
        ranks: dict[str, dict[str, int]] = {miss.key: {} for miss in every}
        shown: set[str] = set()
        for name in self.stored.others:
            asked = _asked(self.stored, name)
            near = {miss.key: rank for miss in every if (rank := nearness(miss.bears, asked)) is not None}
            for key, rank in near.items():
                ranks[key][name] = rank
            shown.update(sorted(near, key=near.__getitem__)[: max(SHOWN // len(self.stored.others), LEAST)])
        rows = [(min(mine.values()), miss, mine) for miss in every if (mine := ranks[miss.key])]
        rows.sort(key=lambda row: row[0])
        return [(miss, tuple(map(self.stored.title, mine)), miss.key in shown) for _, miss, mine in rows]

    def _all(self) -> Iterator[Miss]:
        yield from claims(self.story)
        own = self.stored.entries[self.stored.base].get("resolved", {}).get("posterior", {}).get("set")
        if self.evidence is not None and self.evidence["about"]["set"] == own:
            yield from facts(self.evidence)

    def content(self) -> dict[str, Any]:
        """For the page: rows with their scenarios where these are not all, how many are left out, and the sources."""
        if not self.stored.others:
            return {}
        number = len(self.stored.others)
        rows = [
            {"id": miss.id, "text": miss.sentence, "effect": miss.effect, "on": names if len(names) < number else ()}
            for miss, names, shown in self.found
            if shown
        ]
        return {
            "known": self.known,
            "rows": rows,
            "more": len(self.found) - len(rows),
            "sources": [_source(record) for record in (self.story, self.evidence) if record is not None],
            "suggested": self.suggested,
        }

    @property
    def suggested(self) -> str:
        """The command that tells the misses of these runs' own world, or makes the record anew if only code moved."""
        entry = self.stored.entries[self.stored.base]
        if self.story is None or entry.get("hash") == self.story["about"]["scenario_hash"]:
            return command("verify", "--story", "--json", f"records/{STORY}")
        resolved = entry.get("resolved") or {}
        chosen = (resolved.get("posterior") or {}).get("set")
        changed = [each for key, value in (entry.get("changed_parameters") or {}).items()
                   for each in ("--set", f"parameters.{key}={value}")]  # fmt: skip
        return command("scorecard", *(("--parameters", chosen) if chosen else ()), *changed)


def _source(record: Mapping[str, Any]) -> str:
    made = record["about"]
    return f"{made['command']} (code {made['kernel_hash'][:8]})"


def _asked(stored: Stored, scenario: str) -> Asked:
    """What the answer for a scenario is about. Where policies act in many sectors: the one in which most moves."""
    shocks = own_shocks(stored.manifest, scenario)
    told = stored.entries[scenario].get("resolved") or {}
    sectors, aims, origins = (
        frozenset(named(shocks, key, told.get("groups") or {})) for key in ("sectors", "destination", "origin")
    )
    gaps = stored.sums("differences")
    most = place(gaps[(gaps["scenario"] == scenario) & (gaps["year"] == gaps["year"].max())], stored)
    near, regions = sectors, aims
    if not 0 < len(sectors) <= MOST or "all" in sectors:
        near = frozenset() if most is None else frozenset([most.sector])
        regions = frozenset() if most is None else frozenset([most.region])
    kinds = frozenset(str(shock["kind"]) for shock in shocks)
    acting = frozenset() if "all" in sectors else sectors
    return Asked(TOLD, near, regions, kinds, acting, aims, origins)


def claims(record: Mapping[str, Any]) -> Iterator[Miss]:
    """Claims of the story that do not hold."""
    for each in record["claims"]:
        if each["verdict"] != "miss":
            continue
        value, low, high = each["value"], each["low"], each["high"]
        bears = bearing(each["bears"])
        effect = direction(bears, value, low, high) if value is not None else ""
        told = number(value), within(low, high)
        yield Miss(each["id"], _sentence(each["claim"]), *told, EFFECT.get(effect, ""), bears)


def facts(record: Mapping[str, Any]) -> Iterator[Miss]:
    """Facts outside, each statistic once."""
    known = {fact.id: fact for fact in declared().facts}
    done = set()
    for row in record["facts"]:
        fact = known.get(row["id"])
        if row["inside"] is not False or fact is None or fact.bears is None:
            continue
        once = (fact.statistic, str(fact.given), fact.worlds)
        if once in done:
            continue
        done.add(once)
        middle, span = words.simulated(row)
        value = row["band"][1]
        ends = (row["low"], row["high"]) if row["kind"] != "number" else (row["observed"], row["observed"])
        effect = "" if "never" in row["band"] else direction(fact.bears, value, *ends, (row["band"][0], row["band"][2]))
        said = f"{middle} ({span} in 90 % of runs)"
        yield Miss(row["id"], _sentence(fact.text), said, words.observed(row), EFFECT.get(effect, ""), fact.bears)


def _sentence(text: str) -> str:
    """A claim's words with a capital, names of sectors written as words."""
    plain = text.replace("_", " ")
    return plain[:1].upper() + plain[1:]
