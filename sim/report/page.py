"""What the report says, from the stored tables; how it looks is in `report.html.j2`."""

import base64
import csv
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup

from sim.errors import NotEnough
from sim.plots import FIGURES, forest, style
from sim.plots.cells import Cell, cell_words, span
from sim.plots.sheet import INDEX
from sim.plots.stored import Line, Stored
from sim.report import EXPLORER, swept
from sim.report import told as in_words
from sim.report.drawn import Parameters
from sim.report.misses import Misses
from sim.report.sections import answers, design, example, fate_table, headline_cells, once
from sim.runs.acting import acting
from sim.runs.manifest import code_changes
from sim.runs.tables import ALL

FIRST_FIGURE = "compare-effects"  # shown before all others: it answers the question


class Picture(NamedTuple):
    """A figure on the page."""

    name: str
    title: str
    caption: str
    alt: str
    image: Markup
    files: list[str]


def render(folder: Path, told: dict[str, Any] | None = None) -> str:
    """The page as HTML; `told`: its content, if it is known already."""
    template = templates().get_template("report.html.j2")
    return template.render(**(told or content(folder)), figures=list(_figures(folder / FIGURES)))


def content(folder: Path) -> dict[str, Any]:
    """What the page tells, but for its figures."""
    stored = Stored(folder)
    sweep = swept.content(folder) if stored.manifest.get("kind") == "sweep" else None
    summary = sweep.summary if sweep else stored.sums("summary")
    if not len(summary):
        raise NotEnough(f"{folder} holds no summary", "run it first")
    names = [stored.base, *stored.others]
    seeds = stored.manifest.get("seeds") or []
    runs = len(seeds) if seeds else span(summary["n"])
    years = int(summary["year"].min()), int(summary["year"].max())
    span_of_policy = _policy_years(stored, years[1])
    fates = fate_table(stored)
    parameters = Parameters(stored)
    told, shared = once(list(answers(stored, parameters)))
    return dict(
        title=f"{title_of(stored)}, at {sweep.points} points" if sweep else title_of(stored),
        question=stored.entries[names[-1]].get("question", "") if len(names) <= 2 else "",
        answers=told,
        shared=shared,
        misses=Misses(stored).content(),
        design=design(stored, parameters, "one run" if runs in (1, "1") else f"{runs} seeds", years),
        scenarios=[_scenario(stored, name, span_of_policy) for name in names],
        policy_years=span_of_policy,
        variants=[stored.title(name) for name in stored.variants],
        compared=bool(stored.others),
        sweep=sweep,
        year=years[1],
        runs=runs,
        seeds=seeds_of(seeds),
        effects=list(_effects(stored, parameters)) if stored.others else [],
        levels=[] if stored.others else list(_levels(stored) if sweep is None else _swept(sweep)),
        ranges=bool(parameters.effects),
        limit=parameters.limit,
        welfare=in_words.welfare_by_region(stored) if stored.others else [],
        fates=fates,
        explain=example(stored) if fates else "",
        explorer=EXPLORER if (folder / EXPLORER).is_file() else "",
        failures=_failures(stored.door.file("failures.csv") if stored.has("failures.csv") else None),
        command=_command(stored.manifest),
        versions=stored.manifest.get("versions", {}),
        hashes=_hashes(stored),
        status=stored.manifest.get("status", ""),
    )


def templates() -> jinja2.Environment:
    """The pages' templates."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def title_of(stored: Stored) -> str:
    """What a folder is about: a scenario, or others against it."""
    if not stored.others:
        return stored.title(stored.base)
    others = [stored.title(name) for name in stored.others]
    return f"{' · '.join(others)} against {stored.title(stored.base)}"


def _policy_years(stored: Stored, last: int) -> tuple[int, int]:
    """First and last year of the bars beside policies."""
    lines = [line for name in stored.entries for line in stored.lines(name)]
    return int(min((line.announce for line in lines), default=last)), last


def _bar(line: Line, years: tuple[int, int]) -> tuple[float, float, float]:
    """Where a policy is announced and begins, and how long it lasts, in % of the bar's years."""
    first, wide = years[0], years[1] + 1 - years[0]
    announce, start, end = (100 * min(max((at - first) / wide, 0), 1) for at in (line.announce, line.start, line.end))
    return round(announce, 1), round(start, 1), round(end - start, 1)


def _scenario(stored: Stored, name: str, years: tuple[int, int]) -> dict[str, Any]:
    entry = stored.entries[name]
    sizes = (stored.manifest.get("sizes") or {}).get(name, {})
    policies = [
        {
            "label": line.label,
            "size": sizes.get(line.label, ""),
            "bar": _bar(line, years),
            "announce": style.quarter(line.announce),
            "start": style.quarter(line.start),
            "end": style.quarter(line.end) if line.end < 9999 else "stays",
        }
        for line in stored.lines(name)
    ]
    return {
        "name": name,
        "title": stored.title(name),
        "question": entry.get("question", ""),
        "policies": policies,
        "changed": dict(entry.get("changed_parameters") or {}),
        "standing": _standing((entry.get("resolved") or {}).get("posterior") or {}),
        "color": style.stroke(name, [stored.base, *stored.others]).color,
    }


