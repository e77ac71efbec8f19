"""The manifest: what was asked, of which scenarios, with which code, and how far it came."""

import hashlib
import importlib.metadata
import json
import platform
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sim
from sim.errors import Conflict, IoFailure
from sim.runs.hashes import HINT, check_listed
from sim.runs.plan import Options, Plan
from sim.runs.store import MANIFEST, Folder, Receipt
from sim.runs.tables import SCHEMA
from sim.scenario import duty
from sim.scenario.words import flatten

_COMPUTING = ("contraflow", "numpy", "numba", "scipy", "pandas", "pyarrow")  # numbers pass through these
_PACKAGES = ("numpy", "numba", "scipy", "pandas", "pyarrow", "mesa", "matplotlib", "pydantic", "pyyaml")
_CODE = ("kernel_hash", "versions", "git")
_SHAPE = {
    **dict.fromkeys(("status", "kind", "base", "keep", "kernel_hash"), str),
    **dict.fromkeys(("scenarios", "variants", "references", "counts", "versions"), dict),
    **dict.fromkeys(("seeds", "chunks"), list),
    "schema": int,
}


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def begin(plan: Plan, options: Options, kernel_hash: str) -> dict[str, Any]:
    """A new manifest. `references`: scenario -> the name of what it is compared with: the base or, where assumptions
    differ, a variant of the base under the scenario's assumptions, which stands under `variants`."""
    base = next(iter(plan.scenarios))
    told = {name: _told(scenario) for name, scenario in plan.scenarios.items()}
    asked = {base, *plan.references}
    first = plan.scenarios[base]
    lines = {n: each.policy_lines(None if n == base else first) for n, each in plan.scenarios.items() if n in asked}
    return {
        "schema": SCHEMA,
        "status": "running",
        "kind": plan.kind,
        "base": base,
        "references": dict(plan.references),
        "scenarios": {name: each for name, each in told.items() if name in asked},
        "variants": {name: each for name, each in told.items() if name not in asked},
        "lines": {name: [list(line) for line in each] for name, each in lines.items()},
        "sizes": {name: _sizes(plan.scenarios[name], [line[0] for line in each]) for name, each in lines.items()},
        "design": design(plan),
        "shard": list(options.shard) if options.shard else None,
        "until_ci": dict(options.until_ci),
        "keep": options.keep,
        "kernel_hash": kernel_hash,
        "versions": versions(),
        "git": _git(),
        "earlier_code": [],
        "host": socket.gethostname(),
        "started": now(),
    }


def design(plan: Plan) -> dict[str, Any] | None:
    """What a sweep varies; `hash` names its points."""
    if plan.design is None:
        return None
    points = hashlib.sha256(" ".join(arm.hash for arm in plan.arms).encode()).hexdigest()
    plain: dict[str, Any] = json.loads(json.dumps({**plan.about, "points": len(plan.arms), "hash": points}))
    return plain


def _sizes(scenario: Any, labels: list[str]) -> dict[str, str]:
    """Sizes in words of the policies that have these labels."""
    known = duty.sized(scenario) if labels else {}
    return {label: known[label] for label in labels if label in known}


def _told(scenario: Any) -> dict[str, Any]:
    files = {str(path): hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in scenario.files}
    return {
        "title": scenario.title,
        "question": scenario.question,
        "changed_parameters": dict(scenario.changed_parameters),
        "hash": scenario.hash,
        "start": scenario.start,
        "end": scenario.end,
        "beside": duty.beside(scenario),
        "files": files,
        "resolved": json.loads(json.dumps(scenario.resolved, default=str)),
    }


