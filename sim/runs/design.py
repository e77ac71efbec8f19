"""Which points a sweep visits: grids, lists, Latin hypercubes and Sobol sequences over paths of a scenario."""

import csv
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import UsageError
from sim.scenario.reader import value_of

DESIGNS = ("grid", "list", "lhs", "sobol")
LAWS = ("uniform", "log", "triangular", "whole")
MOST_POINTS = 100_000  # without being asked for
_COLUMNS = ("point", "designed", "reference")  # of design.parquet, before the swept paths
_RANGE_KEYS = {"from", "to", "by"}
_LAW_KEYS = {"low", "high", "law", "mode"}


def swept_paths(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of design.parquet that are paths."""
    return tuple(name for name in columns if name not in _COLUMNS)


def references(table: Any) -> dict[int, int]:
    """Of each point of design.parquet the one it is compared with: point 0 unless the sweep named a reference."""
    points = table["point"].to_pylist()
    named = table["reference"].to_pylist() if "reference" in table.column_names else [0] * len(points)
    return dict(zip(points, named, strict=True))


class TooManyPoints(UsageError):
    """More points than a sweep makes without `--yes`."""

    code = 4

    def __init__(self, count: int, most: int) -> None:
        super().__init__(f"{count:,} points; without being told, at most {most:,} are made", "--yes if you mean it")
        self.args = (count, most)
        self.count = count


@dataclass(frozen=True)
class Factor:
    """A path and its values (grid, list, choices of equal chance), or the law it is drawn from between low and high."""

    path: str
    values: tuple[Any, ...] = ()
    low: float = math.nan
    high: float = math.nan
    law: str = ""
    mode: float | None = None

    def at(self, share: float) -> Any:
        """The value below which a share of the law lies; of choices, each has the same chance."""
        if not self.law:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        low, high = self.low, self.high
        if self.law == "log":
            return low * (high / low) ** share
        if self.law == "whole":
            return int(min(low + math.floor(share * (high - low + 1)), high))
        if self.law == "triangular":
            mode = (low + high) / 2 if self.mode is None else self.mode
            rise = (mode - low) / (high - low)
            if share < rise:
                return low + math.sqrt(share * (high - low) * (mode - low))
            return high - math.sqrt((1 - share) * (high - low) * (high - mode))
        return low + share * (high - low)

    def told(self) -> dict[str, Any]:
        """How the manifest tells it."""
        if not self.law:
            return {"values": list(self.values)}
        mode = {} if self.mode is None else {"mode": self.mode}
        return {"low": self.low, "high": self.high, "law": self.law, **mode}


@dataclass(frozen=True)
class Design:
    """Points of a sweep. rows: one value per factor; seeds: for each row its own seed, or none for all rows."""

    kind: str
    factors: tuple[Factor, ...]
    rows: tuple[tuple[Any, ...], ...]
    samples: int | None = None
    seeds: tuple[int, ...] | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(factor.path for factor in self.factors)

    def told(self) -> dict[str, Any]:
        """How the manifest tells it."""
        named = {} if self.kind == "list" else {factor.path: factor.told() for factor in self.factors}
        return {"kind": self.kind, "vary": named, "samples": self.samples}


def factor(path: str, given: Any) -> Factor:
    """What is to be done with a path: `[12, 24]`, "12,24", "0:1:0.05" (both ends), {from, to, by}, "0:1" or
    {low, high, law, mode} (sampled designs), "1:100:log", "4:40:whole". Raises UsageError.
    """
    if isinstance(given, str):
        return _from_text(path, given)
    if isinstance(given, Mapping):
        return _from_keys(path, given)
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(v, int | float) for v in given):
        return _law(path, *given, "uniform")
    if isinstance(given, Sequence) or hasattr(given, "tolist"):
        values = given.tolist() if hasattr(given, "tolist") else list(given)
        if not values:
            raise UsageError(f"vary {path}: no values", "give a list such as 12,24,40 or a range such as 0:1:0.05")
        return Factor(path, tuple(read_value(f"vary {path}", value) for value in values))
    return Factor(path, (given,))


def read_value(told: str, given: Any) -> Any:
    """Text of the command line as YAML. Raises UsageError, which begins with what is `told`."""
    try:
        return value_of(given) if isinstance(given, str) else given
    except ValueError as error:
        raise UsageError(f"{told}: {given!r} is not a value") from error


def _from_text(path: str, text: str) -> Factor:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) == 3 and parts[2] in LAWS:
        return _law(path, _number(path, parts[0]), _number(path, parts[1]), parts[2])
    if len(parts) == 3:
        return Factor(path, _range(path, *parts))
    if len(parts) == 2:
        return _law(path, _number(path, parts[0]), _number(path, parts[1]), "uniform")
    if len(parts) > 3 and not text.strip().startswith("["):
        raise UsageError(f"vary {path}: {text!r} has {len(parts)} parts", "a range is 0:1:0.05, a list is 12,24,40")
    try:
        values = value_of(text if text.strip().startswith("[") else f"[{text}]")
    except ValueError as error:
        raise UsageError(f"vary {path}: {text!r} is no list of values: {error}", "for example 12,24,40") from error
    return factor(path, values)


def _from_keys(path: str, given: Mapping[str, Any]) -> Factor:
    keys = set(given)
    if keys == _RANGE_KEYS:
        return Factor(path, _range(path, *(str(given[key]) for key in ("from", "to", "by"))))
    if {"low", "high"} <= keys <= _LAW_KEYS:
        law, mode = given.get("law", "uniform"), given.get("mode")
        low, high = (_number(path, str(given[key])) for key in ("low", "high"))
        return _law(path, low, high, law, None if mode is None else _number(path, str(mode)))
    raise UsageError(f"vary {path}: keys {', '.join(map(str, given))}", "give from, to, by; or low, high, law")


def _law(path: str, low: float, high: float, law: str, mode: float | None = None) -> Factor:
    if law not in LAWS:
        raise UsageError(f"vary {path}: {law!r} is no law", f"one of {', '.join(LAWS)}")
    if not low < high or not math.isfinite(high - low):
        raise UsageError(f"vary {path}: {low:g} to {high:g} is empty", "the first must be below the second")
    if law == "log" and low <= 0:
        raise UsageError(f"vary {path}: {low:g}; a log law begins above zero")
    if law == "whole" and (low % 1 or high % 1):
        raise UsageError(f"vary {path}: {low:g} to {high:g}; whole numbers begin and end with whole ones")
    if mode is not None and (law != "triangular" or not low <= mode <= high):
        raise UsageError(f"vary {path}: mode {mode:g}; only a triangular law has one, between low and high")
    return Factor(path, (), float(low), float(high), law, mode)


def _number(path: str, text: str) -> float:
    return float(_decimal(path, text))


def _decimal(path: str, text: str) -> Decimal:
    """A number, exactly as written; `60%` is 0.6."""
    percent = text.endswith("%")
    try:
        number = Decimal(text.rstrip("%").strip())
    except InvalidOperation as error:
        raise UsageError(f"vary {path}: {text!r} is not a number", "a range is 0:1:0.05, a list is 12,24,40") from error
    if not number.is_finite():
        raise UsageError(f"vary {path}: {text}; must be finite")
    return number / 100 if percent else number


def _range(path: str, first: str, last: str, step: str) -> tuple[float, ...]:
    """From first to last, both included; decimal, so that 0.1 to 0.3 by 0.1 are three values."""
    begin, end, by = (_decimal(path, text) for text in (first, last, step))
    if by == 0 or (end - begin) / by < 0:
        raise UsageError(f"vary {path}: a step of {by} does not lead from {begin} to {end}")
    count, rest = divmod(end - begin, by)
    if rest:
        raise UsageError(f"vary {path}: steps of {by} from {begin} miss {end}", f"{begin + count * by} is on the way")
    if count > MOST_POINTS:
        raise UsageError(f"vary {path}: {count + 1:,} values; at most {MOST_POINTS:,}", "take a larger step")
    numbers = (begin + place * by for place in range(int(count) + 1))
    whole = all(number == number.to_integral_value() for number in (begin, by))
    return tuple(int(number) if whole else float(number) for number in numbers)


def grid(factors: Sequence[Factor], most: int = MOST_POINTS) -> Design:
    """All combinations; the last factor moves first."""
    _need_values(factors, "grid", "give a step: low:high:step")
    count = math.prod(len(each.values) for each in factors)
    _check_size(count, most)
    return Design("grid", tuple(factors), tuple(itertools.product(*(each.values for each in factors))))


def together(factors: Sequence[Factor], most: int = MOST_POINTS) -> Design:
    """The first values of all factors, then the second, and so on."""
    _need_values(factors, "list", "give lists of values")
    lengths = {each.path: len(each.values) for each in factors}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{path} {count}" for path, count in lengths.items())
        raise UsageError(f"design list: as many values for each path, but {told}")
    _check_size(len(factors[0].values), most)
    return Design("list", tuple(factors), tuple(zip(*(each.values for each in factors), strict=True)))


def sampled(kind: str, factors: Sequence[Factor], samples: int, seed: int = 0, most: int = MOST_POINTS) -> Design:
    """A Latin hypercube or a scrambled Sobol sequence; the same arguments give the same points."""
    from scipy.stats import qmc

    if samples < 1:
        raise UsageError(f"samples: {samples}; at least 1")
    _check_size(samples, most)
    rng = np.random.default_rng(seed)
    made = qmc.LatinHypercube(len(factors), rng=rng) if kind == "lhs" else qmc.Sobol(len(factors), rng=rng)
    if kind == "sobol":  # balanced in blocks of powers of two: the first points of the next block
        shares = made.random_base2(max(0, math.ceil(math.log2(samples))))[:samples]
    else:
        shares = made.random(samples)
    rows = (tuple(each.at(float(share)) for each, share in zip(factors, row, strict=True)) for row in shares)
    return Design(kind, tuple(factors), tuple(rows), samples)


def table(rows: Sequence[Mapping[str, Any]], most: int = MOST_POINTS) -> Design:
    """Points given one by one, as rows of path -> value; a key `seed` makes a row run with that seed only."""
    _check_size(len(rows), most)
    paths = [path for path in rows[0] if path != "seed"] if rows else []
    if not paths:
        raise UsageError("a list of points needs at least one path and one row")
    values = tuple(tuple(_plain(row[path]) for path in paths) for row in rows)
    seeds = tuple(_seed(row["seed"]) for row in rows) if "seed" in rows[0] else None
    columns = zip(*values, strict=True)
    factors = tuple(Factor(path, tuple(dict.fromkeys(column))) for path, column in zip(paths, columns, strict=True))
    return Design("list", factors, values, seeds=seeds)


def _seed(value: Any) -> int:
    """A seed of a row; raises UsageError on anything but a whole number."""
    number = _plain(value)
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number) or number % 1:
        raise UsageError(f"seed: {str(number)[:200]!r} is no whole number")
    return int(number)


def read_points(path: Path, most: int = MOST_POINTS) -> Design:
    """A design from a CSV file: paths in the first row, a point in each other row. Raises UsageError."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            read = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", "a CSV file: paths in the first row, points below"
        ) from error
    rows = [row for row in read if any(cell.strip() for cell in row)]
    head = [cell.strip() for cell in rows[0]] if rows else []
    if len(rows) < 2 or not all(head):
        raise UsageError(f"{path}: no points", "paths in the first row, a point in each other row")
    wrong = next((n for n, row in enumerate(rows, 1) if len(row) != len(head)), 0)
    if wrong or len(set(head)) < len(head):
        raise UsageError(f"{path}: row {wrong} has not {len(head)} cells" if wrong else f"{path}: a path stands twice")
    return table([dict(_cells(path, head, row)) for row in rows[1:]], most)


def _cells(path: Path, head: list[str], row: list[str]) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(head, row, strict=True):
        yield name, read_value(f"{path}: {name}", cell.strip())


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _need_values(factors: Sequence[Factor], kind: str, hint: str) -> None:
    drawn = next((each for each in factors if each.law), None)
    if drawn is not None:
        raise UsageError(f"vary {drawn.path}: {drawn.low:g}:{drawn.high:g} has no step, which a {kind} needs", hint)
    if not factors:
        raise UsageError("nothing to vary", "give --vary PATH=VALUES, for example parameters.horizon=12,24,40")


def _check_size(count: int, most: int) -> None:
    if count < 1:
        raise UsageError("a design of no points", "give at least one value for each path")
    if count > most:
        raise TooManyPoints(count, most)
