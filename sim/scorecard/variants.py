"""Which mechanisms the evidence needs: the model without each of them, and placebos, on the same scores."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim import history
from sim.scenario import Scenario
from sim.scenario.vary import value_at, vary
from sim.scorecard.card import needed, row, run_worlds
from sim.scorecard.declared import BASE, Evidence, Placebo
from sim.scorecard.draws import under
from sim.scorecard.scores import Losses, against, passed, scored
from sim.scorecard.worlds import records

Progress = Callable[[int], None]


class Score(NamedTuple):
    """One world beside the base; `later`, `known`: to `until` and after. worse: against the base, None for it."""

    name: str
    text: str
    log_loss: dict[str, float]
    worse: dict[str, Any] | None
    scores: dict[str, Any]
    patterns: dict[str, bool | None]
    patterns_passed: tuple[int, int]


def patterns(evidence: Evidence) -> list[Any]:
    """The rows of the patterns."""
    return [each for each in evidence.facts if each.section == "P"]


def variants(
    evidence: Evidence,
    past: history.Evidence,
    draws: Sequence[Scenario],
    seeds: Sequence[int],
    workers: int,
    until: int,
    progress: Progress = lambda done: None,
) -> list[Score]:
    """The base and every declared variant, all with the same seeds."""
    told: list[Score] = []
    base: Losses | None = None
    chosen = patterns(evidence)
    planned = {BASE: ("all mechanisms", {}), **{name: (each.text, each.set) for name, each in evidence.variants.items()}}
    for place, (name, (text, settings)) in enumerate(planned.items()):
        worlds = run_worlds(
            evidence,
            [BASE, *needed(chosen)],
            [vary(draw, dict(settings)) for draw in draws],
            seeds,
            workers,
            _from(progress, place * len(seeds) * len(needed(chosen))),
        )
        losses, scores = scored(worlds[BASE].ensemble, past, until)
        base = base or losses
        verdicts = {each.id: row(each, worlds, until).inside for each in chosen}
        told.append(
            Score(
                name,
                text,
                {"known": losses.known, "later": losses.later},
                against(losses, base) if name != BASE else None,
                scores,
                verdicts,
                passed(verdicts),
            )
        )
    return told


def runs_planned(evidence: Evidence, seeds: int, permutations: int) -> int:
    """Runs of `variants` and `placebos` together."""
    worlds = len(needed(patterns(evidence))) * (1 + len(evidence.variants))
    return seeds * (worlds + 1 + permutations * len(evidence.placebos))


def helpful(score: Score) -> str:
    """What the data to `until` say of the mechanism that a variant lacks."""
    if score.worse is None:
        return ""
    low, high = score.worse["known"]["interval"]
    return "needed" if low > 0 else "harmful" if high < 0 else "not needed"


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
    draws: Sequence[Scenario],
    seeds: Sequence[int],
    workers: int,
    until: int,
    permutations: int,
    progress: Progress = lambda done: None,
) -> dict[str, Any]:
    """Scores under permuted inputs beside those of the base: does the score fall?"""

    def score(chosen: Sequence[Scenario], before: int) -> tuple[Losses, dict[str, Any]]:
        worlds = [under(draw, evidence.worlds[BASE]) for draw in chosen]
        return scored(records(worlds, seeds, workers, (), _from(progress, before)).ensemble, past, until)

    base, scores = score(draws, 0)
    told: dict[str, Any] = {
        BASE: {"log_loss": {"known": base.known, "later": base.later}, "scores": scores},
        "permuted": {},
    }
    done = 1
    for name, placebo in evidence.placebos.items():
        found = []
        for key in range(1, permutations + 1):
            losses, scores = score([dealt(draw, placebo, key) for draw in draws], done * len(seeds))
            log_loss = {"known": losses.known, "later": losses.later}
            found.append({"key": key, "log_loss": log_loss, "worse": against(losses, base), "scores": scores})
            done += 1
        told["permuted"][name] = {"text": placebo.text, "draws": found, "fell": fell(found, told[BASE])}
    return told


def fell(found: Sequence[Mapping[str, Any]], base: Mapping[str, Any]) -> dict[str, float]:
    """Share of permutations that score worse than the base, by score."""
    return {
        "log_loss_known": float(np.mean([each["log_loss"]["known"] > base["log_loss"]["known"] for each in found])),
        "log_loss_later": float(np.mean([each["log_loss"]["later"] > base["log_loss"]["later"] for each in found])),
        "flip_order": float(
            np.mean([_low(each["scores"]["flip_order"]) < _low(base["scores"]["flip_order"]) for each in found])
        ),
    }


def _low(value: float) -> float:
    """A correlation that does not exist is as good as none."""
    return 0.0 if np.isnan(value) else value
