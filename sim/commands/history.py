"""`backtest`: how well the model foretells what happened, against forecasts that know no economics."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.commands import options as o
from sim.commands.progress import Display


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command(epilog="Example: python run.py backtest --until 2014 --json scores.json")(backtest)


def backtest(
    cases: Annotated[Path | None, typer.Option("--cases", metavar="FILE", help="Ledger of events [shipped].")] = None,
    series: Annotated[Path | None, typer.Option("--series", metavar="FILE", help="Dated series [shipped].")] = None,
    sectors: Annotated[
        Path | None, typer.Option("--sectors", metavar="FILE", help="Facts by sector [shipped].")
    ] = None,
    until: Annotated[
        int | None,
        typer.Option("--until", metavar="YEAR", help="Last year naive forecasts may use; later is scored [2014]."),
    ] = None,
    seeds: o.Seeds = "100",
    left_out: Annotated[
        str | None,
        typer.Option(
            "--leave-out", metavar="SECTOR|each", help="Forecast sectors of the ledger from what is known of others."
        ),
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write every score.")] = None,
    set_: o.Set = None,
    posterior: o.InTurn = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", help="Threads [all cores].")] = None,
    quiet: o.Quiet = False,
) -> int:
    """Scores of the baseline world on history.

    It scores which types form, where ends come, dated series, and flips of sectors. Parameters are the
    draws of the newest set that was fitted to data up to --until at the latest.
    """
    from sim import history
    from sim.errors import CannotCreate, UsageError
    from sim.scenario import load
    from sim.study import parse_seeds
    from sim.study.engines import default_workers

    if workers is not None and workers < 1:
        raise UsageError("--workers: at least 1")
    if json is not None and not json.parent.is_dir():
        raise CannotCreate(f"cannot write {json}: there is no folder {json.parent}", "choose another --json")
    chosen, last = parse_seeds(seeds), history.UNTIL if until is None else until
    evidence = history.read(cases, series, sectors)  # a bad file is told before anything runs
    settings = o.assignments(set_) | _standing(o.assignments(set_) | o.posterior(posterior, crossed=False), last)
    world = load("baseline", settings)
    refits = history.Refits.of(world, evidence.mapping) if left_out is not None else None
    display = Display("backtest", quiet)

    def run(other: dict[str, Any]) -> Any:
        scenario, told = load("baseline", settings | other), progress_of(display, len(chosen))
        return history.run_worlds(scenario, chosen, workers or default_workers(), told)

    with display.shown():
        ensemble = run({})
        found = history.backtest(ensemble, evidence, last)
        scores = {**found.scores, "parameters": _parameters(world)}
        if left_out is not None:
            scores["leave_one_out"] = _leave_out(left_out, ensemble, evidence, last, refits, run)
    if json is not None:
        write_json(json, scores)
    if not quiet:
        _print(scores, found.odds, last, len(chosen))
    return 0


def _standing(settings: dict[str, str], until: int) -> dict[str, str]:
    """Which set and draws: all of the newest set that knows nothing later than `until`, unless settings say so."""
    from sim.scenario import newest, read_set

    name = settings.get("posterior.set")
    found = newest(until) if name is None else read_set(name)
    chosen = {key: value for key, value in settings.items() if key.startswith("posterior.")}
    if found.draws is not None and not {"posterior.draw", "posterior.draws"} & chosen.keys():
        chosen["posterior.draws"] = str(len(found.draws.marks))
    return {**chosen, "posterior.set": found.name}


def _leave_out(
    which: str, ensemble: Any, evidence: Any, until: int, refits: Any, run: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """Scores without sectors, and by sector how its parameters moved; `run`: the world with other settings."""
    from sim import history

    def without(sector: str) -> Any:
        other = refits.settings(sector) if refits is not None else None
        return None if other is None else run(other)

    told = history.leave_out(ensemble, evidence, which, until, without)
    sectors = told["by_sector"]
    return told | {"refit": dict.fromkeys(sectors) if refits is None else refits.told(sectors)}


def _parameters(world: Any) -> dict[str, Any]:
    """The parameter set that was used, for the record."""
    from sim.scenario import read_set

    found = read_set(world.posterior.set)
    return {
        "set": found.name,
        "until": found.file.until,
        "given": found.file.given,
        "draws": world.posterior.draws or 1,
    }


def _caution(told: dict[str, Any], until: int) -> str:
    """What the parameters knew, and what that does to the scores."""
    draws = f"{told['draws']} draw{'s' if told['draws'] > 1 else ''}"
    head = f"Parameters: set {told['set']}, which knows data up to {told['until']}, {draws}"
    if told["until"] > until:
        return f"{head}. That is later than {until}: skill here is no evidence."
    return f"{head}; given besides: {told['given']}." if told["given"] else f"{head}."


def progress_of(display: Display, planned: int) -> Any:
    """What a runner calls with the number of runs done, of so many."""
    from time import monotonic

    from sim.study.plan import Progress

    began = monotonic()
    return lambda done: display(Progress(planned, done, 0, 0, monotonic() - began))


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace a JSON file in one step; raises CannotCreate, IoFailure."""
    import json

    from sim.files import write_text

    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _print(scores: dict[str, Any], odds: float, until: int, runs: int) -> None:
    print(f"Scored: what happened after {until}; {runs} runs.\n{_caution(scores['parameters'], until)}\n")
    _print_formations(scores["formations"], odds)
    ends = scores["exits"]
    print(
        f"\nExits and renegotiations: {ends['n']}; rank correlation of hazards over sectors and periods "
        f"{_cell(ends['rank_correlation'])} {_interval(ends['interval'])}"
    )
    _print_series(scores["series"])
    _print_sectors(scores)
    gone = ", ".join(f"{name} {len(rows)}" for name, rows in scores["unmapped"].items())
    print(f"\nWithout a counterpart in the model: {gone} (--json names them)")
    if "leave_one_out" in scores:
        _print_left_out(scores["leave_one_out"])


