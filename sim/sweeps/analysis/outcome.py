"""Which number of a run an analysis is about: METRIC[@YEAR][@SECTOR[@REGION]], read from a sweep's folder."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.errors import NotEnough, UsageError
from sim.machine.declare import Field
from sim.runs import Results
from sim.runs.own import fields_of, is_own
from sim.runs.tables import ALL
from sim.scenario.outcome import BY_SECTOR, declared, of_one_number, written

METRICS = BY_SECTOR
KEYS = ["point", "seed"]
_CONDITION = re.compile(r"(.+?)\s*(<=|>=|<|>)\s*([^<>=]+)")


class OutcomeAt(NamedTuple):
    """A metric by year (flows summed, states of the fourth quarter), in a sector or all pooled; in a region, of
    `markets`, if one is named."""

    metric: str
    year: int
    sector: str = ALL
    region: str = ""
    own: Field | None = None  # what a function of one's own measures

    @property
    def field(self) -> Field:
        return self.own or declared(self.metric, self.region)

    def __str__(self) -> str:
        return written(*self[:4])


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
    """METRIC[@YEAR][@SECTOR[@REGION]]; without a year the `last` one. `own`: outcomes of one's own, which have no
    sectors and no other year, by name or as FILE.py:NAME. Raises UsageError on an unknown metric or a bad form."""
    measured = own or {}
    metric, *rest = (part.strip() for part in text.split("@"))
    name = metric.rpartition(":")[2].strip() if is_own(metric) else metric
    if name in measured:
        if rest:
            raise UsageError(f"--outcome {text!r}: a function has no year and no sector", "leave them out")
        return OutcomeAt(name, last, own=measured[name])
    if is_own(metric):
        raise UsageError(f"--outcome {text!r}: no run here was measured by it", f"sweep with --outcome {metric}")
    named = of_one_number(text)
    return OutcomeAt(named.metric, last if named.year is None else named.year, *named.place)


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
    """point, seed, value: a row per run that ended well; null stays nan. Raises as `read_all` does."""
    return read_all(results, [outcome])[0]


def read_all(results: Results, outcomes: Sequence[OutcomeAt]) -> list[pd.DataFrame]:
    """What `read` gives, of each outcome; every table is gone through once.

    Raises NotEnough where the folder kept no such year or sector.
    """
    results.check_any()
    sources = [_table(results, outcome) for outcome in outcomes]
    held = {
        name: _part(results, name, [one for one, source in zip(outcomes, sources, strict=True) if source == name])
        for name in dict.fromkeys(sources)
    }
    return [_one(results, held[name], name, outcome) for outcome, name in zip(outcomes, sources, strict=True)]


def _table(results: Results, outcome: OutcomeAt) -> str:
    """The table that holds an outcome."""
    return ("final" if outcome.year == last_year(results) else "yearly") + ("_markets" if outcome.region else "")


def _part(results: Results, table: str, outcomes: Sequence[OutcomeAt]) -> pa.Table:
    """Rows and columns of a table that hold some outcomes, chunk by chunk."""
    keys = ["sector", "region"] if outcomes[0].region else ["sector"]
    columns = [*KEYS, "year", *keys, *dict.fromkeys(outcome.metric for outcome in outcomes)]
    where = pc.field("year").isin(sorted({outcome.year for outcome in outcomes}))
    for key in keys:
        where &= pc.field(key).cast(pa.string()).isin(sorted({getattr(outcome, key) for outcome in outcomes}))
    return pa.concat_tables([part.filter(where) for part in results.chunks(table, columns)]).unify_dictionaries()


def _one(results: Results, held: pa.Table, table: str, outcome: OutcomeAt) -> pd.DataFrame:
    where = (pc.field("year") == outcome.year) & (pc.field("sector").cast(pa.string()) == outcome.sector)
    if outcome.region:
        where &= pc.field("region").cast(pa.string()) == outcome.region
    rows = held.filter(where).select([*KEYS, outcome.metric])
    if not rows.num_rows:
        raise NotEnough(f"{results.folder} holds no {outcome}", _there(results, table, outcome))
    found: pd.DataFrame = rows.to_pandas().set_axis([*KEYS, "value"], axis=1)
    return found.astype({"value": np.float64}).sort_values(KEYS, ignore_index=True)


def _there(results: Results, table: str, outcome: OutcomeAt) -> str:
    """What a table has instead: years, sectors or regions, whichever the outcome names wrongly."""
    for key in ("sector", "region") if outcome.region else ("sector",):
        names = {str(name) for part in results.chunks(table, [key]) for name in part[key].unique().to_pylist()}
        if getattr(outcome, key) not in names:
            near = get_close_matches(getattr(outcome, key), names, n=1, cutoff=0.5)
            return f"did you mean the {key} {near[0]}?" if near else f"there are {', '.join(sorted(names))}"
    years = [year for part in results.chunks(table, ["year"]) for year in part["year"].unique().to_pylist()]
    return f"its years are {min(years):.0f} to {max(years):.0f}"


def last_year(results: Results) -> int:
    """The last year that a folder's runs report."""
    return int(results.manifest["scenarios"][results.manifest["base"]]["end"])
