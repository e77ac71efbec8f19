"""A results folder as data frames, read when asked for."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.called import command
from sim.errors import NotEnough, UsageError, expect, expect_list
from sim.runs.design import swept_paths
from sim.runs.verified import Verified
from sim.scenario.merge import nearest

if TYPE_CHECKING:
    import pandas as pd


_DESIGN = "design.parquet"


class Results:
    """What `ensemble`, `compare` and `sweep` return and `Results.open` finds again.

    Tables are pandas data frames with keys scenario, point (of a sweep), seed, quarter, year, sector, region; units
    stand in the Arrow schema (`table(name).schema`). A table that was not kept raises NotEnough; one that is not what
    was written IoFailure, one of another study Conflict.
    """

    def __init__(self, folder: str | Path, holder: Any = None) -> None:
        expect("folder", folder, (str, Path), "results folder")
        self.folder = Path(folder)
        self.stored = Verified(self.folder)
        self._holder = holder  # keeps a temporary folder alive as long as its results

    @classmethod
    def open(cls, path: str | Path) -> "Results":
        """Results of an earlier run; raises UsageError if the folder holds none."""
        return cls(Verified.open(path).folder)

    def __repr__(self) -> str:
        counts = self.manifest.get("counts", {})
        return f"Results({str(self.folder)!r}, {self.manifest['status']}, {counts.get('done', 0)} runs)"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with which code, and how far it came."""
        return self.stored.manifest

    def check_any(self) -> None:
        """Raises NotEnough where no run is there to be read, and says why."""
        counts = self.manifest.get("counts") or {}
        if counts.get("failed") and not counts.get("done"):
            raise NotEnough(f"no run of {self.folder} succeeded", "failures.csv says why")
        if not counts.get("done", 1):
            raise NotEnough(
                f"no run of {self.folder} is done yet", f"{command('status', self.folder)} says how to go on"
            )

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table in Arrow; `columns` reads only some. Raises NotEnough if it was not kept, UsageError where it has no
        such column, WrongType."""
        expect("table", name, str, "name of a table")
        if columns is not None:
            expect("columns", columns, (list, tuple), "list of names")
        found = pa.concat_tables(self.chunks(name, columns))
        lacking = [each for each in columns or () if each not in found.column_names]
        if lacking:
            known = next(self.chunks(name)).column_names
            raise UsageError(f"{name} has no column {lacking[0]!r}{nearest(str(lacking[0]), known)}")
        return found

    def chunks(self, name: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """A table part by part, for results larger than memory. Raises as `table` does."""
        expect("name", name, str, "name of a table")
        expect_list("columns", columns, "names")
        return self.stored.read(name, columns)

    def _frame(self, name: str) -> "pd.DataFrame":
        """A table as a data frame; in a sweep joined with the swept values, which follow the point."""
        frame: pd.DataFrame = self.table(name).unify_dictionaries().to_pandas()
        if not self.swept or "point" not in frame or set(self.swept) <= set(frame):
            return frame
        values = self.design.set_index("point")[list(self.swept)].reindex(frame["point"])
        for at, path in enumerate(self.swept, frame.columns.get_loc("point") + 1):
            frame.insert(at, path, values[path].to_numpy())
        return frame

    @property
    def swept(self) -> tuple[str, ...]:
        """The paths that a sweep varies; empty for anything else."""
        return swept_paths(self._design.column_names) if self.stored.has(_DESIGN) else ()

    @cached_property
    def _design(self) -> pa.Table:
        return self.table(_DESIGN)

    @cached_property
    def design(self) -> "pd.DataFrame":
        """Points of a sweep: point, designed, and the value of each swept path. Raises NotEnough elsewhere."""
        if not self.swept:
            raise NotEnough(f"{self.folder} is no sweep")
        frame: pd.DataFrame = self._design.to_pandas()
        return frame

    @cached_property
    def trajectories(self) -> "pd.DataFrame":
        """Metrics per scenario, seed, quarter and sector, with the sector `all`."""
        return self._frame("trajectories")

    @cached_property
    def final(self) -> "pd.DataFrame":
        """Metrics of the last year per scenario, seed and sector, with the sector `all`."""
        return self._frame("final")

    @cached_property
    def final_markets(self) -> "pd.DataFrame":
        """Metrics of the last year per scenario, seed, sector and region."""
        return self._frame("final_markets")

    @cached_property
    def yearly(self) -> "pd.DataFrame":
        """Metrics per scenario, seed, year and sector: flows summed, states of the last quarter."""
        return self._frame("yearly")

    @cached_property
    def markets(self) -> "pd.DataFrame":
        """Metrics per scenario, seed, quarter, sector and region."""
        return self._frame("markets")

    @cached_property
    def generations(self) -> "pd.DataFrame":
        """Technology per scenario, seed, quarter, sector and generation."""
        return self._frame("generations")

    @cached_property
    def events(self) -> "pd.DataFrame":
        """One row per event."""
        return self._frame("events")

    @cached_property
    def partnerships(self) -> "pd.DataFrame":
        """One row per partnership alive at or after the first year reported."""
        return self._frame("partnerships")

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """One row per run, with its outcomes in the last year, sector `all`."""
        return self._frame("runs.parquet")

    @cached_property
    def summary(self) -> "pd.DataFrame":
        """Means, quantiles and 95 % intervals over seeds, per year; in a sweep per point, in the last year."""
        return self._frame("summary.parquet")

    @cached_property
    def differences(self) -> "pd.DataFrame":
        """Differences to the base (in a sweep to each point's reference), paired by seed, with 95 % intervals."""
        return self._frame("differences.parquet")
