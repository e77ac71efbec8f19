"""`sweep` and `merge`: one scenario at many points, and the parts of a study run apart."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.cli.progress import Display, duration
from sim.errors import UsageError

Source = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario or a sweep file.", show_default=False)]
Vary = Annotated[
    list[str] | None, typer.Option("--vary", metavar="PATH=VALUES", help="0:1:0.05, or 12,24,40, or 0:1 to draw from.")
]
DesignOption = Annotated[str | None, typer.Option("--design", metavar="KIND", help="grid, list, lhs or sobol [grid].")]
Points = Annotated[Path | None, typer.Option("--points", metavar="CSV", help="Points one by one, instead of --vary.")]
Samples = Annotated[int | None, typer.Option("--samples", metavar="N", help="Points of lhs and sobol.")]
Outcomes = Annotated[
    str | None, typer.Option("--outcomes", metavar="LIST", help="Of the summary, as chinese_share@cars@eu [all].")
]
OwnOutcome = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="FILE.py:NAME", help="A function of a run's tables; repeatable."),
]
Reference = Annotated[
    list[str] | None,
    typer.Option("--reference", metavar="PATH=VALUE", help="Differences to points of this; repeatable."),
]
SweepSeeds = Annotated[str | None, typer.Option("--seeds", metavar="N|A:B", help="Seeds, the same at all points [20].")]
Shard = Annotated[str | None, typer.Option("--shard", metavar="I/N", help="Only every N-th run; then `merge`.")]
Yes = Annotated[bool, typer.Option("--yes", help="Even if the points are very many.")]


LUCK = 5  # seeds, where each runs with every draw of --posterior


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    example = "sweep baseline --vary parameters.horizon=12,24,40"
    app.command(epilog=f"Example: python run.py {example}")(sweep)
    app.command(epilog="Example: python run.py merge results/x.shard-* --out results/x")(merge)


def sweep(
    scenario: Source,
    vary: Vary = None,
    design: DesignOption = None,
    points: Points = None,
    samples: Samples = None,
    outcomes: Outcomes = None,
    outcome: OwnOutcome = None,
    reference: Reference = None,
    seeds: SweepSeeds = None,
    until_ci: o.UntilCi = None,
    max_seeds: o.MaxSeeds = 1000,
    set_: o.Set = None,
    posterior: o.Posterior = None,
    rules: o.Rules = None,
    start: o.Start = None,
    end: o.End = None,
    out: o.Out = None,
    workers: o.Workers = None,
    cluster: o.Cluster = None,
    run_timeout: o.RunTimeout = None,
    memory: o.Memory = None,
    shard: Shard = None,
    keep: o.Keep = "summary",
    format_: o.Formats = "png,svg",
    json: o.Json = False,
    quiet: o.Quiet = False,
    force: o.Force = False,
    accept_code_change: o.AcceptCode = False,
    dry_run: o.DryRun = False,
    yes: Yes = False,
) -> int:
    """One scenario at many points, same seeds at each. The same command goes on."""
    from sim.runs import Options
    from sim.runs.own import read_own
    from sim.runs.sweep import ask

    formats, part = o.formats(format_), _shard(shard)
    given = {
        "vary": o.assignments(vary, "--vary", "parameters.horizon=12,24,40"),
        "design": design,
        "points": points,
        "samples": samples,
        "outcomes": o.listed(outcomes),
        "reference": o.assignments(reference, "--reference", "shocks.eu_duty.rate=0"),
        "own": tuple(map(read_own, outcome or ())) or None,
        "seeds": o.crossed(seeds, posterior, LUCK),
    }
    settings = o.assignments(set_) | o.posterior(posterior) | o.years(start, end)
    asked = ask(scenario, {key: value for key, value in given.items() if value not in (None, {})}, settings, rules)
    folder = out or Path("results") / asked.name
    if part:
        folder = folder.with_name(f"{folder.name}.shard-{part[0]}-of-{part[1]}")
    display = Display(folder.name, quiet)
    told: dict[str, Any] = {"command": o.command_line(), "progress": display, "note": display.note}
    adaptive: dict[str, Any] = {"cluster": cluster, "until_ci": o.widths(until_ci), "max_seeds": max_seeds}
    limits: dict[str, Any] = {"run_timeout": run_timeout, "memory": memory, "accept_code_change": accept_code_change}
    chosen = Options(workers=workers, out=folder, keep=keep, force=force, shard=part, **told, **adaptive, **limits)
    study = _planned(asked, chosen, yes)
    return estimated(study, chosen, json) if dry_run else _carried_out(study, chosen, formats, json, quiet)


def _carried_out(study: Any, chosen: Any, formats: tuple[str, ...], json: bool, quiet: bool) -> int:
    """Run, draw, tell; a part of a study is not drawn."""
    from sim.runs import carry_out

    display = chosen.progress
    with display.shown():
        results = carry_out(study, chosen)
    figures = [] if chosen.shard else illustrated(results, formats, display, chosen.workers)
    return _told(results, figures, json, quiet)


def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Parts of a study.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to.", show_default=False)],
    format_: o.Formats = "png,svg",
    json: o.Json = False,
    quiet: o.Quiet = False,
    force: o.Force = False,
    accept_code_change: o.AcceptCode = False,
) -> int:
    """Unite the folders that --shard wrote, and sum them up."""
    from sim.runs import merge as unite

    formats = o.formats(format_)
    display = Display(out.name, quiet)
    results = unite(folders, out, force, o.command_line(), display.note, accept_code_change)
    return _told(results, illustrated(results, formats, display), json, quiet)


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    part, slash, parts = text.partition("/")
    if not (slash and part.strip().isdecimal() and parts.strip().isdecimal()):
        raise UsageError(f"--shard {text!r} is not I/N", "for example --shard 3/40")
    return int(part), int(parts)


def illustrated(results: Any, formats: tuple[str, ...], display: Display, workers: int | None = None) -> list[Path]:
    """Figures and the report, if a run succeeded."""
    from sim import report

    figures = drawn(results, formats, display, workers)
    if results.manifest["counts"]["done"]:
        report.write(results.folder)
    return figures


def drawn(results: Any, formats: tuple[str, ...], display: Display, workers: int | None = None) -> list[Path]:
    """Figures of what a study leaves, if it leaves any."""
    from sim.errors import NotEnough
    from sim.plots import draw
    from sim.runs.engines import default_workers

    if not results.manifest["counts"]["done"]:
        return []
    display.note("drawing figures")
    try:
        return list(draw(results.folder, formats, workers=workers or default_workers()))
    except NotEnough as error:
        display.note(f"no figures: {error}")
        return []


def _told(results: Any, figures: list[Path], json: bool, quiet: bool) -> int:
    counts = results.manifest["counts"]
    if json:
        told = {key: results.manifest[key] for key in ("status", "counts", "design")}
        o.emit({"folder": str(results.folder), **told, "figures": [str(path) for path in figures]})
    elif not quiet:
        from sim import report
        from sim.cli.tables import sweep_table

        if counts["done"] and results.swept and (results.folder / "differences.parquet").is_file():
            print(sweep_table(results))
        if counts["failed"]:
            print(f"{counts['failed']} of {counts['planned']} runs failed: {results.folder / 'failures.csv'}")
        if figures:
            print(f"Figures: {results.folder / 'figures'}")
        if (results.folder / report.REPORT).is_file():
            print(f"Report:  {results.folder / report.REPORT}")
        print(f"Tables:  {results.folder}")
    return 3 if counts["failed"] else 0


def _planned(asked: Any, chosen: Any, yes: bool) -> Any:
    """The points; if they are very many and nobody said yes, it is told what they would take."""
    import sys

    from sim.runs.design import MOST_POINTS, TooManyPoints

    try:
        return asked.plan(most=sys.maxsize if yes else MOST_POINTS)
    except TooManyPoints as error:
        chosen.note(_size(asked.alone(), chosen, error.count))
        raise


def _size(alone: Any, chosen: Any, points: int) -> str:
    """What so many points would take, from a pilot at one of them."""
    from sim.runs.estimate import estimate

    found = estimate(alone, chosen)
    size = f"{points:,} points x {len(alone.seeds)} seeds = {points * found.runs:,} runs"
    return f"{size}: about {duration(points * found.seconds)} and {points * found.bytes / 1e9:,.0f} GB"


def _span(least: int, most: int) -> str:
    """A count, or its bounds where more seeds may come."""
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def estimated(study: Any, chosen: Any, json: bool) -> int:
    """Try a few runs and say what all would take."""
    from sim.runs.estimate import estimate

    found = estimate(study, chosen)
    if json:
        o.emit({"folder": str(chosen.out), "points": len(study.arms), "seeds": len(study.seeds), **vars(found)})
        return 0
    count = len(study.arms)
    arms = f"{count} {'scenario' if study.design is None else 'point'}{'s' if count > 1 else ''}"
    runs, seeds = _span(found.runs, found.most_runs), _span(len(study.seeds), found.most_seeds)
    print(f"{' '.join(study.scenarios)}: {arms} x {seeds} seeds = {runs} runs")
    if found.most_seeds > len(study.seeds):
        print(f"  until    intervals are as narrow as asked, or {found.most_seeds:,} seeds ran: only a run tells")
    spread = f"{found.fastest:.2f} to {found.slowest:.2f}"
    print(f"  pilot    {found.seconds_a_run:.2f} s a run ({spread}), tried one at a time")
    if found.crowding > 1.05:
        print(f"  crowded  {found.crowding:.1f} times as long with {found.workers} workers beside what else runs here")
    if found.shared:
        print(f"  shared   {found.shared:.0%} of all quarters are gone through once for several runs")
    aside = "; starting, figures and report come on top"
    least, most = duration(found.seconds), duration(found.most_seconds)
    took = least if found.most_seeds == len(study.seeds) else f"{least} to {most}"
    print(f"  time     about {took} of runs on {found.workers} workers{aside}")
    disk = _span(round(found.bytes / 1e6), round(found.most_bytes / 1e6))
    print(f"  disk     {disk} MB (free: {found.free / 1e9:,.0f} GB)")
    print(f"  memory   about {found.memory / 1e6:,.0f} MB a worker")
    print(f"  results  {chosen.out} ({'goes on' if found.exists else 'new'})")
    print("Nothing was run. Leave out --dry-run to start.")
    return 0
