"""`show`, `status`, `plot`: what is there, and results once more."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command(epilog="Example: python run.py show baseline")(show)
    app.command(epilog="Example: python run.py status results/baseline")(status)
    app.command(epilog="Example: python run.py plot results/baseline --metrics trust --format pdf")(plot)


def show(
    thing: Annotated[
        str,
        typer.Argument(
            metavar="THING", help="scenarios, parameters, metrics, a scenario, a @group, a results folder or table.",
            show_default=False,
        ),
    ],
    full: Annotated[bool, typer.Option("--full", help="A scenario's every value.")] = False,
    json: o.Json = False,
) -> int:  # fmt: skip
    """A scenario with where each value came from, or a list.

    Also a manifest or a table of a results folder; the lists tell what there is to choose from.
    """
    from sim.scenario.find import too_long

    listings = {"scenarios": _scenarios, "parameters": _parameters, "metrics": _metrics}
    path = Path(thing)
    if thing in listings:
        rows = listings[thing]()
        o.emit([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]) if json else print(o.aligned(rows, left=9))
    elif too_long(thing):
        raise UsageError(f"{thing!r} {too_long(thing)}")
    elif (path / "manifest.json").is_file():
        _show_manifest(path, json)
    elif path.is_dir() or path.suffix in (".csv", ".parquet"):
        _show_table(path, json)
    elif thing.startswith("@"):
        from sim.scenario.groups import read_group, words_of

        group = read_group(thing)
        o.emit(group.data) if json else print(words_of(group))
    else:
        from sim.scenario import load
        from sim.scenario import show as words

        scenario = load(thing)
        o.emit(scenario.resolved) if json else print(words(scenario, full))
    return 0


def _scenarios() -> list[list[str]]:
    from sim.scenario import catalogue
    from sim.scenario.groups import listed_groups

    return [["scenario", "title"], *([name, title] for name, title, _ in catalogue()), *map(list, listed_groups())]


def _parameters() -> list[list[str]]:
    from sim.model.parameters import parameters

    rows = [["parameter", "default", "at work", "range", "unit", "meaning", "source"]]
    for name, about in parameters().items():
        at_work = "" if about.on is None else about.shown(about.on)
        span = " | ".join(about.choices) if about.choices else f"{about.low:g} to {about.high:g}"
        rows.append([name, about.shown(about.default), at_work, span, about.unit, about.text, about.source])
    return rows


def _metrics() -> list[list[str]]:
    from sim.runs.dictionary import metrics

    return [["metric", "table", "unit", "a year", "meaning", "formula"], *metrics()]


def _show_manifest(path: Path, json: bool) -> None:
    from sim.runs import Results

    told = Results.open(path).manifest
    if json:
        o.emit(told)
        return
    counts, code = told["counts"], told["git"] or {}
    rows = [
        ["command", told["command"]],
        ["status", told["status"]],
        ["started", told["started"]],
        ["updated", told["updated"]],
    ]
    rows += [[name, about["title"]] for name, about in told["scenarios"].items()]
    rows += [["seeds", f"{told['seeds'][0]} to {told['seeds'][-1]} ({len(told['seeds'])})"]]
    rows += [["runs", f"{counts['done']} done, {counts['failed']} failed, {counts['planned']} planned"]]
    rows += [[table, f"{count:,} rows"] for table, count in counts["rows"].items()]
    rows += [["size", f"{counts['bytes'] / 1e6:.1f} MB"], ["kernel", told["kernel_hash"][:16]]]
    rows += [["commit", f"{code['commit'][:12]}{', edited' if code['edited'] else ''}"]] if code else []
    rows += [["versions", ", ".join(f"{name} {version}" for name, version in told["versions"].items())]]
    print(o.aligned(rows, left=2))


def _show_table(path: Path, json: bool) -> None:
    from sim.runs import Results

    table = Results(path.parent).table(path.name)
    if json:
        o.emit(table.slice(0, 20).to_pylist())
        return
    print(f"{path}: {table.num_rows:,} rows")
    print(table.slice(0, 20).unify_dictionaries().to_pandas().to_string(index=False, max_cols=14))


def status(
    folder: o.Folder,
    hashes: Annotated[bool, typer.Option("--hashes", help="Compare every file with what was written.")] = False,
    json: o.Json = False,
) -> int:
    """How far a study is, who works on it, and if files are whole."""
    from sim.runs.verified import Verified

    stored = Verified.open(folder)
    if hashes:
        return _hashes(stored, json)
    told, held, receipts = stored.manifest, stored.held, stored.receipts
    for table in told["counts"]["rows"]:
        stored.present(table)
    succeeded = {run for receipt in receipts for run in receipt.runs}
    failures = {f.run_id: f for receipt in receipts for f in receipt.failures if f.run_id not in succeeded}
    now = {
        "status": told["status"] if not (owner := held.in_use()) else "running",
        "in use by": owner or None,
        "done": len(succeeded),
        "failed": len(failures),
        "planned": told["counts"]["planned"],
        "go on with": told["command"] if told["status"] != "complete" and not owner else None,
    }
    if told["status"] == "running" and not owner:
        now["status"] = "killed"  # whoever wrote `running` is gone without a word
    if json:
        o.emit({**now, "failures": [vars(failure) for failure in failures.values()]})
        return 0
    print(o.aligned([[key, str(value)] for key, value in now.items() if value is not None], left=2))
    for failure in list(failures.values())[:10]:
        print(f"failed: {failure.scenario} seed {failure.seed} {failure.quarter}: {failure.error}\n  {failure.replay}")
    return 0


def _hashes(stored: Any, json: bool) -> int:
    """All that is wrong, one a line; 74 if anything is."""
    wrong = list(stored.problems())
    if json:
        o.emit({"wrong": wrong})
    else:
        print("\n".join(wrong) if wrong else f"{stored.folder}: every file is what was written")
    return 74 if wrong else 0


def plot(
    folder: o.Folder,
    metrics: Annotated[
        str | None, typer.Option("--metrics", metavar="LIST", help="Only these, as in chinese_share@cars@eu.")
    ] = None,
    sectors: Annotated[str | None, typer.Option("--sectors", metavar="LIST", help="Only these sectors.")] = None,
    regions: Annotated[str | None, typer.Option("--regions", metavar="LIST", help="Only these regions.")] = None,
    years: Annotated[str | None, typer.Option("--years", metavar="A:B", help="Only these years.")] = None,
    format_: o.Formats = "png,svg",
) -> int:
    """Figures again from stored tables."""
    from sim.plots import draw
    from sim.runs import Results
    from sim.runs.engines import default_workers

    results = Results.open(folder)
    chosen: dict[str, Any] = {
        "sectors": o.listed(sectors),
        "regions": o.listed(regions),
        "metrics": o.listed(metrics),
    }
    swept = results.manifest["kind"] == "sweep"
    if swept and regions:
        hint = "name the region in the outcome, for example --metrics chinese_share@cars@eu"
        raise UsageError("--regions: the figures of a sweep are by sector", hint)
    _check_names(results, "final_markets" if swept else "summary.parquet", chosen)
    written = draw(folder, o.formats(format_), years=_years(years), workers=default_workers(), **chosen)
    if chosen["metrics"] is None and not any((sectors, regions, years)):
        from sim import report

        report.write(folder)
    print(f"{len(written)} files in {written[0].parent}")
    return 0


def _named(table: Any) -> list[str]:
    """The different names in a table of one column."""
    return [str(name) for name in table.unify_dictionaries().column(0).unique().drop_null().to_pylist()]


def _years(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and len(text) < 20 and int(first) <= int(last)):
        raise UsageError(f"--years {text!r} is not A:B", "for example --years 2015:2040")
    return int(first), int(last)


def _check_names(results: Any, summary: str, chosen: dict[str, tuple[str, ...] | None]) -> None:
    """Raises UsageError for a metric, sector or region that the folder's summary, or the sweep's table of its last
    year, lacks; names those it has."""
    from sim.runs.own import fields_of
    from sim.scenario.outcome import parse

    own = fields_of(results.manifest.get("design"))
    outcomes = [parse(text, "--metrics") for text in chosen["metrics"] or () if text not in own]
    asked = {
        "metrics": [] if summary == "final_markets" else [named.metric for named in outcomes],  # of it all are known
        "sectors": [*(chosen["sectors"] or ()), *(named.sector for named in outcomes if named.sector != "all")],
        "regions": [*(chosen["regions"] or ()), *(named.region for named in outcomes if named.region)],
    }
    for key, names in asked.items():
        column = _named(results.table(summary, [key.removesuffix("s")])) if names else []
        wrong = [name for name in names if name not in column]
        if wrong:
            from difflib import get_close_matches

            near = get_close_matches(wrong[0], column, n=3, cutoff=0.5) or column[:12]
            raise UsageError(f"--{key}: {wrong[0]!r} is not in {results.folder}", f"there are {', '.join(near)}")
