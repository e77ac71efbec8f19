"""What a study is asked to do: which scenarios or points, which seeds, and how it is carried out."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from sim.errors import UsageError, WrongType, expect, is_utf8
from sim.runs.own import Own
from sim.runs.store import KEEP
from sim.runs.tables import Run

Seeds = int | str | Iterable[int]
Settings = tuple[tuple[str, Any], ...]  # paths and values that make a point out of a scenario
MOST_SEEDS = 1_000_000
_HOW = "write --seeds 100 or --seeds 1:100"
ROUND = 20  # seeds that are added at a time until intervals are narrow


@dataclass(frozen=True)
class Progress:
    """How far a study is: runs planned, done (found ones included), failed, found from earlier; seconds so far."""

    planned: int
    done: int
    failed: int
    found: int
    seconds: float


@dataclass(frozen=True)
class Options:
    """How a study is carried out.

    workers: processes, all cores by default, 1 runs in this process; cluster: address of a Dask scheduler instead; out:
    results folder; keep: a key of `store.KEEP`; force: start over where the folder holds other results;
    accept_code_change: go on where runs there come from other code of the model or other versions of packages, and note
    both; command: as it stands in manifest and hints; progress, note: called with how far it is, and with lines worth
    telling.

    until_ci: metric -> half-width of its 95 % interval (last year, all sectors) at which no more seeds are added;
    max_seeds: not more than these. shard (i, n): only every n-th run, from the i-th. simulate, labels, vary: the model.

    run_timeout: seconds, and memory: gigabytes of a worker, after which a run is given up and recorded as failed. Runs
    are then kept in processes of their own, of one worker too.
    """

    workers: int | None = None
    out: str | Path | None = None
    keep: str = "trajectories"
    force: bool = False
    command: str = ""
    progress: Callable[[Progress], None] = lambda progress: None
    note: Callable[[str], None] = lambda note: None
    cluster: str | None = None
    until_ci: Mapping[str, float] = field(default_factory=dict)
    max_seeds: int = 1000
    shard: tuple[int, int] | None = None
    run_timeout: float | None = None
    memory: float | None = None
    accept_code_change: bool = False
    simulate: Callable[[Any, int], Run] | None = None
    labels: Callable[[Any], Any] | None = None
    vary: Callable[[Any, Mapping[str, Any]], Any] | None = None

    def __post_init__(self) -> None:
        self._check_types()
        if self.keep not in KEEP:
            raise UsageError(f"keep: {self.keep!r} is not one of {', '.join(KEEP)}")
        if "\0" in str(self.out) or not is_utf8(str(Path(self.out or "").absolute())):
            raise UsageError(f"out: {self.out!r} is no path")
        if self.workers is not None and self.workers < 1:
            raise UsageError("workers: at least 1", "--workers 1 runs in one process")
        for name, limit in (("run-timeout", self.run_timeout), ("memory-per-worker", self.memory)):
            if limit is not None and not limit > 0:
                raise UsageError(f"{name}: must be above zero")
            if limit is not None and not isfinite(limit):
                raise UsageError(f"{name}: must be finite", f"leave out --{name}")
        if self.cluster is not None and not self.cluster.strip():
            raise UsageError("cluster: no address", "for example --cluster tcp://127.0.0.1:8786")
        if self.shard is not None:
            part, parts = self.shard
            if not 1 <= part <= parts:
                raise UsageError(f"shard: {part}/{parts} is not one of n parts", "for example --shard 3/40")
            if self.until_ci:
                raise UsageError(
                    "a shard sees no intervals, so --until-ci cannot hold", "merge the shards, then extend"
                )

    def _check_types(self) -> None:
        """Raises WrongType."""
        expect("keep", self.keep, str, f"one of {', '.join(KEEP)}")
        expect("command", self.command, str, "command")
        for name, switch in (("force", self.force), ("accept_code_change", self.accept_code_change)):
            if not isinstance(switch, bool):  # force="no" starts over in nobody's sense
                raise WrongType(f"{name}: {switch!r} is neither True nor False")
        expect("until_ci", self.until_ci, Mapping, "mapping of metrics to widths")
        expect("max_seeds", self.max_seeds, Integral, "whole number")
        for name, call in (("progress", self.progress), ("note", self.note)):
            expect(name, call, Callable, "function")  # type: ignore[arg-type]
        for name, given, kinds, told in (
            ("out", self.out, (str, Path), "path"),
            ("workers", self.workers, Integral, "whole number"),
            ("run-timeout", self.run_timeout, Real, "number of seconds"),
            ("memory-per-worker", self.memory, Real, "number of gigabytes"),
            ("cluster", self.cluster, str, "address"),
            ("shard", self.shard, tuple, "pair such as (3, 40)"),
        ):
            if given is not None:
                expect(name, given, kinds, told)
        for number in self.shard or ():
            expect("shard", number, Integral, "whole number")
        if self.shard is not None and len(self.shard) != 2:
            raise UsageError(f"shard: {self.shard!r} is no pair", "for example (3, 40)")


class Arm(NamedTuple):
    """What is run with every seed: a scenario as it stands (point 0), or a point of a design near it."""

    scenario: str
    point: int
    hash: str
    settings: Settings


@dataclass(frozen=True)
class Plan:
    """Scenarios by name, the base first, and what each is compared with.

    A sweep has one scenario and its arms: `design` holds their values (design.parquet), `about` tells how they came
    about, `only`, if given, which pairs of point and seed are wanted, and `own` outcomes that are no metrics.
    """

    kind: str
    scenarios: Mapping[str, Any]
    seeds: tuple[int, ...]
    references: Mapping[str, str] = field(default_factory=dict)
    points: tuple[Arm, ...] = ()
    design: pa.Table | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    only: frozenset[tuple[int, int]] | None = None
    own: tuple[Own, ...] = ()

    @property
    def arms(self) -> tuple[Arm, ...]:
        """All that is run with every seed."""
        return self.points or tuple(Arm(name, 0, each.hash, ()) for name, each in self.scenarios.items())


def parse_seeds(seeds: Seeds) -> tuple[int, ...]:
    """Seeds of N, "N", "A:B" or an iterable; raises UsageError on anything else."""
    if isinstance(seeds, bool) or not isinstance(seeds, int | str | Iterable):
        raise WrongType(f"seeds: {seeds!r} is neither a number, a range nor a list", _HOW)
    found: Sequence[int]
    if isinstance(seeds, str):
        first, colon, last = seeds.partition(":")
        if not (first.strip().isdecimal() and (not colon or last.strip().isdecimal())):
            raise UsageError(f"seeds: {seeds!r} is neither a number nor a range", _HOW)
        if max(len(first), len(last)) > 12:
            raise UsageError(f"seeds: {seeds!r} holds no seed between 0 and 2^32", _HOW)
        found = range(int(first), int(last) + 1) if colon else range(1, int(first) + 1)
    elif isinstance(seeds, int):
        found = range(1, seeds + 1)
    else:
        listed = set(itertools.islice(seeds, MOST_SEEDS + 1))
        wrong = next((each for each in listed if isinstance(each, bool) or not isinstance(each, Integral)), None)
        if wrong is not None:
            raise WrongType(f"seeds: {wrong!r} is no whole number", _HOW)
        found = sorted(map(int, listed))
    if not found or found[0] < 0 or found[-1] >= 2**32:
        raise UsageError(f"seeds: {seeds!r} holds no seed between 0 and 2^32", _HOW)
    if len(found) > MOST_SEEDS:
        raise UsageError(f"seeds: more than {MOST_SEEDS:,}, which no study needs", _HOW)
    return tuple(found)
