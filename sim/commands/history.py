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
        typer.Option("--until", metavar="YEAR", help="Last year that may be known; later is scored [2014]."),
    ] = None,
    single: Annotated[
        bool, typer.Option("--single", help="No other origins: faster, and no weight of the model beside naive ones.")
    ] = False,
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
    """Scores of the baseline world on history: which types, where ends come, dated series, flips of sectors.

    Asked from --until and from the origins before it, 1999, 2004, 2009, each with the newest parameter set that knows
    nothing later; where there is none, with draws of a set's priors.
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
    settings = o.assignments(set_)
    count = int(o.posterior(posterior).get("posterior.draws", 0)) or None
    years = [last] if single else history.rolling(last, beyond=until is None)
    standings = {year: history.standing(_cropped(settings, year, last), year, count) for year in years}
    refits = history.Refits.of(standings[last].world, evidence.mapping) if left_out is not None else None
    display = Display("backtest", quiet)
    told = _Told(progress_of(display, len(chosen) * len(years)), len(chosen))

    def run(world: Any) -> Any:
        return history.run_worlds(world, chosen, workers or default_workers(), told)

    with display.shown():
        ensembles = {}
        for year, each in standings.items():
            ensembles[year] = run(each.world)
            told.next()
        found = history.backtest(ensembles[last], evidence, last, ensembles)
        scores = {**found.scores, "parameters": standings[last].told()}
        for year, told_of in scores["by_origin"].items():
            told_of["parameters"] = standings[int(year)].told()
        if left_out is not None:
            other = {**settings, **standings[last].settings}
            scores["leave_one_out"] = _leave_out(
                left_out, ensembles[last], evidence, last, refits, lambda more: run(load("baseline", other | more))
            )
    if json is not None:
        write_json(json, scores)
    if not quiet:
        _print(scores, found.odds, last, len(chosen))
    return 0


class _Told:
    """Progress over several batches of runs of one size."""

    def __init__(self, progress: Callable[[int], None], size: int) -> None:
        self.progress, self.size, self.before = progress, size, 0

    def __call__(self, done: int) -> None:
        self.progress(self.before + done)

    def next(self) -> None:
        """A batch is over."""
        self.before += self.size


def _cropped(settings: dict[str, str], year: int, last: int) -> dict[str, str]:
    """Settings of an origin: an earlier one runs no longer than its scored rows ask for."""
    from sim.history import stop

    end = settings.get("end", "")
    if year >= last or (end.isdigit() and int(end) < stop(year, last)):
        return settings
    return {**settings, "end": str(stop(year, last))}


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


def _caution(told: dict[str, Any], until: int) -> str:
    """What the parameters knew, and what that does to the scores."""
    draws = f"{told['draws']} draw{'s' if told['draws'] > 1 else ''}"
    if told["prior"]:
        head = (
            f"Parameters: {told['draws']} points of the priors of set {told['set']}: structure only, nothing was fitted"
        )
        return f"{head}; given besides: {told['given']}." if told["given"] else f"{head}."
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
    _print_formations(scores, odds)
    _print_ends(scores["exits"])
    _print_series(scores["series"])
    _print_sectors(scores)
    _print_origins(scores["by_origin"])
    gone = ", ".join(f"{name} {len(rows)}" for name, rows in scores["unmapped"].items())
    print(f"\nWithout a counterpart in the model: {gone} (--json names them)")
    if "leave_one_out" in scores:
        _print_left_out(scores["leave_one_out"])


def _print_formations(scores: dict[str, Any], odds: float) -> None:
    told, chosen = scores["formations"], scores["chosen_naive"]
    print(
        f"Formations and conversions: {told['n']}; skill over {chosen!r}, the naive forecast that did best before, "
        f"{_cell(told['skill'])} {_interval(told['interval'])}, by sector blocks "
        f"{_interval(told['interval_by_sector'])}"
    )
    print(f"A base of one's own is recorded at {odds:.2f} to a partnership (estimated on rows that are not scored).\n")
    _print_losses(told)
    _print_order(scores["order"])
    _print_pool(scores["pool"])
    _print_calibration(told["calibration"])


def _print_order(told: dict[str, Any]) -> None:
    rivals = {name: each for name, each in told["rivals"].items() if each is not None}
    best = max(rivals, key=rivals.__getitem__, default=None)
    rest = f"; best of the others {best!r} {_cell(rivals[best])}" if best else ""
    print(
        f"\nWho leads among sectors, totals of periods given: {_cell(told['score'])} {_interval(told['interval'])}, "
        f"by sector blocks {_interval(told['interval_by_sector'])}{rest}"
    )


def _print_pool(told: dict[str, Any]) -> None:
    print(f"Weight of the model beside the stack, from {told['n']} rows foretold before: {_weight(told)}")
    if told["skill_over_stack"] is not None:
        skill = told["skill_over_stack"]
        print(
            f"The pool over the stack on the scored rows: skill {_cell(skill['skill'])} {_interval(skill['interval'])}"
        )
    if told["hindsight"] is not None:
        print(f"The weight that the scored rows themselves would give: {_weight(told['hindsight'])}")


def _weight(told: dict[str, Any]) -> str:
    if told["weight"] is None:
        return "- (no runs of earlier origins)"
    by_sector = _interval(told["interval_by_sector"])
    return f"{_cell(told['weight'])} {_interval(told['interval'])}, by sector blocks {by_sector}"


def _print_calibration(told: dict[str, Any]) -> None:
    rows = [["period", "type", "foretold", "recorded", "90 %"]]
    for period, types in told.items():
        for name, each in types.items():
            low, high = each["range"]
            rows.append([period, name, f"{each['foretold']:.1f}", str(each["recorded"]), f"{low} to {high}"])
    if len(rows) > 1:
        print("\n" + o.aligned(rows, left=2))


def _print_ends(ends: dict[str, Any]) -> None:
    print(
        f"\nExits and renegotiations: {ends['n']}; rank correlation of hazards over sectors and periods "
        f"{_cell(ends['rank_correlation'])} {_interval(ends['interval'])}; of the sectors' hazards before "
        f"{_cell(ends['baseline']['rank_correlation'])} {_interval(ends['baseline']['interval'])}"
    )
    levels = {name: f"{_cell(each['ratio'])} {_interval(each['interval'])}" for name, each in ends["levels"].items()}
    print(f"Ends foretold over recorded: {levels['model']}; by the sectors' hazards before {levels['baseline']}")


def _print_origins(told: dict[str, Any]) -> None:
    rows = [["origin", "to", "parameters", "rows", "chosen", "skill", "95 %", "over trend", "order", "weight"]]
    for year, each in told.items():
        skill, over = each["formations"], each["formations"]["skill_over"]
        known = "priors" if each["parameters"]["prior"] else each["parameters"]["set"]
        trend = _cell(over["trend"]["skill"]) if over else "-"
        numbers = [_cell(skill["skill"]), _interval(skill["interval"]), trend, _cell(each["order"]["score"])]
        weight = _cell(each["pool"]["weight"])
        rows.append([year, str(each["last"]), known, str(skill["n"]), each["chosen_naive"], *numbers, weight])
    print("\n" + o.aligned(rows))
    print("The origin is the last year known. Weight: of the model beside the stack, from what was foretold before.")


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
