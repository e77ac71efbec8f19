"""`experiment`: the what-ifs of the policy laboratory, run, tested, drawn."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.called import command
from sim.cli import options as o
from sim.cli.progress import Display
from sim.errors import UsageError

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME...]", help="E1 to E15, flip, a definition file, or all.", show_default=False),
]
Size = Annotated[str, typer.Option("--budget", metavar="SIZE", help="small or paper: points and seeds.")]
Seeds = Annotated[str | None, typer.Option("--seeds", metavar="N|A:B", help="Instead of the definition's.")]
Draws = Annotated[
    Path | None, typer.Option("--draws", metavar="CSV", help="Parameters by draw, for robustness [the parameter set].")
]
Record = Annotated[Path | None, typer.Option("--record", metavar="FILE", help="Put what came out there too, as JSON.")]
SIZES = ("small", "paper")


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command(epilog="Example: python run.py experiment E4 --budget small")(experiment)


def experiment(
    names: Names = None,
    budget: Size = "small",
    seeds: Seeds = None,
    draws: Draws = None,
    rules: o.Rules = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder [results/experiments-SIZE].")] = None,
    record: Record = None,
    workers: o.Workers = None,
    cluster: o.Cluster = None,
    format_: o.Formats = "png,svg",
    json: o.Json = False,
    quiet: o.Quiet = False,
    force: o.Force = False,
    dry_run: o.DryRun = False,
) -> int:
    """Pre-registered experiments: questions, signs, effects.

    Effects are attributed to mechanisms and asked again in other worlds. The same command again continues.
    """
    from sim.sweeps.experiments import lay_out, open_definition, shipped
    from sim.sweeps.experiments.robust import read_draws

    if budget not in SIZES:
        raise UsageError(f"--budget {budget!r} is not a size", "small or paper")
    formats = o.formats(format_)
    if not names:
        return _listed(json)
    given = read_draws(draws) if draws else None
    asked = [name for each in names for name in (shipped() if each == "all" else [each])]
    definitions = [open_definition(name, rules) for name in dict.fromkeys(asked)]
    layouts = [lay_out(each, budget, seeds, given) for each in definitions]  # type: ignore[arg-type]
    folder = out or Path("results") / f"experiments-{budget}"
    if dry_run:
        return _planned(layouts, folder, json)
    carried = {"workers": workers, "cluster": cluster, "force": force, "command": o.command_line()}
    told = [_carry_out(layout, folder, carried, formats, quiet, json) for layout in layouts]
    if record:
        _record(folder, record)
    if json:
        o.emit({"folder": str(folder), "experiments": told})
    elif not quiet:
        print(f"Tables and figures: {folder}")
    return 3 if any(each["failed"] for each in told) else 0


def _carry_out(
    layout: Any, folder: Path, carried: dict[str, Any], formats: tuple[str, ...], quiet: bool, json: bool
) -> Any:
    from sim.plots.experiments import draw
    from sim.runs import Options
    from sim.runs.engines import default_workers
    from sim.sweeps.experiments import conduct, write_tables

    definition = layout.definition
    display = Display(definition.name, quiet)
    keep = definition.experiment.keep
    chosen = Options(out=folder / definition.name, keep=keep, progress=display, note=display.note, **carried)
    with display.shown():
        evidence = conduct(layout, chosen)
    told = write_tables(evidence)
    display.note("drawing figures")
    figures = draw(evidence, formats, carried["workers"] or default_workers())
    if not (quiet or json):
        print(_table(told))
    return {**told, "figures": [str(path) for path in figures]}


def _table(told: dict[str, Any]) -> str:
    """Registered signs beside what came out, and how robust the headline is."""
    from sim.sweeps.experiments.words import effect_words

    rows = [["treatment", "outcome", "registered", "came out", "effect [95 % interval]", "P(+)", "verdict"]]
    rows += [
        [
            each["treatment"],
            each["text"],
            each["sign"],
            each["found"],
            effect_words(each),
            f"{each['p_positive'] or 0:.2f}",
            each["verdict"],
        ]
        for each in told["signs"]
    ]
    others = [f"{told[kind]['same_sign']} of {told[kind]['worlds']} {kind}" for kind in ("variants", "draws")]
    head = f"{told['name']}: {told['title']} ({told['runs']} runs)\n{told['question']}"
    headline = told["headline"]
    rest = f"{headline['outcome']} ({headline['contrast']}) keeps its sign in {' and '.join(others)}."
    failed = f"\n{told['failed']} runs failed: failures.csv" if told["failed"] else ""
    return f"{head}\n{o.aligned(rows, left=5)}\n{rest}{failed}\n"


def _listed(json: bool) -> int:
    from sim.sweeps.experiments import open_definition, shipped

    definitions = [open_definition(name) for name in shipped()]
    if json:
        o.emit([{"name": each.name, "title": each.title, "question": each.scenario.question} for each in definitions])
        return 0
    print(o.aligned([[each.name, each.title] for each in definitions], left=2))
    print(f"\nRun one: {command('experiment', 'E4')}; all: {command('experiment', 'all', '--budget', 'small')}")
    return 0


def _planned(layouts: list[Any], folder: Path, json: bool) -> int:
    planned = [{"name": each.definition.name, "points": len(each.arms), "runs": len(each.wanted)} for each in layouts]
    if json:
        o.emit({"folder": str(folder), "experiments": planned})
        return 0
    rows = [
        ["experiment", "points", "runs"],
        *([each["name"], f"{each['points']:,}", f"{each['runs']:,}"] for each in planned),
    ]
    print(o.aligned([*rows, ["together", "", f"{sum(each['runs'] for each in planned):,}"]]))
    print(f"Into {folder}. Nothing was run. Leave out --dry-run to start.")
    return 0


def _record(folder: Path, path: Path) -> None:
    import json

    from sim.files import write_text
    from sim.sweeps.experiments import read_findings

    write_text(path, json.dumps(read_findings(folder), indent=1, ensure_ascii=False) + "\n")
