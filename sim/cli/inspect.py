"""`explain`, `replay`, `doctor`: one run from inside, and whether all is well."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    example = "--seed 7 --partnership cars-m01+cars-c03@1994Q2"
    app.command(epilog=f"Example: python run.py explain results/baseline {example}")(explain)
    app.command(epilog="Example: python run.py replay results/baseline 3f2a9c0d1b7e4a65")(replay)
    app.command(epilog="Example: python run.py doctor")(doctor)


def explain(
    folder: o.Folder,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Which run.", show_default=False)],
    partnership: Annotated[str, typer.Option("--partnership", metavar="ID", help="Its id.", show_default=False)],
    quarter: Annotated[str | None, typer.Option("--quarter", metavar="YYYYQn", help="Only this quarter.")] = None,
    scenario: Annotated[str | None, typer.Option("--scenario", metavar="NAME", help="Which scenario [base].")] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="SHOCK", help="Compare with no such shock; repeatable.")
    ] = None,
    base: Annotated[str | None, typer.Option("--base", metavar="NAME", help="Compare with this scenario.")] = None,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Write it as an HTML page.")] = None,
) -> int:
    """One partnership's story: what each side weighed and chose."""
    from sim.runs import Results

    if without and base:
        raise UsageError("--without and --base both say what to compare with", "give one of them")
    if page and quarter:
        raise UsageError("a page tells the whole life", "leave out --quarter or --page")
    results = Results.open(folder)
    told = stored_scenario(results, scenario or results.manifest["base"])
    _check_partnership(results, told.name, seed, partnership)
    other = _other(results, told, without or [], base)
    if page is None:
        from sim.explain import story

        print(story(told, seed, partnership, quarter, base=other))
        return 0
    _write_page(page, told, (seed, partnership), other)
    return 0


def _other(results: Any, told: Any, without: list[str], base: str | None) -> Any:
    """What the story is compared with: less some shocks, a named scenario of the folder or of the library, the base."""
    if without:
        from sim.explain import without_shocks

        return without_shocks(told, without)
    if base and base not in {**results.manifest["scenarios"], **results.manifest["variants"]}:
        from sim.scenario import load

        return load(base, {"end": told.end})
    found = stored_scenario(results, base or results.manifest["base"])
    return None if found.name == told.name else found


def _write_page(page: Path, told: Any, which: tuple[int, str], other: Any) -> None:
    """The story as a page; its text goes nowhere. Raises CannotCreate, IoFailure."""
    from sim.explain import account
    from sim.files import write_text
    from sim.machine.compiled import kernel_hash
    from sim.report import life

    story = account(told, *which, base=other)
    compared = [(f"scenario {other.name}", other.hash)] if other else []
    hashes = [(f"scenario {told.name}", told.hash), *compared, ("kernel", kernel_hash())]
    text = life.render(story, o.command_line(), hashes)
    write_text(page, text, "choose another --page")
    print(page)


def _check_partnership(results: Any, scenario: str, seed: int, partnership: str) -> None:
    """Raises UsageError if the run has no such partnership, naming those that come near."""
    if "partnerships" not in results.manifest["counts"]["rows"]:
        return
    import pyarrow.compute as pc

    known = results.table("partnerships", ["scenario", "seed", "partnership"])
    here = known.filter((pc.field("scenario") == scenario) & (pc.field("seed") == seed))["partnership"].to_pylist()
    if partnership not in here:
        from difflib import get_close_matches

        near = get_close_matches(partnership, here, n=3, cutoff=0) or ["none: no run with this seed"]
        raise UsageError(f"no partnership {partnership!r} in {scenario}, seed {seed}", f"there are {', '.join(near)}")


def stored_scenario(results: Any, name: str) -> Any:
    """A scenario of a results folder, from the resolved file in it; raises UsageError if it holds no such scenario."""
    from sim.scenario import load

    known = {**results.manifest["scenarios"], **results.manifest["variants"]}
    if name not in known:
        raise UsageError(f"{results.folder} holds no scenario {name!r}", f"it holds {', '.join(known)}")
    path = results.stored.file("scenario.yaml" if len(known) == 1 else f"scenarios/{name}.yaml")
    return load(path, {"end": known[name]["end"]})  # set, so that shocks after a cropped end are no mistake


def stored_point(results: Any, name: str, point: int) -> Any:
    """A scenario of a results folder at a point of its design."""
    from sim.scenario.vary import vary

    scenario = stored_scenario(results, name)
    if not point:
        return scenario
    row = results.design.set_index("point").loc[point]
    return vary(scenario, {path: None if row[path] != row[path] else row[path] for path in results.swept})


