"""The scorecard as one record: what `--json` writes and every table is made from."""

from collections.abc import Callable
from typing import Any

import numpy as np

import sim
from sim.evidence import history
from sim.evidence.scorecard.card import BAND, Plan, Worlds, needed, plain, run_worlds, scorecard
from sim.evidence.scorecard.declared import BASE, Evidence
from sim.evidence.scorecard.draws import drawing
from sim.evidence.scorecard.variants import placebos, runs_planned, variants
from sim.machine.compiled import kernel_hash
from sim.model.columns import SCHEMA
from sim.model.parameters import parameters

Progress = Callable[[int], None]


def planned(evidence: Evidence, seeds: int, permutations: int | None) -> int:
    """Runs that `gather` needs."""
    worlds = len(needed([*evidence.facts, *evidence.regressions]))
    return seeds * worlds + (0 if permutations is None else runs_planned(evidence, seeds, permutations))


def gather(
    evidence: Evidence,
    plan: Plan,
    command: str,
    permutations: int | None = None,
    progress: Progress = lambda done: None,
) -> tuple[dict[str, Any], Worlds]:
    """The whole record, and the worlds it was made from. `permutations`: of placebos; None leaves variants out."""
    worlds = run_worlds(evidence, needed([*evidence.facts, *evidence.regressions]), plan, progress)
    rows, regressions = scorecard(evidence, worlds, plan.until)
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "about": about(plan, worlds[BASE].ensemble.draws, command),
        "sections": dict(evidence.sections),
        "facts": rows,
        "regressions": regressions,
        "absent": evidence.absent,
        "reasons": {each.id: each.why for each in (*evidence.facts, *evidence.regressions) if each.why},
        "worlds": {name: evidence.worlds[name] for name in worlds},
        "parameters": fitted(plan),
    }
    if permutations is not None:
        past, done = history.read(), len(plan.seeds) * len(worlds)
        told["variants"] = variants(evidence, past, plan, lambda more: progress(done + more))
        done += len(plan.seeds) * len(needed_by_variants(evidence))
        told["placebos"] = placebos(evidence, past, plan, permutations, lambda more: progress(done + more))
    return plain(told), worlds


def needed_by_variants(evidence: Evidence) -> list[str]:
    """Worlds of all variants together, the base first."""
    from sim.evidence.scorecard.variants import patterns

    return needed(patterns(evidence)) * (1 + len(evidence.variants))


def about(plan: Plan, number: int, command: str) -> dict[str, Any]:
    """What the record was made with."""
    return {
        "version": sim.__version__,
        "kernel_hash": kernel_hash(),
        "scenario_hash": drawing(plan.set, plan.settings).hash,
        "set": plan.set,
        "draws": number,
        "until": plan.until,
        "runs": len(plan.seeds),
        "command": command,
    }


def fitted(plan: Plan) -> dict[str, Any]:
    """Fitted parameters: 5, 50 and 95 % over the draws of the set, and what they are fitted to."""
    chosen = drawing(plan.set, plan.settings)
    return {
        name: {
            "symbol": each.symbol,
            "text": each.text,
            "unit": each.unit,
            "default": each.at_work,
            "values": [float(v) for v in np.quantile(chosen.draws.get(name, (chosen.parameters[name],)), BAND)],
            "source": each.source,
        }
        for name, each in parameters().items()
        if each.fitted
    }
