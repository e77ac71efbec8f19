"""What the report says of parameters: whether intervals hold them, and what effects are over draws of the set."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.called import command
from sim.errors import ScenarioError
from sim.plots import style
from sim.plots.stored import Stored
from sim.runs import across
from sim.runs.across import Across
from sim.scenario.sets import read_set

TOLD = {"chinese_share_abroad": "the Chinese share abroad", "welfare": "world welfare"}  # in the first paragraph
DRAWS = 20  # that the report suggests
_DROPPED = {"--seeds": 1, "--posterior": 1, "--out": 1, "--until-ci": 1, "--max-seeds": 1, "--quiet": 0, "--json": 0,
            "--force": 0}  # fmt: skip


class Parameters:
    """How a folder stands to parameters: its base has one set of values, or draws that seeds cross or take in turn."""

    def __init__(self, stored: Stored) -> None:
        entry = stored.entries[stored.base]
        self.stored = stored
        self.posterior: Mapping[str, Any] = (entry.get("resolved") or {}).get("posterior") or {}
        self.draws = int(self.posterior.get("draws") or 0)
        self.crossed = bool(self.draws and self.posterior.get("crossed"))

    @cached_property
    def _runs(self) -> Any:
        there = self.stored.others and self.stored.has("runs.parquet")
        return next(iter(self.stored.door.read("runs.parquet"))).to_pandas() if there else pd.DataFrame()

    @cached_property
    def effects(self) -> dict[tuple[str, str], Across]:
        """By scenario and headline metric, effects over draws: of these runs, or of the record kept with the set."""
        if not len(self._runs):
            return {}
        if self.draws:
            found = across.over_draws(self._runs, self.stored.references)
        else:
            record = self._record()
            pairs = self.stored.references.items()
            found = [row for name, base in pairs for row in across.of_this_folder(record, self._runs, name, base)]
        return {(row.scenario, row.metric): row for row in found}

    def _record(self) -> Sequence[Across]:
        """The record of the set that the base stands on; none if it cannot be found or read."""
        try:
            place = read_set(self.posterior["set"], drawn=False).place.path
            return across.read(place.with_suffix(across.RECORD))
        except (KeyError, ScenarioError, OSError, ValueError):
            return []

    def sentences(self, scenario: str) -> Iterator[str]:
        """What intervals hold, and what the effect is over draws; how to ask for it where that is not known."""
        rows = {metric: self.effects[scenario, metric] for metric in TOLD if (scenario, metric) in self.effects}
        if self.draws:
            shared = "each recurs" if self.crossed else "seeds take them in turn"
            yield "Intervals are of 95 %. They hold luck and parameters, and take each run as independent"
            yield f"(of {self.draws} draws of the parameters, {shared})."
        else:
            yield "Intervals are of 95 %. They hold luck alone: all runs have the same parameters."
        if rows:
            yield self._over_draws(rows)
        elif not self.draws:
            yield "What other parameters give is not on record for these runs."
            yield Markup("This command tells it: <code>{}</code>.").format(self.suggested)

    def _over_draws(self, rows: Mapping[str, Across]) -> str:
        first = next(iter(rows.values()))
        told = [f"{TOLD[metric]} moves by {_words(row)}" for metric, row in rows.items()]
        luck = f"{first.seeds} seeds of luck each"
        where = luck if self.draws else f"of set {self.posterior['set']}, {luck}, on record"
        return f"Over {first.draws} draws of the parameters ({where}), {', and '.join(told)}."

    @property
    def suggested(self) -> str:
        """The folder's command with draws of the parameters; its options of size left out."""
        said = self.stored.manifest.get("command") or ""
        words = shlex.split(said) if isinstance(said, str) else list(map(str, said))
        start = words.index("compare") if "compare" in words else len(words)
        kept, skip = [], 0
        for word in words[start:]:
            name, _, value = word.partition("=")
            if skip:
                skip -= 1
            elif name in _DROPPED:
                skip = 0 if value else _DROPPED[name]
            else:
                kept.append(word)
        return command(*(kept or ["compare", self.stored.base, *self.stored.others]), "--posterior", DRAWS)

    def range_of(self, scenario: str, metric: str, field: Any) -> str:
        """Nine in ten draws of an effect on all sectors together, for a cell of a table; empty if not known."""
        row = self.effects.get((scenario, metric))
        return f"{style.number(row.low, field, True)} to {style.number(row.high, field, True)}" if row else ""

    @property
    def term(self) -> str:
        """For the design of the study."""
        if self.draws:
            how = "each runs with every seed of luck" if self.crossed else "the seeds take them in turn"
            return f"{self.draws} draws of the fitted set {self.posterior['set']}; {how}"
        known = "; of what-ifs on record, effects over draws stand beside them" if self.effects else ""
        return f"the same values in all runs, so intervals leave out what is not known of them{known}"

    @property
    def limit(self) -> str:
        """For the limits of the study."""
        luck = "Intervals hold chance between seeds."
        over = "Ranges over draws hold what the fit leaves open of its parameters."
        both = "Intervals hold chance and what the fit leaves open of its parameters."
        told = both if self.draws else f"{luck} {over}" if self.effects else luck
        left = "" if self.draws or self.effects else "of the parameters or "
        return f"{told} What is not known {left}of the model itself is not in them."


def _words(row: Across) -> str:
    field = style.declared(row.metric)
    said, low, high = (style.number(value, field, signed=True) for value in (row.difference, row.low, row.high))
    unit = "percentage points" if style.percent(field) else style.unit(field).split(",")[0]
    rises = {0: "it rises in none", row.draws: "it rises in all"}.get(row.rises, f"it rises in {row.rises}")
    return f"{said} {unit} ({low} to {high} in nine of ten draws; {rises})"