def replay(
    folder: o.Folder,
    run_id: Annotated[
        str, typer.Argument(metavar="RUN_ID", help="From runs.parquet or failures.csv.", show_default=False)
    ],
    rules: o.Rules = None,
) -> int:
    """One run again: shows its error, or compares its bytes.

    It runs with the rules that the folder holds; --rules is taken only if the file holds these rules.
    """
    from sim.machine.compiled import kernel_hash
    from sim.runs import Results
    from sim.runs.batch import run_id as identify

    results = Results.open(folder)
    rows = results.table("runs.parquet", ["run_id", "scenario", "point", "seed", "status"]).to_pylist()
    found = [row for row in rows if row["run_id"] == run_id]
    if not found:
        raise UsageError(f"{folder} holds no run {run_id!r}", f"show {folder / 'runs.parquet'} lists them")
    row = found[0]
    scenario = stored_point(results, row["scenario"], row["point"])
    _check_rules(folder, scenario.rules, rules)
    where = f" at point {row['point']}" if row["point"] else ""
    print(f"{row['scenario']}{where}, seed {row['seed']}: {row['status']}")
    if identify(scenario.hash, kernel_hash(), row["seed"]) != run_id:
        print("note: the model's code or the scenario's file changed since; numbers may differ", file=sys.stderr)
    other = _again(results, scenario, row)
    if other is None:
        print("the run succeeds now")
    else:
        print(f"not the same as stored: {', '.join(other)}" if other else "the same bytes as stored, in every table")
    return 6 if other else 0


def _check_rules(folder: Path, stored: Any, file: Path | None) -> None:
    """Raises Conflict if a file holds other rules than the folder's runs were made with."""
    from sim.errors import Conflict
    from sim.scenario.plugin import read_rules

    given = read_rules(file) if file else None
    if given and (stored is None or (stored.names, stored.source) != (given.names, given.source)):
        held = f"{', '.join(stored.names)} as in {stored.file}" if stored else "no rule replaced"
        raise Conflict(
            f"{folder} was run with {held}, not with {given.told}", "leave out --rules: the folder has its own"
        )


def _again(results: Any, scenario: Any, row: dict[str, Any]) -> list[str] | None:
    """The tables in which the run differs from what is stored; None if nothing is. Errors of the run pass through."""
    from sim.runs.batch import Order, tables_of
    from sim.runs.course import make_job
    from sim.runs.own import fields_of
    from sim.runs.plan import Options, Plan

    kept = [name for name in results.manifest["counts"]["rows"] if results.stored.has(name)]
    plan = Plan(results.manifest["kind"], {scenario.name: scenario}, (row["seed"],))
    points = bool(results.swept) or results.manifest["design"] is not None
    job = replace(make_job(plan, Options(), results.folder), keep=tuple(kept), points=points)
    made = tables_of(job, Order(row["run_id"], scenario.name, row["point"], (), row["seed"]))
    if row["status"] != "done" or not kept:
        return None
    own = fields_of(results.manifest["design"])  # whose functions are not kept
    stored = {name: _stored_run(results, name, row) for name in kept}
    return [name for name, told in stored.items() if not _same(made[name], _without(told, own))]


def _without(table: Any, names: Any) -> Any:
    return table.select([name for name in table.column_names if name not in names])


def _stored_run(results: Any, name: str, row: dict[str, Any]) -> Any:
    """The rows of one run in a table."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def here(part: Any) -> Any:
        named = {key: pc.field(key) == row[key] for key in ("seed", "point") if key in part.column_names}
        which = pc.field("scenario").cast(pa.string()) == row["scenario"]
        for each in named.values():
            which &= each
        return part.filter(which)

    return pa.concat_tables([here(part) for part in results.chunks(name)]).unify_dictionaries()


def _same(one: Any, two: Any) -> bool:
    """Whether two tables hold the same, names as text and values that are none alike."""
    if one.column_names != two.column_names or one.num_rows != two.num_rows:
        return False
    frames = [table.unify_dictionaries().to_pandas() for table in (one, two)]
    for frame in frames:
        for name in frame.select_dtypes("category"):
            frame[name] = frame[name].astype(object)
    return bool(frames[0].equals(frames[1]))


def doctor(json: o.Json = False) -> int:
    """Versions, cores, disk, a write test, and one run."""
    import shutil
    import tempfile
    import time

    from sim.errors import IoFailure
    from sim.machine.sources import is_private
    from sim.runs import ensemble
    from sim.runs.course import code_folder
    from sim.runs.engines import default_workers
    from sim.runs.manifest import versions

    wrong = ""
    told: dict[str, str] = dict(versions())
    told["cores"] = str(default_workers())
    told["free disk"] = f"{shutil.disk_usage(Path.cwd()).free / 1e9:.0f} GB"
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first run", "next run"):
            began = time.perf_counter()
            results = ensemble("baseline", seeds=1, workers=1, out=Path(folder) / name.split()[0])
            told[name] = f"{time.perf_counter() - began:.1f} s"
            if results.manifest["counts"]["failed"]:
                told[name] = wrong = f"failed: {results.table('failures.csv')['error'][0].as_py()}"
    code = code_folder()
    told["compiled code"] = str(code or "interpreted")
    if code and not is_private(code):
        told["compiled code"] = wrong = f"{code}: somebody else can write there"
    o.emit(told) if json else print(o.aligned([[key, value] for key, value in told.items()], left=2))
    if wrong:
        raise IoFailure(f"not all is well: {wrong}", f"remove {code} and try again" if code else "")
    return 0
