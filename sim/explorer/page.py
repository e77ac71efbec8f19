"""The explorer as one file: a folder's numbers, the scripts that show them, and a policy that lets nothing else in."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import numpy as np
from markupsafe import Markup

from sim.errors import NotEnough, UsageError
from sim.explorer import about, blocks
from sim.explorer.blocks import GAPS, LEVELS, Block
from sim.explorer.curves import Curves, read
from sim.explorer.packed import pack, units, whole
from sim.plots.stored import Stored
from sim.study import Results
from sim.study.tables import ALL

HERE = Path(__file__).parent
LIBRARIES = ("vega.min.js", "vega-lite.min.js", "vega-interpreter.js")
SCRIPTS = ("unpack.js", "words.js", "state.js", "chart.js", "controls.js", "main.js")
MOST = 5_000_000  # numbers in a page; some 4 MB


class Scope(NamedTuple):
    """What a page holds of a folder; `last`: of the last year only."""

    metrics: list[str]
    sectors: list[str]
    last: bool
    omitted: str


def render(folder: Path, metrics: Sequence[str] | None = None, sectors: Sequence[str] | None = None) -> str:
    """The page as HTML. Raises UsageError for unknown metrics or sectors, NotEnough for a folder without numbers."""
    results, stored = Results.open(folder), Stored(folder)
    curves = read(results, stored)
    scope = _scope(results, stored, curves, metrics, sectors)
    sweep = stored.manifest.get("kind") == "sweep"
    found = (
        blocks.swept(results, curves, scope.metrics, scope.sectors, scope.last)
        if sweep
        else blocks.summed(results, curves, scope.metrics, scope.sectors)
    )
    packed = {block.metric: _packed(block) for block in found}
    packed = {metric: told for metric, told in packed.items() if told["cells"]}
    if not packed:
        raise NotEnough(f"{folder} holds no numbers to explore", "run it first")
    data = json.dumps(_told(stored, curves, scope, packed), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _page(stored, data.replace("<", "\\u003c"))


def _told(stored: Stored, curves: Curves, scope: Scope, packed: dict[str, Any]) -> dict[str, Any]:
    named = _named(stored)
    cells = [tuple(cell) for told in packed.values() for cell in told["cells"]]
    return {
        "kind": _kind(stored),
        "folder": stored.folder.resolve().name,
        "base": stored.title(stored.base),
        "question": stored.entries[stored.base].get("question", ""),
        "curves": [curve.title for curve in curves.curves],
        "references": [pair.reference for pair in curves.pairs],
        "choices": [asdict(choice) for choice in curves.choices],
        "metrics": [about.metric(name, named) for name in about.ordered(named) if name in packed],
        **about.places(cells),
        "policies": about.policies(stored, curves),
        "change": about.first_change(stored),
        "observed": about.evidence(packed, scope.sectors),
        "omitted": scope.omitted,
        "blocks": packed,
    }


def _kind(stored: Stored) -> str:
    kind = str(stored.manifest.get("kind"))
    return "experiment" if kind == "sweep" and (stored.manifest["design"] or {}).get("kind") == "experiment" else kind


def _named(stored: Stored) -> list[str]:
    """Metrics of the outcomes that a sweep's file names."""
    outcomes = (stored.manifest.get("design") or {}).get("outcomes") or []
    return list(dict.fromkeys(str(outcome).split("@")[0] for outcome in outcomes))


def _scope(
    results: Results, stored: Stored, curves: Curves, metrics: Sequence[str] | None, sectors: Sequence[str] | None
) -> Scope:
    """All there is, if it fits into a page; else less, and what is left out in words."""
    known, named = about.ordered(_named(stored)), _named(stored)
    if metrics is not None:
        _check("--metrics", metrics, known)
    there, years, regions = _extent(results, stored)
    if sectors is not None:
        _check("--sectors", sectors, there)
    chosen, asked = list(metrics or known), list(sectors or there)
    numbers = len(LEVELS) * len(curves.curves) + len(GAPS) * len(curves.pairs)
    head = [name for name in chosen if name in (*named, *about.HEADLINES)] or chosen
    pooled = [ALL] if ALL in asked else asked[:1]
    tried = (
        Scope(chosen, asked, False, ""),
        Scope(head, asked, False, "metrics beside the headlines"),
        Scope(head, pooled, False, "metrics beside the headlines, and sectors apart"),
        Scope(head, asked, True, "metrics beside the headlines, and years before the last"),
        Scope(head, pooled, True, "metrics beside the headlines, sectors apart, and years before the last"),
    )
    swept = stored.manifest.get("kind") == "sweep"
    for scope in tried:
        held = 1 if scope.last else years
        by_sector = sum(name in about.BY_SECTOR for name in scope.metrics) * held
        by_region = sum(name in about.BY_REGION for name in scope.metrics) * regions * held
        if numbers * len(scope.sectors) * (by_sector + by_region) <= MOST and (swept or not scope.last):
            return scope
    return tried[-1] if swept else tried[2]


