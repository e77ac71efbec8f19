"""`verify`: whether the code is the model, and whether the default run tells history as it went."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.cli.history import write_json
from sim.errors import NotEnough, UsageError

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Topics, ids or parts of names [all].")]


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command(epilog="Example: python run.py verify market T20")(verify)


def verify(
    names: Names = None,
    story: Annotated[bool, typer.Option("--story", help="Whether history comes out as it did.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what does not apply, and why.")] = False,
    seeds: Annotated[str | None, typer.Option("--seeds", metavar="N|A:B", help="Runs of --story [100].")] = None,
    phases: Annotated[
        Path | None,
        typer.Option("--phases", metavar="DIR", help="Draw what is best in the host, and where sectors are."),
    ] = None,
    workers: o.Workers = None,
    json: o.Json = False,
) -> int:
    """Checks of the whole model: expected, found, and which hold.

    Exit code 6 if one fails.
    """
    if phases is not None:
        if story or everything or names or json:
            raise UsageError("--phases goes alone", "verify --phases figures")
        return _phases(phases)
    if story:
        if everything or len(names or []) > (1 if json else 0):
            raise UsageError("--story goes without names and --all", "verify --story --seeds 20 --json story.json")
        return _story(seeds or "100", workers, json, names[0] if names else None)
    if seeds is not None:
        raise UsageError(
            "--seeds goes with --story: the seeds of the other checks are fixed", "verify --story --seeds 20"
        )
    return _checks(names or [], everything, workers, json)


def _phases(folder: Path) -> int:
    """Draws the phase diagrams with the sectors of the default world, one run."""
    import tempfile

    from sim.plots import phase
    from sim.scenario import load
    from sim.scenario.build import labels
    from sim.verify.laboratory import Laboratory
    from sim.verify.phases import AGAINST, paths, phases

    scenario = load("baseline")
    where = paths(scenario, list(labels(scenario).sectors))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="contraflow-") as place:
        lab = Laboratory(Path(place))
        for against in AGAINST:
            for path in phase.draw(*phases(lab, against), where).save(folder, ["png"]):
                print(path)
    return 0


def _checks(names: list[str], everything: bool, workers: int | None, json: bool) -> int:
    from sim.runs.engines import default_workers
    from sim.verify import ABSENT, TOPICS, chosen
    from sim.verify import verify as check

    try:
        wanted = chosen(names)
    except KeyError as error:
        raise UsageError(
            f"no check is called {error.args[0]!r}", f"a topic ({', '.join(TOPICS)}) or an id such as T14"
        ) from None
    found = check(wanted, workers or default_workers())
    absent = ABSENT if everything else ()
    if json:
        o.emit({"checks": [_plain(each) for each in found], "not_applicable": [each._asdict() for each in absent]})
    else:
        _print(found, absent)
    failed = sum(not each.holds for each in found)
    if failed:
        raise NotEnough(f"{failed} of {len(found)} checks do not hold")
    return 0


def _plain(finding: Any) -> dict[str, Any]:
    """A finding in numbers and words."""
    told = finding.check
    about = {"id": told.id, "name": told.name, "topic": told.topic, "statement": told.statement, "source": told.source}
    numbers = (
        finding.found._asdict() if finding.found else dict.fromkeys(("value", "expected", "tolerance", "relation"))
    )
    return {**about, **numbers, "holds": finding.holds, "note": finding.note, "seconds": round(finding.seconds, 3)}


def _print(findings: list[Any], absent: Any) -> None:
    """One table, topics as lines between; below it what does not apply."""
    rows, topic = [["", "id", "what must hold", "expected", "found", "within"]], ""
    for each in findings:
        if each.check.topic != topic:
            topic = each.check.topic
            rows.append(["", "", topic.upper(), "", "", ""])
        verdict = "ok" if each.holds else "FAILS"
        rows.append([verdict, each.check.id, each.check.statement, *_cells(each)])
    print(o.aligned(rows, left=3))
    if absent:
        print("\nNot applicable to the model as built, and why")
        print(o.aligned([[each.id, each.statement, each.reason] for each in absent], left=3))
    held = sum(each.holds for each in findings)
    print(f"\n{held} of {len(findings)} checks hold.")


def _cells(finding: Any) -> list[str]:
    found = finding.found
    if found is None:
        return ["", finding.note, ""]
    relation = "" if found.relation == "=" else f"{found.relation} "
    within = "" if found.relation != "=" else f"{found.tolerance:.0e}" if found.tolerance else "exact"
    return [f"{relation}{found.expected:.6g}", f"{found.value:.6g}", within]


def _made() -> dict[str, Any]:
    """What a record of the story was made with, and by which numbers its runs are known again."""
    import sim
    from sim.machine.compiled import kernel_hash
    from sim.runs.recognised import levels
    from sim.scenario import load

    made = {"version": sim.__version__, "kernel_hash": kernel_hash(), "scenario_hash": load("baseline").hash}
    return {**made, "command": o.command_line(), "levels": levels()}


def _story(seeds: str, workers: int | None, json: bool, file: str | None) -> int:
    from sim.runs import parse_seeds
    from sim.runs.claim import number, within
    from sim.runs.story import verify as check

    chosen = parse_seeds(seeds)
    claims = list(check(seeds=chosen, workers=workers))
    told = {"seeds": len(chosen), "claims": [each.plain() for each in claims]}
    if json:
        from sim.model.columns import SCHEMA

        told = {"schema": SCHEMA, "about": _made(), **told}
    if json and file is None:
        o.emit(told)
    else:
        if file is not None:
            write_json(Path(file), told)
        rows = [["", "id", "claim", "value", "within"]]
        rows += [
            ["ok" if each.holds else "MISS", each.id, each.claim, number(each.value), within(each.low, each.high)]
            for each in claims
        ]
        print(o.aligned(rows, left=3))
    missed = {each.id for each in claims if not each.holds}
    ids = {each.id for each in claims}
    sources = sorted(name for name in ids if name.startswith("S"))
    held = len(sources) - sum(name in missed for name in sources)
    print(
        f"{held} of {len(sources)} of the source test and {len(ids) - len(missed)} of {len(ids)} claims hold",
        file=sys.stderr,
    )
    if missed:
        raise NotEnough(f"{len(missed)} of {len(ids)} claims do not hold")
    return 0