def progress(manifest: dict[str, Any], receipts: list[Receipt], failed: int, planned: int) -> dict[str, Any]:
    """Counts of what the folder holds."""
    rows: dict[str, int] = {}
    size = 0
    for receipt in receipts:
        for table, noted in receipt.files.items():
            rows[table] = rows.get(table, 0) + noted["rows"]
            size += noted["bytes"]
    done = sum(len(receipt.runs) for receipt in receipts)
    counts = {"planned": planned, "done": done, "failed": failed, "chunks": len(receipts), "bytes": size, "rows": rows}
    chunks = sorted(receipt.chunk for receipt in receipts)
    return {**manifest, "counts": counts, "chunks": chunks, "updated": now()}


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder. Raises IoFailure where it is missing or damaged, Conflict where it is none of
    ours or of another schema."""
    path = folder / MANIFEST
    check_listed(path)
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        lacking = [name for name, kind in _SHAPE.items() if not isinstance(told[name], kind)]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise IoFailure(f"{path} is damaged: {type(error).__name__}: {error}", HINT) from error
    if lacking:
        raise IoFailure(f"{path} is damaged: {', '.join(lacking)}", HINT)
    if told["schema"] != SCHEMA:
        raise Conflict(f"{path} is of schema {told['schema']!r}; this version reads {SCHEMA}", "run the study again")
    return told


def write(folder: Folder, manifest: dict[str, Any]) -> None:
    """Replace the manifest in one step."""
    folder.write(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))


def check_same(folder: Folder, old: dict[str, Any], new: dict[str, Any], accept: bool = False) -> None:
    """Raises Conflict, saying what differs, if the folder holds results of another configuration or, unless `accept`,
    of other code."""
    found, code = list(_differences(old, new)), list(code_changes(old, new))
    if found or (code and not accept):
        hint = "choose another --out, or --force to start over"
        hint = hint if found else f"{hint}; --accept-code-change keeps what is there beside what runs now"
        found += code
        shown = "; ".join(found[:4]) + (f"; and {len(found) - 4} more" if len(found) > 4 else "")
        raise Conflict(f"{folder.path} holds other results: {shown}", hint)


def earlier_code(*manifests: dict[str, Any]) -> list[dict[str, Any]]:
    """The codes that runs of a folder come from, but for that of the last manifest: each once, the oldest first."""
    now = manifests[-1]
    found: list[dict[str, Any]] = []
    for each in manifests:
        found += each.get("earlier_code", [])
        if each is not now and any(code_changes(each, now)):
            found.append({key: each.get(key) for key in _CODE})
    return [code for n, code in enumerate(found) if all(any(code_changes(code, other)) for other in found[:n])]


def code_changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """How the code of two manifests differs, as far as numbers may depend on it."""
    if old["kernel_hash"] != new["kernel_hash"]:
        yield f"the model's code changed ({old['kernel_hash'][:8]} -> {new['kernel_hash'][:8]})"
    for name in _COMPUTING:
        if (was := old["versions"].get(name)) != (told := new["versions"].get(name)):
            yield f"{name} {was} -> {told}"


def _differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if old.get("schema") != new["schema"]:
        yield f"schema {old.get('schema')} -> {new['schema']}"
    if list(old["scenarios"]) != list(new["scenarios"]):
        yield f"scenarios {' '.join(old['scenarios'])} -> {' '.join(new['scenarios'])}"
    for name in [name for name in old["scenarios"] if name in new["scenarios"]]:
        was, told = old["scenarios"][name], new["scenarios"][name]
        if was["hash"] != told["hash"]:
            yield from _changes(name, was["resolved"], told["resolved"])
    if old.get("design") != new["design"]:
        yield from _design_changes(old.get("design") or {}, new["design"] or {})
    if old.get("shard") != new["shard"]:
        yield f"shard {_part(old.get('shard'))} -> {_part(new['shard'])}"
    if old["keep"] != new["keep"]:
        yield f"--keep {old['keep']} -> {new['keep']}"


def _design_changes(was: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    """What differs between two designs; points may also differ by the scenario they start from."""
    keys = [key for key in dict.fromkeys([*was, *told]) if key != "hash" and was.get(key) != told.get(key)]
    for key in keys or ["points"]:
        yield f"design {key}: {_short(was.get(key))} -> {_short(told.get(key))}"


def _part(shard: list[int] | None) -> str:
    return f"{shard[0]}/{shard[1]}" if shard else "none"


def _changes(name: str, was: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    """Dotted paths at which two resolved scenarios differ."""
    one, other = flatten(was), flatten(told)
    for path in dict.fromkeys([*one, *other]):
        if one.get(path) != other.get(path):
            yield f"{name} {path}: {_short(one.get(path))} -> {_short(other.get(path))}"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."


def versions() -> dict[str, str]:
    found = {"contraflow": sim.__version__, "python": platform.python_version(), "system": platform.platform()}
    return {**found, **{name: importlib.metadata.version(name) for name in _PACKAGES}}


def _git() -> dict[str, Any] | None:
    """Commit of the code and whether it was edited since; None outside a clone."""
    root = Path(sim.__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        command = ("git", "-C", str(root), "status", "--porcelain=v2", "--branch", "sim")
        told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return None
    commit = next(line.removeprefix("# branch.oid ") for line in told if line.startswith("# branch.oid "))
    return {"commit": commit, "edited": not all(line.startswith("#") for line in told)}