def _print_formations(told: dict[str, Any], odds: float) -> None:
    print(f"Formations and conversions: {told['n']}; skill {_cell(told['skill'])} {_interval(told['interval'])}")
    print(f"A base of one's own is recorded at {odds:.2f} to a partnership (estimated on rows that are not scored).\n")
    _print_losses(told)


def _print_left_out(told: dict[str, Any]) -> None:
    print(f"\nSectors left out: {told['n']} rows; skill {_cell(told['skill'])} {_interval(told['interval'])}")
    print(f"No forecast knew a row of the sector. {_refitted(told['refit'])}\n")
    _print_losses(told)


def _refitted(told: dict[str, Any]) -> str:
    """Whether the parameters knew the sectors."""
    from sim.history import largest

    known = [sector for sector, each in told.items() if each is None]
    moved = {sector: largest(each["shift"]) for sector, each in told.items() if each is not None}
    if not moved:
        return "The parameters did: the set has no draws made without it (docs/calibration.md)."
    sector = max(moved, key=lambda each: abs(moved[each][1]))
    name, shift = moved[sector]
    text = (
        "Parameters were weighed without it, among points that were not ruled out with it; the largest shift of a "
        f"median is {o.number(shift, sign=True)} s.d. ({name}, without {sector})."
    )
    return text + (f" They knew {', '.join(known)}: the set has no draws without it." if known else "")


def _print_losses(told: dict[str, Any]) -> None:
    rows = [["forecast", "log-loss", "Brier"]]
    rows += [[name, _cell(told["log_loss"][name]), _cell(told["brier"][name])] for name in told["log_loss"]]
    print(o.aligned(rows))
    for part in ("by_sector", "by_period"):
        rows = [[part.replace("_", " "), "rows", "skill"]]
        rows += [[name, str(each["n"]), _cell(each["skill"])] for name, each in told[part].items()]
        print("\n" + o.aligned(rows))


def _print_series(told: dict[str, Any]) -> None:
    rows = [["series", "points", "RMSE", "CRPS", "in 90 %", "best naive", "skill"]]
    for name, each in told.items():
        numbers = [_cell(each[key]) for key in ("rmse", "crps", "coverage90")]
        rows.append([name, str(each["n"]), *numbers, each["best_naive"] or "-", _cell(each["skill"])])
    print("\n" + o.aligned(rows))
    points = sum(each["n"] for each in told.values())
    if points:
        inside = sum(each["n"] * (each["coverage90"] or 0.0) for each in told.values())
        print(f"90 % bands hold {inside / points:.0%} of {points} points.")


def _print_sectors(scores: dict[str, Any]) -> None:
    rows = [["sector", "flip 5 %", "50 %", "95 %", "inside", "levels inside"]]
    for name, each in scores["sectors"].items():
        dates = each["flip_year"] or [None] * 3
        inside = {None: "-", True: "yes", False: "no"}[each["inside"]]
        rows.append([name, *(f"{d:.2f}" if d else "never" for d in dates), inside, _cell(each["level_inside"])])
    print("\n" + o.aligned(rows))
    print(f"Order of flips: rank correlation {_cell(scores['flip_order_rank_correlation'])}")


def _cell(value: float | None) -> str:
    return "-" if value is None else o.number(value)


def _interval(bounds: list[float] | None) -> str:
    return "(no interval)" if bounds is None else f"({o.number(bounds[0])} to {o.number(bounds[1])})"
