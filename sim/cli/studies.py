"""`run` and `compare`: scenarios over many seeds, to tables, figures and a report."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.cli.progress import Display
from sim.cli.sweeps import estimated
from sim.errors import UsageError

SEEDS = 100  # unless others are asked for
LUCK = 5  # where each runs with every draw of --posterior


@dataclass(frozen=True)
class Asked:
    """What `run` and `compare` have in common."""

    seeds: str | None
    set: list[str] | None
    posterior: int | None
    rules: Path | None
    start: int | None
    end: int | None
    out: Path | None
    workers: int | None
    cluster: str | None
    run_timeout: float | None
    memory: float | None
    until_ci: list[str] | None
    max_seeds: int
    keep: str
    format: str
    json: bool
    quiet: bool
    force: bool
    accept_code_change: bool
    dry_run: bool


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command(epilog="Example: python run.py run baseline --seeds 20 --out results/first")(run)
    app.command(epilog="Example: python run.py compare baseline open_door --seeds 20")(compare)


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a file.", show_default=False)],
    seeds: o.SomeSeeds = None,
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
    until_ci: o.UntilCi = None,
    max_seeds: o.MaxSeeds = 1000,
    keep: o.Keep = "trajectories",
    format_: o.Formats = "png,svg",
    json: o.Json = False,
    quiet: o.Quiet = False,
    force: o.Force = False,
    accept_code_change: o.AcceptCode = False,
    dry_run: o.DryRun = False,
) -> int:
    """One scenario, many seeds: tables, figures, report. The same command again continues."""
    more = (cluster, run_timeout, memory, until_ci, max_seeds)
    switches = (json, quiet, force, accept_code_change, dry_run)
    asked = Asked(seeds, set_, posterior, rules, start, end, out, workers, *more, keep, format_, *switches)
    return _carry_out([scenario], asked, comparing=False)


def compare(
    base: Annotated[
        str,
        typer.Argument(metavar="BASE", help="What the others are compared with, or @GROUP.", show_default=False),
    ],
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO...]", help="What-ifs, or @GROUP.", show_default=False)
    ] = None,
    seeds: o.SomeSeeds = None,
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
    until_ci: o.UntilCi = None,
    max_seeds: o.MaxSeeds = 1000,
    keep: o.Keep = "trajectories",
    format_: o.Formats = "png,svg",
    json: o.Json = False,
    quiet: o.Quiet = False,
    force: o.Force = False,
    accept_code_change: o.AcceptCode = False,
    dry_run: o.DryRun = False,
) -> int:
    """What-ifs against a base, over the same seeds: what changes.

    Paired differences with intervals, figures, report. The same command again continues.
    """
    more = (cluster, run_timeout, memory, until_ci, max_seeds)
    switches = (json, quiet, force, accept_code_change, dry_run)
    asked = Asked(seeds, set_, posterior, rules, start, end, out, workers, *more, keep, format_, *switches)
    from sim.scenario.groups import SIGN, expanded

    names = [str(each) for each in expanded([base, *(scenarios or [])])]
    alone = base.removeprefix(SIGN) if base.startswith(SIGN) and not scenarios else ""
    return _carry_out(names, asked, comparing=True, called=alone)


def _carry_out(names: list[str], asked: Asked, comparing: bool, called: str = "") -> int:
    """`called`: what the results folder is called, if not by its scenarios."""
    formats = o.formats(asked.format)
    told = load_all(names, asked)
    from sim.runs import Options, Plan, carry_out, parse_seeds
    from sim.runs.compare import plan

    seeds = parse_seeds(o.crossed(asked.seeds, asked.posterior, LUCK) or SEEDS)
    study = plan(told, seeds) if comparing else Plan("run", {told[0].name: told[0]}, seeds)
    out = asked.out or _default_folder([called] if called else list(study.scenarios))
    display = Display(out.name, asked.quiet)
    chosen = Options(
        workers=asked.workers,
        out=out,
        keep=asked.keep,
        force=asked.force,
        command=o.command_line(),
        progress=display,
        note=display.note,
        cluster=asked.cluster,
        until_ci=o.widths(asked.until_ci),
        max_seeds=asked.max_seeds,
        run_timeout=asked.run_timeout,
        memory=asked.memory,
        accept_code_change=asked.accept_code_change,
    )
    if asked.dry_run:
        return estimated(study, chosen, asked.json)
    with display.shown():
        results = carry_out(study, chosen)
    figures = _illustrate(results, formats, display, asked.workers)
    failed = int(results.manifest["counts"]["failed"])
    if asked.json:
        o.emit(_as_json(results, figures))
    elif not asked.quiet:
        _print(results, figures)
    return 3 if failed else 0


def load_all(names: list[str], asked: Asked) -> list[Any]:
    """Scenarios with --start, --end, --posterior and --set; a setting of a shock holds where that shock exists.

    Raises ScenarioError with the problems of all files; UsageError if nobody has the shock.
    """
    from sim.errors import ScenarioError
    from sim.scenario import load
    from sim.scenario.plugin import read_rules

    settings = o.assignments(asked.set) | o.posterior(asked.posterior) | o.years(asked.start, asked.end)
    shocks = {path: path.split(".")[1] for path in settings if path.startswith("shocks.") and path.count(".") > 1}
    rules = read_rules(asked.rules) if asked.rules else None
    found: list[Any] = []
    problems: list[Any] = []
    for name in names:
        try:
            plain = load(name, rules=rules)
            known = {shock.id for shock in plain.shocks}
            here = {path: value for path, value in settings.items() if path not in shocks or shocks[path] in known}
            found.append(load(name, here, rules=rules) if here else plain)
            shocks = {path: shock for path, shock in shocks.items() if path not in here}
            settings = settings if len(names) > 1 else here
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    if shocks:
        path = next(iter(shocks))
        raise UsageError(
            f"--set {path}: no scenario here has the shock {shocks[path]}", "show SCENARIO lists its shocks"
        )
    return found


def _default_folder(names: list[str]) -> Path:
    told = "-".join(names)
    if len(told) > 100:
        told = f"{told[:80]}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
    return Path("results") / told


def _illustrate(results: Any, formats: tuple[str, ...], display: Display, workers: int | None) -> list[Path]:
    """Figures and report, where the tables for them were kept and a run succeeded."""
    if results.manifest["keep"] != "trajectories" or not results.manifest["counts"]["done"]:
        return []
    from sim import report
    from sim.plots import draw
    from sim.runs.engines import default_workers

    display.note("drawing figures")
    told: dict[str, Any] = {}

    def tell() -> None:
        told.update(report.content(results.folder))

    figures = list(draw(results.folder, formats, workers=workers or default_workers(), meanwhile=tell))
    report.write(results.folder, told)
    return figures


def _print(results: Any, figures: list[Path]) -> None:
    from sim.cli.tables import effects_table, levels_table

    manifest = results.manifest
    counts = manifest["counts"]
    if counts["done"]:
        if manifest["kind"] == "compare":
            print(effects_table(results))
        else:
            print(levels_table(results))
    if counts["failed"]:
        print(f"{counts['failed']} of {counts['planned']} runs failed: {results.folder / 'failures.csv'}")
    if figures:
        print(f"Figures: {results.folder / 'figures'}")
        print(f"Report:  {results.folder / 'report.html'}")
    print(f"Tables:  {results.folder}")


def _as_json(results: Any, figures: list[Path]) -> dict[str, Any]:
    from sim.runs import effects

    manifest = results.manifest
    told = {
        "folder": str(results.folder),
        "status": manifest["status"],
        "counts": manifest["counts"],
        "figures": [str(path) for path in figures],
    }
    if manifest["kind"] == "compare" and manifest["counts"]["done"]:
        told["effects"] = [{**effect._asdict(), "sign": effect.sign} for effect in effects(results)]
    return told
