"""Which mechanisms the evidence needs: the model with each of them switched, and placebos, on the same scores."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.evidence import history
from sim.evidence.scorecard.card import Plan, needed, row, run_worlds
from sim.evidence.scorecard.declared import BASE, Evidence, Fact, Placebo
from sim.evidence.scorecard.draws import under
from sim.evidence.scorecard.scores import Losses, against, passed, scored
from sim.evidence.scorecard.worlds import records
from sim.scenario import Scenario
from sim.scenario.switch import Switch, switched, verdict
from sim.scenario.vary import value_at, vary

Progress = Callable[[int], None]
PATTERNS = "P"  # section of the patterns


class Score(NamedTuple):
    """One world beside the base; `later`, `known`: to `until` and after. worse: against the base, None for it."""

    name: str
    text: str
    log_loss: dict[str, float]
    worse: dict[str, Any] | None
    scores: dict[str, Any]
    patterns: dict[str, bool | None]
    patterns_passed: tuple[int, int]
    fitted_inside: tuple[int, int]  # of the facts that a set fitted to `until` may use
    verdict: str


def patterns(evidence: Evidence) -> list[Fact]:
    """The rows of the patterns, and other facts that need no further world."""
    worlds = {name for each in evidence.facts if each.section == PATTERNS for name in each.worlds}
    return [each for each in evidence.facts if worlds >= set(each.worlds)]


def variants(
    evidence: Evidence,
    past: history.Evidence,
    plan: Plan,
    progress: Progress = lambda done: None,
) -> list[Score]:
    """The base and every declared variant, all with the same seeds."""
    told: list[Score] = []
    base: Losses | None = None
    chosen = patterns(evidence)
    for place, (name, text, switch) in enumerate(_switches(evidence, plan)):
        worlds = run_worlds(
            evidence,
            needed(chosen),
            plan._replace(settings={**plan.settings, **switch.settings}),
            _from(progress, place * len(plan.seeds) * len(needed(chosen))),
        )
        losses, scores = scored(worlds[BASE].ensemble, past, plan.until)
        base = base or losses
        rows = [row(each, worlds, plan.until) for each in chosen]
        verdicts = {each.id: each.inside for each in rows if each.section == PATTERNS}
        fitted = [each.inside for each in rows if each.fitted and each.section != PATTERNS]
        worse = against(losses, base) if name != BASE else None
        told.append(
            Score(
                name,
                text,
                {"known": losses.known, "later": losses.later},
                worse,
                scores,
                verdicts,
                passed(verdicts),
                (sum(map(bool, fitted)), len(fitted)),
                helpful(worse, switch.brings),
            )
        )
    return told


def _switches(evidence: Evidence, plan: Plan) -> Iterator[tuple[str, str, Switch]]:
    """Name, text and settings of the base, and of every variant."""
    base = under(plan.set, evidence.worlds[BASE], plan.settings)
    yield BASE, "mechanisms as the set has them", Switch({}, False)
    for name, each in evidence.variants.items():
        switch = switched(base, each.set)
        yield name, each.with_ if switch.brings else each.without, switch


def runs_planned(evidence: Evidence, seeds: int, permutations: int) -> int:
    """Runs of `variants` and `placebos` together."""
    worlds = len(needed(patterns(evidence))) * (1 + len(evidence.variants))
    return seeds * (worlds + 1 + permutations * len(evidence.placebos))


def helpful(worse: Mapping[str, Any] | None, brings: bool = False) -> str:
    """What recorded formations to `until` say of the mechanism that a variant lacks, or `brings`."""
    if worse is None:
        return ""
    low, high = worse["known"]["interval"]
    return verdict(-high, -low) if brings else verdict(low, high)


def _from(progress: Progress, before: int) -> Progress:
    return lambda done: progress(before + done)


def dealt(draw: Scenario, placebo: Placebo, key: int) -> Scenario:
    """The draw with a placebo's inputs dealt out anew over sectors; no sector keeps its own.

    `key` names the permutation; all inputs of a sector go to the same other sector.
    """
    names = list(draw.world.sectors)
    order = derangement(len(names), key)
    values = {
        f"sectors.{names[place]}.{name}": value_at(draw, f"sectors.{names[other]}.{name}")
        for place, other in enumerate(order)
        for name in placebo.keys
    }
    return vary(draw, values)


def derangement(count: int, key: int) -> list[int]:
    """The first of the keyed permutations that leaves nothing in its place."""
    rng = np.random.default_rng(key)
    while True:
        order = rng.permutation(count)
        if (order != np.arange(count)).all():
            return [int(place) for place in order]


def placebos(
    evidence: Evidence,
    past: history.Evidence,
    plan: Plan,
    permutations: int,
    progress: Progress = lambda done: None,
) -> dict[str, Any]:
    """Scores under permuted inputs beside those of the base: does the score fall?"""

    def score(chosen: Scenario, before: int) -> tuple[Losses, dict[str, Any]]:
        runs = records(chosen, plan.seeds, plan.workers, (), _from(progress, before))
        return scored(runs.ensemble, past, plan.until)

    scenario = under(plan.set, evidence.worlds[BASE], plan.settings)
    base, scores = score(scenario, 0)
    told: dict[str, Any] = {
        BASE: {"log_loss": {"known": base.known, "later": base.later}, "scores": scores},
        "permuted": {},
    }
    done = 1
    for name, placebo in evidence.placebos.items():
        found = []
        for key in range(1, permutations + 1):
            losses, scores = score(dealt(scenario, placebo, key), done * len(plan.seeds))
            log_loss = {"known": losses.known, "later": losses.later}
            found.append({"key": key, "log_loss": log_loss, "worse": against(losses, base), "scores": scores})
            done += 1
        told["permuted"][name] = {"text": placebo.text, "draws": found, "fell": fell(found, told[BASE])}
    return told


def fell(found: Sequence[Mapping[str, Any]], base: Mapping[str, Any]) -> dict[str, float]:
    """Share of permutations that score worse than the base, by score."""

    def share(score: Callable[[Mapping[str, Any]], float]) -> float:
        return float(np.mean([score(each) < score(base) for each in found]))

    return {
        "log_loss_known": share(lambda each: -each["log_loss"]["known"]),
        "log_loss_later": share(lambda each: -each["log_loss"]["later"]),
        "flip_order": share(lambda each: _low(each["scores"]["flip_order"])),
        "levels_inside": share(lambda each: each["scores"]["later"]["levels_inside"]),
    }


def _low(value: float) -> float:
    """A correlation that does not exist is as good as none."""
    return 0.0 if np.isnan(value) else value