def _standing(posterior: dict[str, Any]) -> str:
    """The parameter set in words, empty if there is none."""
    if not posterior:
        return ""
    name = posterior["set"] + (f" without {posterior['left_out']}" if posterior.get("left_out") else "")
    if posterior.get("draws"):
        how = "each with the same luck" if posterior.get("crossed") else "taken in turn by the seeds"
        return f"{name}, {posterior['draws']} draws, {how}"
    return f"{name}, draw {posterior['draw']}"


def seeds_of(seeds: list[int]) -> str:
    """Seeds as a range, if they are one."""
    if len(seeds) > 1 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))


def _effects(stored: Stored, parameters: Parameters) -> Iterator[dict[str, Any]]:
    """A row per outcome where the policies act, and per headline metric of all sectors: the base's level, and what each
    scenario changes."""
    there = dict.fromkeys(each for name in stored.others for each in acting(stored.manifest, name))
    panels = [*(Cell(*each[:2], "" if each.region == ALL else each.region) for each in there), *headline_cells(stored)]
    table = forest.effects(stored, panels)
    for cell in panels:
        mine = {row.scenario: row for row in cell.of(table).itertuples()}
        if len(mine):
            base = style.number(float(next(iter(mine.values())).base), cell.field)
            told = [in_words.effect(mine.get(name), cell.field) for name in stored.others]
            if cell.sector == ALL and not cell.region:
                ranges = [parameters.range_of(name, cell.metric, cell.field) for name in stored.others]
                told = [{**each, "drawn": drawn} for each, drawn in zip(told, ranges, strict=True)]
            yield _named(cell) | {"base": base, "cells": told}


def _named(cell: Cell) -> dict[str, str]:
    unit = "%" if style.percent(cell.field) else style.unit(cell.field)
    where = "" if cell.sector == ALL and not cell.region else f": {cell_words(cell)}"
    return {"text": style.polish(f"{cell.field.text}{where}"), "formula": cell.field.formula, "unit": unit}


def _levels(stored: Stored) -> Iterator[dict[str, Any]]:
    """A row per headline metric of a single run: first and last year with the interval of the mean."""
    for cell in headline_cells(stored):
        rows = cell.of(stored.sums("summary"))
        ends = [rows.iloc[0], rows.iloc[-1]]
        yield _named(cell) | {
            "years": [int(row["year"]) for row in ends],
            "values": [swept.level(row, cell) for row in ends],
        }


def _swept(sweep: swept.Content) -> Iterator[dict[str, Any]]:
    """A row per headline metric of a sweep."""
    for cell, values in sweep.rows:
        yield _named(cell) | {"years": swept.COLUMNS, "values": values}


def _figures(folder: Path) -> Iterator[Picture]:
    index = folder / INDEX
    found = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else []
    for entry in sorted(found, key=lambda one: (one["name"] != FIRST_FIGURE, one["name"])):
        files = [path.name for path in sorted(folder.glob(f"{entry['name']}.*"))]
        image = _image(folder, entry["name"], entry["alt"])
        if image:
            links = [f"{FIGURES}/{name}" for name in files]
            yield Picture(entry["name"], entry["title"], entry["caption"], entry["alt"], image, links)


def _image(folder: Path, name: str, alt: str) -> Markup | None:
    vector, pixels = folder / f"{name}.svg", folder / f"{name}.png"
    if vector.is_file():
        return inline(vector.read_text(encoding="utf-8"), name, alt)
    if pixels.is_file():
        data = base64.b64encode(pixels.read_bytes()).decode("ascii")
        return Markup('<img src="data:image/png;base64,{}" alt="{}">').format(data, alt)
    return None


def inline(svg: str, name: str, alt: str) -> Markup:
    """An SVG file as an element of the page: its ids made unique, its text alternative said."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = body.replace("url(#", f"url(#{name}-").replace('href="#', f'href="#{name}-')
    label = Markup('<svg role="img" aria-label="{}"').format(alt)
    return Markup(body.replace("<svg", label, 1))


def _failures(path: Path | None) -> int:
    if path is None:
        return 0
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def _command(manifest: dict[str, Any]) -> str:
    found = manifest.get("command", "")
    return found if isinstance(found, str) else shlex.join(map(str, found))


def _hashes(stored: Stored) -> list[tuple[str, str]]:
    """What identifies the inputs and the code."""
    found = [(f"scenario {name}", str(entry.get("hash", ""))) for name, entry in stored.entries.items()]
    git = stored.manifest.get("git") or {}
    code = [("kernel", str(stored.manifest.get("kernel_hash", ""))), ("commit", str(git.get("commit", "")))]
    for earlier in stored.manifest.get("earlier_code", []):
        changed = ", ".join(code_changes(earlier, stored.manifest))
        code.append(("some runs are of earlier code", f"{earlier['kernel_hash']}: {changed}"))
    return [(name, text) for name, text in [*found, *code] if text]
