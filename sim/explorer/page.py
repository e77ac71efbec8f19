"""The explorer as one file: a folder's numbers, the scripts that show them, and a policy that lets nothing else in."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from sim.explorer import about
from sim.explorer.contents import contents, kind
from sim.plots.stored import Stored
from sim.report.page import title_of

HERE = Path(__file__).parent
LIBRARIES = ("vega.min.js", "vega-lite.min.js", "vega-interpreter.js")
SCRIPTS = ("unpack.js", "words.js", "state.js", "chart.js", "controls.js", "main.js")
POLICY = (
    "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)


def render(folder: Path, metrics: Sequence[str] | None = None, sectors: Sequence[str] | None = None) -> str:
    """The page as HTML. Raises UsageError for unknown metrics or sectors, NotEnough for a folder without numbers."""
    told = contents(folder, metrics, sectors)
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _page(Stored(folder), data.replace("<", "\\u003c"))


def _page(stored: Stored, data: str) -> str:
    libraries = [_library(name) for name in LIBRARIES]
    ours = "\n".join((HERE / "page" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    scripts = [*libraries, f'"use strict";\n(() => {{\n{ours}\n}})();\n']
    style_ = (HERE / "page" / "page.css").read_text(encoding="utf-8")
    names = [stored.base, *stored.others]
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "page"), autoescape=True, trim_blocks=True)
    return environment.get_template("page.html.j2").render(
        title=f"Explore: {title_of(stored)}",
        heading=title_of(stored),
        question=stored.entries[names[-1]].get("question", "") if len(names) <= 2 else "",
        experiment=kind(stored) == "experiment",
        policy=POLICY.format(" ".join(_hashes(scripts))),
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
