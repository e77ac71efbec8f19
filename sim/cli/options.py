"""Options that several commands share, and how their texts are read."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.called import command
from sim.errors import CannotCreate, UsageError

Seeds = Annotated[str, typer.Option("--seeds", metavar="N|A:B", help="Runs: seeds 1 to N, or A to B.")]
SomeSeeds = Annotated[
    str | None,
    typer.Option("--seeds", metavar="N|A:B", help="Runs: seeds 1 to N, or A to B [100; with --posterior 5]."),
]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value; repeatable.")]
Rules = Annotated[Path | None, typer.Option("--rules", metavar="FILE.py", help="Functions that replace rules.")]
Start = Annotated[int | None, typer.Option("--start", metavar="YEAR", help="First year reported.")]
End = Annotated[int | None, typer.Option("--end", metavar="YEAR", help="Last year reported.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Results folder [results/NAME].")]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", help="Processes [all cores].")]
RunTimeout = Annotated[
    float | None, typer.Option("--run-timeout", metavar="SECONDS", help="A run may take at most these.")
]
Memory = Annotated[float | None, typer.Option("--memory-per-worker", metavar="GB", help="A worker may hold these.")]
Cluster = Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler to run on.")]
UntilCi = Annotated[
    list[str] | None, typer.Option("--until-ci", metavar="OUTCOME=WIDTH", help="More seeds until ± WIDTH; repeatable.")
]
MaxSeeds = Annotated[int, typer.Option("--max-seeds", metavar="N", help="With --until-ci: at most these.")]
Keep = Annotated[str, typer.Option("--keep", metavar="WHAT", help="trajectories, events, summary.")]
Formats = Annotated[str, typer.Option("--format", metavar="LIST", help="Figures: png,svg,pdf.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no tables.")]
Force = Annotated[bool, typer.Option("--force", help="Start over where the folder holds other results.")]
AcceptCode = Annotated[bool, typer.Option("--accept-code-change", help="Keep runs of other code beside those to come.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would run, how long, how large.")]
Posterior = Annotated[
    int | None, typer.Option("--posterior", metavar="N", help="Every seed with each of N draws of parameters.")
]
InTurn = Annotated[
    int | None, typer.Option("--posterior", metavar="N", help="Over N draws of the parameter set, in turn by seed.")
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Results folder.", show_default=False)]

FIGURE_FORMATS = ("png", "svg", "pdf")


def assignments(
    pairs: list[str] | None, option: str = "--set", example: str = "parameters.horizon=24"
) -> dict[str, str]:
    """PATH=VALUE texts as a mapping; raises UsageError where the sign is missing."""
    found = {}
    for pair in pairs or []:
        path, sign, value = pair.partition("=")
        if not sign or not path.strip():
            raise UsageError(f"{option} {pair!r} is not PATH=VALUE", f"for example {option} {example}")
        found[path.strip()] = value.strip()
    return found


def years(start: int | None, end: int | None) -> dict[str, str]:
    """--start and --end as settings."""
    return {key: str(year) for key, year in (("start", start), ("end", end)) if year is not None}


def posterior(count: int | None, crossed: bool = True) -> dict[str, str]:
    """--posterior as settings: every draw with the same luck, or seeds that take draws in turn.

    Raises UsageError on less than one draw.
    """
    if count is not None and count < 1:
        raise UsageError(f"--posterior {count}: at least 1", "--set posterior.draw=N takes one draw for all seeds")
    if count is None:
        return {}
    return {"posterior.draws": str(count), **({"posterior.crossed": "true"} if crossed else {})}


def crossed(seeds: str | None, count: int | None, usual: int) -> str | None:
    """Seeds of runs, which are those of luck times the draws of --posterior; raises UsageError on seeds A:B with it.

    usual: seeds of luck, if none are given.
    """
    if count is None:
        return seeds
    if seeds is not None and not seeds.strip().isdecimal():
        hint = f"--seeds {usual} runs each of the {count} draws with the luck of seeds 1 to {usual}"
        raise UsageError(f"--posterior goes with --seeds N, not with {seeds!r}", hint)
    return str(int(seeds or usual) * count)


def widths(pairs: list[str] | None) -> dict[str, float]:
    """METRIC=WIDTH texts as numbers; raises UsageError on anything else."""
    found = {}
    for metric, text in assignments(pairs, "--until-ci", "technology_gap=0.02").items():
        try:
            found[metric] = float(text)
        except ValueError:
            raise UsageError(f"--until-ci {metric}={text}: {text!r} is not a number") from None
    return found


def formats(text: str) -> tuple[str, ...]:
    """Figure formats of a comma-separated list; raises UsageError on one that cannot be written."""
    found = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    wrong = [name for name in found if name not in FIGURE_FORMATS]
    if wrong or not found:
        raise UsageError(f"--format {text!r}: {wrong[0] if wrong else 'nothing'} is not a format", "png, svg or pdf")
    return found


def listed(text: str | None) -> tuple[str, ...] | None:
    """Parts of a comma-separated list, or None."""
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else None


def writable(json: Path | None) -> None:
    """Raises CannotCreate where the file of `--json` would have no folder, or be none, before anything is run."""
    if json is None:
        return
    hint = "choose another --json"
    if not json.parent.is_dir():
        raise CannotCreate(f"cannot write {json}: there is no folder {json.parent}", hint)
    if str(json) == "-" or (json.exists() and not json.is_file()):  # it is written aside, then renamed
        raise CannotCreate(f"cannot write {json}: it is no file", hint)


def command_line() -> str:
    """The command as it can be typed again."""
    return command(*sys.argv[1:])


def emit(value: Any) -> None:
    """Print JSON."""
    import json

    print(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def aligned(rows: list[list[str]], left: int = 1) -> str:
    """Rows as text in columns two blanks apart; the first `left` columns flush left, numbers flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(w) if n < left else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
