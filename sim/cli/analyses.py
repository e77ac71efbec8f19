"""`sensitivity` and `discover`: what drives an outcome, and under which conditions it occurs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.cli.progress import Display
from sim.said import number

Outcomes = Annotated[
    list[str],
    typer.Option(
        "--outcome", metavar="METRIC[@YEAR][@SECTOR[@REGION]]", help="What to explain; repeatable.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command(epilog="Example: python run.py sensitivity baseline --method morris --outcome hub_share@2040")(
        sensitivity
    )
    app.command(epilog='Example: python run.py discover results/mine --outcome "hub_share@2040 > 40%"')(discover)


def sensitivity(
    what: Annotated[
        str,
        typer.Argument(metavar="SCENARIO|FOLDER", help="What to sample, or a sample run before.", show_default=False),
    ],
    outcome: Outcomes,
    method: Annotated[
        str | None,
        typer.Option("--method", metavar="NAME", help="morris, sobol or pawn [morris; of a folder its own]."),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="PATH=LOW:HIGH", help="A factor; repeatable [the fitted parameters]."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", metavar="N", help="Trajectories [20], Sobol' base [256], PAWN points [1000]."),
    ] = None,
    seeds: Annotated[
        str | None, typer.Option("--seeds", metavar="N|A:B", help="Seeds, a factor too; one seed holds luck fixed.")
    ] = None,
    set_: o.Set = None,
    out: o.Out = None,
    workers: o.Workers = None,
    format_: o.Formats = "png,svg",
    json: o.Json = False,
    quiet: o.Quiet = False,
    force: o.Force = False,
) -> int:
    """What drives an outcome: global sensitivity, with intervals.

    By Morris screening, Sobol' indices, or PAWN for skewed outcomes.
    """
    formats = o.formats(format_)
    from sim.runs import Results
    from sim.sweeps.analysis.outcome import asked as parsed

    if (Path(what) / "manifest.json").is_file():
        results = Results.open(what)
    else:
        chosen = Sampling(what, method or "morris", vary, samples, seeds, set_, out, workers, quiet, force)
        results = _sample(chosen, outcome)
    asked = [parsed(text, results) for text in outcome]
    return _tell(results, asked, method, formats, json, quiet)


@dataclass(frozen=True)
class Sampling:
    """What is to be run for an analysis."""

    scenario: str
    method: str
    vary: list[str] | None
    samples: int | None
    seeds: str | None
    set: list[str] | None
    out: Path | None
    workers: int | None
    quiet: bool
    force: bool


def _sample(asked: Sampling, outcomes: list[str]) -> Any:
    """Sweep the sample of a scenario, or go on with it."""
    from sim.runs import parse_seeds, sweep
    from sim.runs.own import is_own
    from sim.scenario import load
    from sim.scenario.outcome import Named, check_place
    from sim.sweeps.analysis import sensitivity as analysis
    from sim.sweeps.analysis.outcome import parse
    from sim.sweeps.analysis.problem import fitted, ranges

    settings = o.assignments(asked.set)
    scenario = load(asked.scenario, settings)
    own = [text for text in outcomes if is_own(text)]
    told = [parse(text, scenario.end) for text in outcomes if text not in own]
    for each in told:
        check_place(Named(*each[:4]), scenario.world.sectors, scenario.world.regions)
    last = max([scenario.end if own else 0, *(each.year for each in told)])
    if last != scenario.end:  # no year is run that nobody asked for
        scenario = load(asked.scenario, {**settings, "end": str(last)})
    seeds = parse_seeds(asked.seeds) if asked.seeds else None
    varied = ranges(asked.vary) if asked.vary else fitted()
    problem = analysis.problem(asked.method, varied, asked.samples, seeds)
    out = asked.out or Path("results") / f"{scenario.name}-{asked.method}"
    display = Display(out.name, asked.quiet)
    display.note(f"{asked.method}: {len(problem.names)} factors, {problem.runs} runs")
    run: dict[str, Any] = {"out": out, "workers": asked.workers, "force": asked.force, "command": o.command_line()}
    run |= {"progress": display, "note": display.note}
    with display.shown():
        return analysis.carry_out(problem, lambda design: sweep(scenario, design=design, outcome=own, **run))


def _tell(
    results: Any, outcomes: list[Any], method: str | None, formats: tuple[str, ...], json: bool, quiet: bool
) -> int:
    """Analyse, draw and print each outcome."""
    from sim.plots import FIGURES, ranking
    from sim.sweeps.analysis.sensitivity import analyse

    told = []
    for outcome in outcomes:
        problem, found = analyse(results, outcome, method)
        files = ranking.draw(results, problem, outcome, found).save(results.folder / FIGURES, formats)
        told.append({"outcome": str(outcome), "method": problem.method, "runs": problem.runs, "used": found.used,
                     "planned": found.planned, "note": found.note, "figures": [str(path) for path in files],
                     "indices": found.table.to_dict("records")})  # fmt: skip
        if not json and not quiet:
            print(f"{outcome}: {problem.method}, {problem.runs} runs, {len(problem.seeds)} seeds")
            print(_table(problem, found))
            if found.note:
                print(f"note: {found.note}")
    if json:
        o.emit(told)
    elif not quiet:
        print(f"Figures: {results.folder / FIGURES}")
    return 3 if results.manifest["counts"]["failed"] else 0


def _table(problem: Any, found: Any) -> str:
    """Factors by rank: each measure with its interval."""
    from sim.plots.ranking import ranked
    from sim.sweeps.analysis.indices import DUMMY

    rows = found.table.set_index(["factor", "measure"])
    measures = list(dict.fromkeys(found.table["measure"]))
    names = [*ranked(problem, found.table), *([DUMMY] if DUMMY in set(found.table["factor"]) else [])]
    told = [["factor", *(cell for measure in measures for cell in (measure, "95 %"))]]
    for name in names:
        row = [name]
        for measure in measures:
            value, low, high = rows.loc[(name, measure), ["estimate", "lo", "hi"]]
            row += [number(value), "" if low != low else f"{number(low)} to {number(high)}"]
        told.append(row)
    empty = [place for place in range(len(told[0])) if place and not any(row[place] for row in told[1:])]
    return o.aligned([[cell for place, cell in enumerate(row) if place not in empty] for row in told])


def discover(
    folder: o.Folder,
    outcome: Annotated[
        str,
        typer.Option("--outcome", metavar='"METRIC@YEAR > X"', help="The runs to explain.", show_default=False),
    ],
    step: Annotated[
        int | None, typer.Option("--step", metavar="N", help="Step of the peeling trajectory [the best].")
    ] = None,
    format_: o.Formats = "png,svg",
    json: o.Json = False,
) -> int:
    """Under which conditions of a sweep an outcome occurs.

    A box of conditions, found by PRIM, in words.
    """
    formats = o.formats(format_)
    from sim.plots import FIGURES, found
    from sim.runs import Results
    from sim.runs.own import fields_of
    from sim.sweeps.analysis import boxes, points, response
    from sim.sweeps.analysis.outcome import condition, last_year

    results = Results.open(folder)
    design = points.read(results)
    asked = condition(outcome, last_year(results), fields_of(results.manifest["design"]))
    runs = response.runs(results, design, asked.outcome)
    runs = runs[runs["point"].isin(design.asked.index)]
    box = boxes.discover(runs, design.factors, asked, step)
    manifest = results.manifest
    title = manifest["scenarios"][manifest["base"]].get("title") or manifest["base"]
    files = found.draw(asked, box, title).save(folder / FIGURES, formats)
    if json:
        limits = [{"path": limit.factor.path, **limit._asdict(), "factor": limit.factor.text} for limit in box.limits]
        quality = {
            name: dict(zip(("estimate", "lo", "hi"), getattr(box, name), strict=True))
            for name in ("coverage", "density")
        }
        told = {"outcome": str(asked), "limits": limits, **quality, "runs": box.runs, "cases": box.cases}
        o.emit({**told, "step": box.step, "words": found.sentence(asked, box), "figures": list(map(str, files))})
    else:
        print(found.sentence(asked, box))
        print(o.aligned([["path", "from", "to", "quasi-p"], *map(_limit_row, box.limits)]))
        if missing := int(runs["value"].isna().sum()):
            print(f"note: {missing} runs have no value and were left out")
        print(f"Figures: {folder / FIGURES}")
    return 0


def _limit_row(limit: Any) -> list[str]:
    if limit.among:
        return [limit.factor.path, " or ".join(limit.among), "", f"{limit.p:.1g}"]
    ends = ["" if abs(value) == float("inf") else number(value) for value in (limit.low, limit.high)]
    return [limit.factor.path, *ends, f"{limit.p:.1g}"]
