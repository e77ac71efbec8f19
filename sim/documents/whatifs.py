"""Runs every group of what-ifs and writes its effects into docs/whatifs.md: `python -m sim.documents.whatifs`.

The numbers depend on the world's parameters and on the seeds, so no test compares them; run it again when either moves.
"""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.documents import filled
from sim.documents.markdown import table
from sim.runs import compare, effects
from sim.runs.compare import Effect
from sim.scenario import load
from sim.scenario.groups import Group, listed_groups, read_group

PAGE = Path("docs") / "whatifs.md"
HEAD = {  # metric -> heading and how it is shown: as it is, as points, or over the base's level
    "active_market_access": ("market access", "plain"),
    "active_co_innovation": ("co-innovation", "plain"),
    "active_globalize": ("globalising", "plain"),
    "chinese_share_abroad": ("Chinese share abroad, points", "points"),
    "technology_gap": ("technology gap, log × 100", "points"),
    "flips": ("flips a year", "plain"),
    "welfare": ("world welfare, %", "percent"),
}


def cell(effect: Effect, shown: str) -> str:
    """A difference with the half width of its 95 % interval, bold where the interval leaves out zero."""
    scale = {"plain": 1.0, "points": 100.0, "percent": 100.0 / effect.base if effect.base else 0.0}[shown]
    middle, half = scale * effect.difference, abs(scale) * (effect.hi - effect.lo) / 2
    digits = min(max(1 - math.floor(math.log10(half)), 0), 5) if half > 0.0 else 0  # two that count of the half width
    text = f"{middle:+.{digits}f}" if middle or half else "0"
    return f"{f'**{text}**' if effect.sign else text} ±{half:.{digits}f}"


def base_row(name: str, found: Sequence[Effect]) -> list[str]:
    """Levels of the base; welfare is a difference only."""
    levels = {effect.metric: effect.base for effect in found}
    shown = [
        "" if how == "percent" else f"{levels[metric] * (100.0 if how == 'points' else 1.0):.1f}"
        for metric, (_, how) in HEAD.items()
    ]
    return [f"*`{name}`*", *shown]


def section(group: Group, results: Any) -> str:
    """Heading, question, table and channels of a group."""
    found = effects(results, tuple(HEAD), group.year)
    rows = [base_row(group.base, found)]
    ways = []
    for member, path in zip(group.scenarios, group.files[1:], strict=True):
        scenario = load(path)
        mine = {effect.metric: effect for effect in found if effect.scenario == scenario.name}
        rows.append([f"`{member}`", *(cell(mine[metric], how) for metric, (_, how) in HEAD.items())])
        ways.append(f"- `{member}`: {scenario.channel}")
    head = [f"{group.year}", *(words for words, _ in HEAD.values())]
    intro = f"{group.question} `python run.py compare @{group.name}`; n = {found[0].n}."
    return "\n".join([f"### {group.title}", "", intro, "", table(head, rows), "", *ways])


def main() -> None:
    """Runs what is not yet stored, then writes the page."""
    asked = argparse.ArgumentParser(prog="python -m sim.documents.whatifs", description=__doc__)
    asked.add_argument("--seeds", default="20", help="N or A:B")
    asked.add_argument("--workers", type=int, default=None)
    asked.add_argument("--out", type=Path, default=Path("results") / "whatifs", help="folder for the groups' results")
    given = asked.parse_args()
    sections = []
    for name, _ in listed_groups():
        print(name, flush=True)
        options = {"out": given.out / name[1:], "keep": "summary", "force": True}
        sections.append(section(read_group(name), compare(name, seeds=given.seeds, workers=given.workers, **options)))
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(page, {"effects": "\n\n".join(sections)}), encoding="utf-8")
    print(f"written: {PAGE}")


if __name__ == "__main__":
    main()
