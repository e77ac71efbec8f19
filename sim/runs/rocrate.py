"""A results folder as a Process Run Crate: what ran, on which inputs, with which software, what came out, in JSON-LD.

RO-Crate 1.3 (https://w3id.org/ro/crate/1.3) with the profile Process Run Crate 0.6 (https://w3id.org/ro/wfrun/process/0.6),
which archives, search engines and workflow systems read.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import sim
from sim.files import make_folder
from sim.runs.hashes import sha256
from sim.runs.results import Results
from sim.runs.store import CRATE, Folder

CRATE_RULES = "https://w3id.org/ro/crate/1.3"
PROFILE = "https://w3id.org/ro/wfrun/process/0.6"
SOFTWARE, RUN, LICENCE = "#contraflow", "#run", "https://creativecommons.org/licenses/by/4.0/"
_KINDS = {
    ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".json": "application/json", ".png": "image/png",
    ".yaml": "application/yaml", ".html": "text/html", ".svg": "image/svg+xml", ".pdf": "application/pdf",
    ".jsonl": "application/jsonl",
}  # fmt: skip
_TEXTS = {
    "manifest.json": "what was asked, of which scenarios, with which code, and how far it came",
    "scenario.yaml": "the resolved scenario",
    "design.parquet": "the points of the sweep",
    "runs.parquet": "one row per run",
    "summary.csv": "means, quantiles and intervals over seeds",
    "differences.csv": "differences paired by seed",
    "summary.parquet": "means, quantiles and intervals over seeds",
    "differences.parquet": "differences paired by seed",
    "failures.csv": "runs that failed, and how to repeat them",
    "report.html": "the report",
    "dictionary.csv": "every metric: table, unit, meaning, formula",
    "journal.jsonl": "starts, chunks and interruptions, with times",
    ".contraflow": "the files that the program wrote, with their hashes",
    "explore.html": "every outcome in the browser",
}
_INPUTS = ("scenario.yaml", "scenarios/", "design.parquet")


def write(results: Results, tables: Sequence[str], folder: Folder) -> Iterator[Path]:
    """Write ro-crate-metadata.json into the results folder, or into another with a copy of all it describes."""
    files = [path for path in results.stored.whole() if path.name != CRATE]
    if folder.path.resolve() != results.folder.resolve():
        for path in files:
            make_folder((folder.path / path.relative_to(results.folder)).parent, "choose another --out")
            with folder.writing(path.relative_to(results.folder).as_posix()) as part:
                shutil.copyfile(path, part)
    graph = [*_head(results.manifest), *_parts(files, results.folder)]
    parts = [each["@id"] for each in graph if each["@type"] in ("File", "Dataset") and each["@id"] != "./"]
    graph[1]["hasPart"] = _named(name for name in parts if "/" not in name.rstrip("/"))
    graph.append(_run(results.manifest, parts))
    told = {"@context": f"{CRATE_RULES}/context", "@graph": graph}
    folder.write(CRATE, json.dumps(told, indent=1, ensure_ascii=False))
    yield folder.path / CRATE


def _head(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The descriptor, the root, the profile, the licence, the software."""
    base = manifest["scenarios"][manifest["base"]]
    names = ", ".join(manifest["scenarios"])
    commit = (manifest.get("git") or {}).get("commit", "")
    # Where the code is to be had: the commit by its intrinsic name, or what the manifest says of an installed package.
    source = f"https://identifiers.org/swh:1:rev:{commit}" if commit else "manifest.json"
    version = f"{manifest['versions']['contraflow']}{f'+{commit[:12]}' if commit else ''}"
    kernel = f"agent-based simulation; kernel {manifest['kernel_hash']}"
    return [
        {
            "@id": CRATE, "@type": "CreativeWork", "about": {"@id": "./"},
            "conformsTo": {"@id": CRATE_RULES},
        },
        {
            "@id": "./", "@type": "Dataset", "name": f"Contraflow {manifest['kind']}: {names}",
            "description": base.get("question") or base.get("title") or names,
            "datePublished": manifest.get("updated", manifest["started"]), "license": {"@id": LICENCE},
            "conformsTo": {"@id": PROFILE}, "mentions": {"@id": RUN},
        },
        {"@id": PROFILE, "@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.6"},
        {
            "@id": LICENCE, "@type": "CreativeWork", "name": "Creative Commons Attribution 4.0 International",
            "description": "Share and adapt with attribution.",
        },
        {
            "@id": SOFTWARE, "@type": "SoftwareApplication", "name": "Contraflow", "description": kernel,
            "version": version, "url": source,
            "softwareRequirements": [f"{k} {v}" for k, v in manifest["versions"].items()],
        },
    ]  # fmt: skip


def _parts(files: Sequence[Path], folder: Path) -> Iterator[dict[str, Any]]:
    """Files, and the folders that hold them, each with its parts."""
    folders: dict[str, list[str]] = {}
    for path in files:
        name = path.relative_to(folder).as_posix()
        if "/" in name:
            folders.setdefault(f"{name.partition('/')[0]}/", []).append(name)
        digest = sha256(path)
        kind = _KINDS.get(path.suffix, "application/octet-stream")
        size = str(path.stat().st_size)
        yield {
            "@id": name, "@type": "File", "name": path.name, "encodingFormat": kind, "contentSize": size,
            "sha256": digest, "description": _TEXTS.get(name) or f"part of {name.rpartition('/')[0] or 'the results'}",
        }  # fmt: skip
    for name, held in folders.items():
        told = f"{name.rstrip('/').replace('_', ' ')}, see docs/results.md of Contraflow {sim.__version__}"
        yield {
            "@id": name, "@type": "Dataset", "name": name.rstrip("/"), "description": told,
            "hasPart": _named(held),
        }  # fmt: skip


def _named(names: Iterable[str]) -> Any:
    """References to entities; one stands alone, as RO-Crate 1.3 recommends."""
    found = [{"@id": name} for name in names]
    return found[0] if len(found) == 1 else found


def _run(manifest: dict[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    """The action: software, inputs, results, when, and how it ended."""
    inputs = [name for name in parts if name in _INPUTS]
    results = [name for name in parts if name not in inputs and "/" not in name.rstrip("/")]
    seeds = manifest["seeds"]
    done = manifest["status"] == "complete" and not manifest["counts"]["failed"]
    ended = "CompletedActionStatus" if done else "FailedActionStatus"
    failed = {} if done else {"error": f"{manifest['status']}; {manifest['counts']['failed']} runs failed"}
    return {
        "@id": RUN, "@type": "CreateAction", "name": manifest.get("command") or f"contraflow {manifest['kind']}",
        "description": f"{manifest['counts']['done']} runs of {len(seeds)} seeds on {manifest['host']}",
        "instrument": {"@id": SOFTWARE}, "object": _named(inputs),
        "result": _named(results), "startTime": manifest["started"],
        "endTime": manifest.get("updated", manifest["started"]),
        "actionStatus": f"http://schema.org/{ended}", **failed,
    }  # fmt: skip
