"""`calibrate`: a parameter set fitted to its targets."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli import options as o
from sim.cli.progress import Display
from sim.said import number

QUICK = (60, 2)  # points of each stage and waves of `--quick`


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command(epilog="Example: python run.py calibrate fit2014 --points 40 --waves 2")(calibrate)


def calibrate(
    name: Annotated[str, typer.Argument(metavar="SET", help="A name in scenarios/sets.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Evaluated points [results/calibrate-SET].")
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", help="Threads [all cores].")] = None,
    points: Annotated[
        int | None, typer.Option("--points", metavar="N", help="Points of each stage, for a trial.")
    ] = None,
    waves: Annotated[int | None, typer.Option("--waves", metavar="N", help="Waves, for a trial.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"A trial of minutes: {QUICK[0]} points, {QUICK[1]} waves unless given.")
    ] = False,
    twin: Annotated[bool, typer.Option("--twin", help="Are known parameters recovered from made-up targets?")] = False,
    variants: Annotated[
        bool, typer.Option("--variants", help="Fit it with each mechanism switched too: which do the data need?")
    ] = False,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write every number there too.")] = None,
    format_: o.Formats = "png,svg",
    quiet: o.Quiet = False,
) -> int:
    """Fit a parameter set to history. What came out goes into DIR and, but for a trial, beside the set."""
    from sim.evidence import calibration
    from sim.evidence.calibration import result
    from sim.evidence.scorecard.declared import declared
    from sim.plots import calibration as figures
    from sim.runs.engines import default_workers
    from sim.scenario.sets import read_set

    formats = o.formats(format_)
    o.writable(json)
    found = read_set(name, drawn=False)
    folder = out or Path("results") / f"calibrate-{found.name}"
    display = Display("calibrate", quiet)
    points, waves = (points or QUICK[0], waves or QUICK[1]) if quick else (points, waves)
    asked = calibration.Options(
        folder, workers or default_workers(), points, waves, progress=_progress(display), note=display.note
    )
    places = [folder] if asked.trial else [folder, found.place.path.parent]
    with display.shown():
        made = calibration.calibrate(found, asked)
        told = result.summary(made) | {"identification": calibration.identification(made)}
        for place in places:  # before the twins, which take a while
            result.keep(place, made, told)
        if twin:
            display.note("twin test")
            told["twin"] = calibration.twins(made)
        if variants:
            without = {name: each.set for name, each in declared().variants.items()}
            told["variants"] = calibration.refitted(found, without, asked)
    for path in [place / f"{found.name}.json" for place in places] + ([json] if json is not None else []):
        result.write(path, result.as_json(told))
    figures.draw(folder / "figures", told, dict(zip(made.space.names, made.draws.T.tolist(), strict=True)), formats)
    if not quiet:
        _print(told)
        print(f"Figures: {folder / 'figures'}")
        trial = " (a trial: the set itself is as it was)" if asked.trial else ""
        print(f"Draws:   {places[-1] / found.name}.csv{trial}")
    return 0


def _progress(display: Display) -> Any:
    from time import monotonic

    from sim.runs.plan import Progress

    began = monotonic()

    def told(done: int, planned: int, found: int) -> None:
        nonlocal began
        if done == found:  # a stage begins
            began = monotonic()
        display(Progress(planned, done, 0, found, monotonic() - began))

    return told


def _print(told: dict[str, Any]) -> None:
    rows = [["parameter", "prior", "", "posterior 5 %", "50 %", "95 %", "draw 1", "narrowing"]]
    for name, each in told["parameters"].items():
        numbers = [*each["posterior"], each["central"], each["narrowing"]]
        rows.append([name, *(number(bound) for bound in each["prior"]), *(number(value) for value in numbers)])
    print(o.aligned(rows))
    rows = [["moment", "target", "sd", "simulated 5 %", "50 %", "95 %", "implausibility"]]
    for name, each in told["moments"].items():
        spread = (each["sd"] ** 2 + each["discrepancy"] ** 2) ** 0.5
        numbers = [each["value"], spread, *each["simulated"], each["implausibility"]]
        rows.append([name, *(number(value) for value in numbers)])
    print("\n" + o.aligned(rows))
    _print_identification(told["identification"])
    if "twin" in told:
        _print_twin(told["twin"])
    _print_left_out(told["left_out"])
    if "variants" in told:
        _print_variants(told["variants"])
    left = told["waves"][-1]
    print(f"\n{left['share']:.2g} of the prior is not ruled out at an implausibility of {left['cutoff']:.3g}.")
    print(f"{told['draws']} draws of {told['points']} points; weights flattened by {number(told['flattened'])}.")
    rows_, loss = told["ledger"]["rows"], told["ledger"]["log_loss"]
    print(f"Log-loss of {rows_} known rows of the ledger: {', '.join(number(each) for each in loss)} (5, 50, 95 %).")


def _print_identification(told: dict[str, Any]) -> None:
    """Directions of the parameters, from best to least known."""
    rows = [["direction", "singular value", "known"]]
    for each in told["directions"]:
        words = " ".join(f"{at:+.2f} {name}" for name, at in each["loadings"].items())
        rows.append([words, number(each["singular_value"]), "yes" if each["identified"] else "no"])
    print("\n" + o.aligned(rows))
    known = f"{told['rank']} of {len(rows) - 1} directions"
    print(f"The moments tell {known} apart (singular value above {told['tolerance']:.2f}).")


def _print_left_out(told: dict[str, Any]) -> None:
    """How far the draws move when nothing is known of a sector."""
    from sim.evidence.history import largest

    rows = [["without", "rows less", "moments less", "largest shift of a median, in s.d.", "of"]]
    for sector, each in told.items():
        name, moved = largest(each["shift"])
        rows.append([sector, str(each["rows"]), str(len(each["dropped"])), number(moved, sign=True), name])
    print("\n" + o.aligned(rows))


def _print_twin(told: dict[str, Any]) -> None:
    rows = [["parameter", "coverage of 90 %", "correlation", "narrowing"]]
    rows += [[name, *(number(value) for value in each.values())] for name, each in told["parameters"].items()]
    print("\n" + o.aligned(rows))
    error = "" if told["standard_error"] is None else f" (standard error {told['standard_error']:.1%})"
    print(f"{told['twins']} twins; intervals hold {told['coverage']:.0%} of the truths{error}.")


def _print_variants(told: dict[str, Any]) -> None:
    """Worlds with a mechanism switched, each with parameters of its own."""
    rows = [["world", "parameters", "not ruled out", "log-loss", "gain", "95 %", "", "data say", "worst moment"]]
    for name, each in told.items():
        switched = "verdict" in each
        what = f"{'with' if each['brings'] else 'without'} {name}" if switched else name
        gain = [number(each["gain"]), *(number(end) for end in each["interval"])] if switched else ["", "", ""]
        numbers = [str(each["parameters"]), f"{each['share']:.2g}", number(each["log_loss"])]
        worst = [f"{moment} {at:.1f}" for moment, at in each["largest"].items()]
        rows.append([what, *numbers, *gain, each.get("verdict", ""), worst[0]])
    print("\nEach world fitted anew; gain: evidence that the mechanism adds, in logs\n" + o.aligned(rows))