def _extent(results: Results, stored: Stored) -> tuple[list[str], int, int]:
    """Sectors that the folder has, the years it reports, and in how many regions it has markets in all these years."""
    table = results.table("final", ["sector"]) if stored.has("final") else None
    if table is None:
        frame = results.summary
        sectors, years = frame["sector"].astype(str), frame["year"]
        return list(dict.fromkeys(sectors)), int(years.max() - years.min()) + 1, int(frame["region"].nunique())
    sectors = list(dict.fromkeys(table["sector"].unify_dictionaries().to_pylist()))
    entry = stored.entries[stored.base]
    regions = len((entry.get("resolved") or {}).get("regions") or ()) or 6
    return sectors, int(entry["end"]) - int(entry["start"]) + 1, regions


def _check(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    from difflib import get_close_matches

    wrong = next((name for name in names if name not in known), None)
    if wrong is not None:
        near = get_close_matches(wrong, known, n=3, cutoff=0.5) or list(known)[:12]
        raise UsageError(f"{option}: {wrong!r} is not in this folder", f"there are {', '.join(near)}")


def _packed(block: Block) -> dict[str, Any]:
    """A metric's numbers as text; cells without any value are left out."""
    some = np.flatnonzero(np.isfinite(block.levels["mean"]).any(axis=(0, 2)))
    level = {name: values[:, some] for name, values in block.levels.items()}
    gap = {name: values[:, some] for name, values in block.gaps.items()}
    of_level = units(np.concatenate([level["mean"], level["q05"], level["q95"], level["half"]]))
    below, above = level["mean"] - level["q05"], level["q95"] - level["mean"]
    levels = [level["mean"], level["half"], below, above]
    parts = [whole(values, of_level) for values in levels] + [whole(level["n"], 1.0)]
    known = [np.isfinite(values) for values in (*levels, level["n"])]
    of_gap = np.ones(len(some))
    if len(gap["n"]):
        of_gap = units(np.concatenate([gap["difference"], gap["half"]]))
        parts += [whole(gap["difference"], of_gap), whole(gap["half"], of_gap)]
        parts += [whole(gap["p_positive"], 0.001), whole(gap["n"], 1.0)]
        known += [np.isfinite(gap[name]) for name in GAPS]
    return {
        "cells": [list(block.cells[cell]) for cell in some],
        "years": block.years.tolist(),
        "units": [of_level.tolist(), of_gap.tolist()],
        "numbers": pack(parts, np.concatenate(known)) if len(some) else "",
    }


def _page(stored: Stored, data: str) -> str:
    libraries = [_library(name) for name in LIBRARIES]
    ours = "\n".join((HERE / "page" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    scripts = [*libraries, f'"use strict";\n(() => {{\n{ours}\n}})();\n']
    style_ = (HERE / "page" / "page.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "page"), autoescape=True, trim_blocks=True)
    return environment.get_template("page.html.j2").render(
        title=f"Explore: {_title(stored)}",
        heading=_title(stored),
        question=stored.entries[stored.base].get("question", ""),
        experiment=_kind(stored) == "experiment",
        policy=f"default-src 'none'; script-src {' '.join(_hashes(scripts))}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        style=Markup(style_),
        scripts=[Markup(script) for script in scripts],
        data=Markup(data),
        made=about.made(stored),
    )


def _library(name: str) -> str:
    """A library as a plain script: as published, but that its map is not asked for, and a module is a name."""
    text = (HERE / "vendor" / name).read_text(encoding="utf-8")
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    if name == "vega-interpreter.js":
        text = re.sub(r"^import (\{[^}]*\}) from 'vega-util';", r"const \1 = vega;", text)
        text = re.sub(r"^export \{ (\w+) as \w+ \};", r"globalThis.vegaInterpreter = \1;", text, flags=re.MULTILINE)
        text = f"(() => {{\n{text}\n}})();"
    return text


def _hashes(scripts: list[str]) -> Iterator[str]:
    """What the page's policy lets run: these scripts, to the letter."""
    for script in scripts:
        digest = hashlib.sha256(script.encode("utf-8")).digest()
        yield f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _title(stored: Stored) -> str:
    if not stored.others:
        return stored.title(stored.base)
    return f"{' · '.join(stored.title(name) for name in stored.others)} against {stored.title(stored.base)}"
