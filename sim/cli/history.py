"""`backtest`: how well the model foretells what happened, against forecasts that know no economics."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from sim.cli import options as o
from sim.cli.progress import Display
from sim.said import interval, number


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
    """Scores of the baseline world on history.

    It scores which types form, where ends come, dated series, and flips of sectors, asked from --until and from
    the origins before it: 1999, 2004, 2009. Each takes the newest parameter set that knows nothing later, or,
    where there is none, draws of a set's priors.
    """
    from sim.errors import UsageError
    from sim.evidence import history
    from sim.runs import parse_seeds
    from sim.runs.engines import default_workers

    if workers is not None and workers < 1:
        raise UsageError("--workers: at least 1")
    o.writable(json)
    plan = _Plan(
        parse_seeds(seeds),
        history.UNTIL if until is None else until,
        o.assignments(set_),
        int(o.posterior(posterior).get("posterior.draws", 0)) or None,
        workers or default_workers(),
    )
    evidence = history.read(cases, series, sectors)  # a bad file is told before anything runs
    years = [plan.last] if single else history.rolling(plan.last, beyond=until is None)
    display = Display("backtest", quiet)
    scores, odds = _scored(plan, years, evidence, left_out, display)
    if json is not None:
        write_json(json, scores)
    if not quiet:
        _print(scores, odds, plan.last, len(plan.seeds))
    return 0


class _Plan(NamedTuple):
    """Seeds of every origin, the origin whose scores stand first, settings, draws wanted, threads."""

    seeds: Any
    last: int
    settings: dict[str, str]
    draws: int | None
    workers: int


def _scored(
    plan: _Plan, years: list[int], evidence: Any, left_out: str | None, display: Display
) -> tuple[dict[str, Any], float]:
    """The record of the runs of all origins, and the odds of recording."""
    from sim.evidence import history
    from sim.scenario import load

    last = plan.last
    standings = {year: history.standing(_cropped(plan.settings, year, last), year, plan.draws) for year in years}
    refits = history.Refits.of(standings[last].world, evidence.mapping) if left_out is not None else None
    told = _Told(progress_of(display, len(plan.seeds) * len(years)), len(plan.seeds))

    def other(settings: dict[str, Any]) -> Any:
        world = load("baseline", {**plan.settings, **standings[last].settings, **settings})
        return history.run_worlds(world, plan.seeds, plan.workers, progress_of(display, len(plan.seeds)))

    with display.shown():
        ensembles = {}
        for year, each in standings.items():
            ensembles[year] = history.run_worlds(each.world, plan.seeds, plan.workers, told)
            told.next()
        found = history.backtest(ensembles[last], evidence, last, ensembles)
        scores = {**found.scores, "parameters": standings[last].told(), "about": _about(plan, standings[last].world)}
        for year, told_of in scores["by_origin"].items():
            told_of["parameters"] = standings[int(year)].told()
        if left_out is not None:
            scores["leave_one_out"] = _leave_out(left_out, ensembles[last], evidence, last, refits, other)
    return scores, found.odds


def _about(plan: _Plan, world: Any) -> dict[str, Any]:
    """What the record was made with."""
    import sim
    from sim.machine.compiled import kernel_hash

    return {
        "version": sim.__version__,
        "kernel_hash": kernel_hash(),
        "scenario_hash": world.hash,
        "until": plan.last,
        "runs": len(plan.seeds),
        "command": o.command_line(),
    }


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
    from sim.evidence.history import stop

    end = settings.get("end", "")
    if year >= last or (end.isdecimal() and int(end) < stop(year, last)):
        return settings
    return {**settings, "end": str(stop(year, last))}


def _leave_out(
    which: str, ensemble: Any, evidence: Any, until: int, refits: Any, run: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """Scores without sectors, and by sector how its parameters moved; `run`: the world with other settings."""
    from sim.evidence import history

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

    from sim.runs.plan import Progress

    began = monotonic()
    return lambda done: display(Progress(planned, done, 0, 0, monotonic() - began))


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace a JSON file in one step; raises CannotCreate, IoFailure."""
    import json

    from sim.files import write_text

    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _print(scores: dict[str, Any], odds: float, until: int, runs: int) -> None:
    from sim.evidence.history import words

    formed = scores["formations"]
    print(f"Scored: what happened after {until}; {runs} runs.\n{_caution(scores['parameters'], until)}\n")
    print(f"Formations and conversions: {formed['n']}. Ends: {scores['exits']['n']} exits and renegotiations.")
    print(f"A base of one's own is recorded at {odds:.2f} to a partnership (estimated on rows that are not scored).\n")
    print(o.aligned(words.summary(scores)) + "\n")
    _print_losses(formed, scores["chosen_naive"])
    print("* the naive forecast that did best before: skill by sector and period is over it. ! outside the range.\n")
    print(o.aligned(words.calibration(formed), left=2))
    _print_series(scores["series"])
    _print_sectors(scores)
    print("\n" + o.aligned(words.origins(scores["by_origin"])))
    print("The origin is the last year known. Weight: of the model beside the stack, from what was foretold before.")
    gone = ", ".join(f"{name} {len(rows)}" for name, rows in scores["unmapped"].items())
    print(f"\nWithout a counterpart in the model: {gone} (--json names them)")
    if "leave_one_out" in scores:
        _print_left_out(scores["leave_one_out"], scores["chosen_naive"])


def _print_left_out(told: dict[str, Any], chosen: str) -> None:
    print(f"\nSectors left out: {told['n']} rows; skill {number(told['skill'])} ({interval(told['interval'])})")
    print(f"No forecast knew a row of the sector. {_refitted(told['refit'])}\n")
    _print_losses(told, chosen)


def _refitted(told: dict[str, Any]) -> str:
    """Whether the parameters knew the sectors."""
    from sim.evidence.history import largest

    known = [sector for sector, each in told.items() if each is None]
    moved = {sector: largest(each["shift"]) for sector, each in told.items() if each is not None}
    if not moved:
        return "The parameters did: the set has no draws made without it (docs/calibration.md)."
    sector = max(moved, key=lambda each: abs(moved[each][1]))
    name, shift = moved[sector]
    text = (
        "Parameters were weighed without it, among points that were not ruled out with it; the largest shift of a "
        f"median is {number(shift, sign=True)} s.d. ({name}, without {sector})."
    )
    return text + (f" They knew {', '.join(known)}: the set has no draws without it." if known else "")


def _print_losses(told: dict[str, Any], chosen: str) -> None:
    from sim.evidence.history import words

    print(o.aligned(words.rivals(told, chosen)))
    for part in ("by_sector", "by_period"):
        print("\n" + o.aligned(words.parts(told, part)))


def _print_series(told: dict[str, Any]) -> None:
    rows = [["series", "points", "RMSE", "CRPS", "in 90 %", "best naive", "skill"]]
    for name, each in told.items():
        numbers = [number(each[key]) for key in ("rmse", "crps", "coverage90")]
        rows.append([name, str(each["n"]), *numbers, each["best_naive"] or "-", number(each["skill"])])
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
        rows.append([name, *(f"{d:.2f}" if d else "never" for d in dates), inside, number(each["level_inside"])])
    print("\n" + o.aligned(rows))
    print(f"Order of flips: rank correlation {number(scores['flip_order_rank_correlation'])}")
