"""`scorecard` and `forecast`: what the evidence says of the model, and what the model says of the years to come."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.cli.history import progress_of, write_json
from sim.cli.progress import Display

FOLDER = Path("results/scorecard")


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command(epilog="Example: python run.py scorecard --variants --json records/evidence.json")(scorecard)
    app.command(epilog="Example: python run.py forecast --check")(forecast)


def scorecard(
    seeds: o.Seeds = "30",
    variants: Annotated[
        bool, typer.Option("--variants", help="Also the model with each mechanism switched, and placebos.")
    ] = False,
    permutations: Annotated[
        int, typer.Option("--permutations", metavar="N", help="With --variants: of each placebo.", min=1)
    ] = 10,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where page and figure go.")] = FOLDER,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the whole record.")] = None,
    name: Annotated[str | None, typer.Option("--parameters", metavar="SET", help="Parameter set [the newest].")] = None,
    set_: o.Set = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", help="Threads [all cores].")] = None,
    quiet: o.Quiet = False,
) -> int:
    """All evidence beside what is simulated, in one place.

    Stylised facts, patterns, published numbers and regressions.
    """
    from sim.evidence import history
    from sim.evidence.scorecard.declared import declared
    from sim.evidence.scorecard.record import gather, planned

    o.writable(json)
    evidence, past = declared(), history.read()
    plan = _plan(name, seeds, workers, o.assignments(set_))
    times = permutations if variants else None
    display = Display("scorecard", quiet)
    with display.shown():
        total = planned(evidence, len(plan.seeds), times)
        record, worlds = gather(evidence, plan, o.command_line(), times, progress_of(display, total))
    _publish(out, record, worlds, evidence, past)
    if json is not None:
        write_json(json, record)
    if not quiet:
        _print(record, out)
    return 0


def _plan(name: str | None, seeds: str, workers: int | None, settings: dict[str, str]) -> Any:
    from sim.errors import UsageError
    from sim.evidence.scorecard.card import Plan
    from sim.runs import parse_seeds
    from sim.runs.engines import default_workers
    from sim.scenario import fitted_sets

    if workers is not None and workers < 1:
        raise UsageError("--workers: at least 1")
    names = [each.name for each in fitted_sets()]
    if name is not None and name not in names:
        raise UsageError(f"--parameters {name!r} is no parameter set with draws", f"one of {', '.join(names)}")
    return Plan(name or names[-1], parse_seeds(seeds), workers or default_workers(), settings=settings)


def _publish(out: Path, record: dict[str, Any], worlds: Any, evidence: Any, past: Any) -> None:
    """The figure of history and the page; raises CannotCreate."""
    from sim.evidence.scorecard.declared import BASE
    from sim.evidence.scorecard.panels import composition, panels
    from sim.files import write_text
    from sim.plots.past import draw
    from sim.report.scorecard import page

    about = record["about"]
    bars, best = composition(worlds[BASE], past, about["until"])
    curves = panels(evidence.panels, worlds[BASE], past, about["until"])
    sheet = draw(curves, bars, best, about["until"], about["runs"], f"parameter set {about['set']}")
    paths = sheet.save(out, ("svg", "png"))
    write_text(out / "scorecard.html", page(record, paths[0], sheet.caption, sheet.alt))


def _print(record: dict[str, Any], out: Path) -> None:
    from sim.evidence.scorecard import words

    about = record["about"]
    print(
        f"{about['runs']} runs of parameter set {about['set']}. Inside: the median lies in the observed range, the 90 %"
    )
    print("interval of runs holds the observed number, or it keeps to the observed sign or bound.")
    for part in words.summary(record):
        print(f"\n{part['title']}: {part['inside']} inside (FIT {part['fitted']}, others {part['tested']})\n")
        print(o.aligned(words.facts(record, part["key"]), left=2))
    print(f"\n{record['sections']['R']}\n\n{o.aligned(words.regressions(record), left=2)}")
    print(f"\nWithout a counterpart: {', '.join(each['id'] for each in record['absent'])} (the page says why)")
    if "variants" in record:
        print(f"\nThe model with one mechanism switched each\n\n{o.aligned(words.variants(record))}")
        print(f"\nPlacebos\n\n{o.aligned(words.placebos(record))}")
    print(f"\nPage: {out / 'scorecard.html'}")


def forecast(
    seeds: o.Seeds = "200",
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the page goes.")] = Path("docs"),
    table: Annotated[Path, typer.Option("--table", metavar="DIR", help="Where the table goes.")] = Path("records"),
    check: Annotated[bool, typer.Option("--check", help="Only hold page and table against each other.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a forecast that stands there.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", help="Threads [all cores].")] = None,
    quiet: o.Quiet = False,
) -> int:
    """A dated forecast to 2030, by sector and type.

    From each parameter set, stamped with the hash of its table.
    """
    from sim.errors import CannotCreate
    from sim.evidence.scorecard import forecast as told

    if check:
        print(f"{out / told.PAGE} and its table agree: {told.check(out)}")
        return 0
    for folder, option in ((out, "--out"), (table, "--table")):
        if not folder.is_dir():
            raise CannotCreate(f"cannot write to {folder}: there is no such folder", f"choose another {option}")
    if (out / told.PAGE).exists() and not force:
        raise CannotCreate(f"{out / told.PAGE} holds a forecast", "--force replaces it, --out DIR writes another")
    plan = _plan(None, seeds, workers, {"end": str(told.LAST + 1)})
    stamp = _forecast(plan, out / told.PAGE, table / told.TABLE, quiet)
    if not quiet:
        print(f"Written: {out / told.PAGE} and {table / told.TABLE}, SHA-256 {stamp}")
    return 0


def _forecast(plan: Any, page: Path, table: Path, quiet: bool) -> str:
    """Runs every set, writes table and page; gives the table's hash."""
    from datetime import UTC, datetime
    from functools import partial

    import sim
    from sim.evidence.scorecard import forecast as told
    from sim.evidence.scorecard.draws import drawing
    from sim.evidence.scorecard.worlds import records
    from sim.machine.compiled import kernel_hash
    from sim.scenario import fitted_sets

    lines, hashes = [], []
    display = Display("forecast", quiet)
    with display.shown():
        names = [each.name for each in fitted_sets()]
        progress = progress_of(display, len(plan.seeds) * len(names))
        for place, name in enumerate(names):
            scenario = drawing(name, plan.settings)
            told_from = partial(_told, progress, place * len(plan.seeds))
            runs = records(scenario, plan.seeds, plan.workers, (), told_from)
            lines += list(told.lines(name, runs))
            hashes.append(f"{name} `{scenario.hash}`")
    text = told.table(lines)
    about = {
        "Date": datetime.now(UTC).date().isoformat(),
        "Contraflow": sim.__version__,
        "Hash of the model's code": f"`{kernel_hash()}`",
        "Hash of the scenario, parameters included": ", ".join(hashes),
        "Runs of each set": f"{len(plan.seeds)}, seeds {plan.seeds[0]} to {plan.seeds[-1]}",
    }
    from sim.files import write_text

    stamp = told.digest(text)
    command = f"python run.py forecast --seeds {len(plan.seeds)} --force"
    write_text(table, text)
    write_text(page, told.page(lines, about, stamp, command, Path(os.path.relpath(table, page.parent))))
    return stamp


def _told(progress: Any, before: int, done: int) -> None:
    """Progress of one set after others."""
    progress(before + done)
