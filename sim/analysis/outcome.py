"""Which number of a run an analysis is about: METRIC@YEAR[@SECTOR], read from a sweep's folder."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.declare import Field, fields
from sim.errors import NotEnough, UsageError
from sim.records import Outcome
from sim.study import Results
from sim.study.own import fields_of, is_own
from sim.study.tables import ALL

METRICS = fields(Outcome)
KEYS = ["point", "seed"]
_EXAMPLE = "for example chinese_share_abroad@2040 or hub_share@2035@cars"
_CONDITION = re.compile(r"(.+?)\s*(<=|>=|<|>)\s*([^<>=]+)")


class OutcomeAt(NamedTuple):
    """A metric of `trajectories` by year (flows summed, states of the fourth quarter), in a sector or all pooled."""

    metric: str
    year: int
    sector: str = ALL
    own: Field | None = None  # what a function of one's own measures

    @property
    def field(self) -> Field:
        return self.own or METRICS[self.metric]

    def __str__(self) -> str:
        return "@".join([self.metric, str(self.year), *([self.sector] if self.sector != ALL else [])])


class Condition(NamedTuple):
    """An outcome beyond a limit: what `discover` explains."""

    outcome: OutcomeAt
    sign: str
    limit: float

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """For each value whether the condition holds; false where there is no value."""
        compared = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[self.sign]
        return np.asarray(compared(values, self.limit))

    def __str__(self) -> str:
        return f"{self.outcome} {self.sign} {self.limit:g}"


def parse(text: str, last: int, own: Mapping[str, Field] | None = None) -> OutcomeAt:
    """METRIC[@YEAR[@SECTOR]]; without a year the `last` one. `own`: outcomes of one's own, which have no sectors and no
    other year, by name or as FILE.py:NAME. Raises UsageError on an unknown metric or a bad form."""
    measured = own or {}
    metric, *rest = (part.strip() for part in text.split("@"))
    name = metric.rpartition(":")[2].strip() if is_own(metric) else metric
    if name in measured:
        if rest:
            raise UsageError(f"--outcome {text!r}: a function has no year and no sector", "leave them out")
        return OutcomeAt(name, last, ALL, measured[name])
    if is_own(metric):
        raise UsageError(f"--outcome {text!r}: no run here was measured by it", f"sweep with --outcome {metric}")
    if metric not in METRICS:
        near = get_close_matches(metric, [*METRICS, *measured], n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "`show metrics` lists them"
        raise UsageError(f"--outcome {text!r}: there is no metric {metric!r}", hint)
    if len(rest) > 2 or (rest and not rest[0].isdigit()):
        raise UsageError(f"--outcome {text!r} is not METRIC@YEAR or METRIC@YEAR@SECTOR", _EXAMPLE)
    return OutcomeAt(metric, int(rest[0]) if rest else last, rest[1] if len(rest) == 2 else ALL)


def asked(text: str, results: Results) -> OutcomeAt:
    """The outcome of a text, in the last year of a folder unless it says another. Raises UsageError."""
    return parse(text, last_year(results), fields_of(results.manifest["design"]))


def condition(text: str, last: int, own: Mapping[str, Field] | None = None) -> Condition:
    """OUTCOME and a limit, as `hub_share@2040 > 0.4` or `> 40%`; `own` as in `parse`. Raises UsageError."""
    found = _CONDITION.fullmatch(text.strip())
    number = found[3].strip() if found else ""
    try:
        limit = float(number.removesuffix("%")) * (0.01 if number.endswith("%") else 1.0)
    except ValueError:
        limit = np.nan
    if not found or not np.isfinite(limit):
        raise UsageError(f"--outcome {text!r} is not METRIC@YEAR > NUMBER", 'for example "hub_share@2040 > 0.4"')
    return Condition(parse(found[1], last, own), found[2], limit)


def read(results: Results, outcome: OutcomeAt) -> pd.DataFrame:
    """point, seed, value: a row per run that ended well, chunk by chunk; null stays nan.

    Raises NotEnough where the folder kept no such year or sector.
    """
    if not results.manifest["counts"]["done"]:
        raise NotEnough(f"no run of {results.folder} succeeded", "failures.csv says why")
    columns = ["point", "seed", "year", "sector", outcome.metric]
    table = "final" if outcome.year == last_year(results) else "yearly"
    where = (pc.field("year") == outcome.year) & (pc.field("sector").cast(pa.string()) == outcome.sector)
    parts = [part.filter(where).select([*KEYS, outcome.metric]) for part in results.chunks(table, columns)]
    found: pd.DataFrame = pa.concat_tables(parts).to_pandas().set_axis([*KEYS, "value"], axis=1)
    if found.empty:
        raise NotEnough(f"{results.folder} holds no {outcome}", "`show metrics` lists metrics; sectors are those run")
    return found.astype({"value": np.float64}).sort_values(KEYS, ignore_index=True)


def last_year(results: Results) -> int:
    """The last year that a folder's runs report."""
    return int(results.manifest["scenarios"][results.manifest["base"]]["end"])
