"""Shards of one study, run apart, in one folder."""

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sim.errors import Conflict, UsageError, expect
from sim.runs import manifest as manifests
from sim.runs.course import finish
from sim.runs.engines import default_workers
from sim.runs.plan import Plan
from sim.runs.results import Results
from sim.runs.store import Folder
from sim.runs.verified import Verified


def merge(
    folders: Sequence[str | Path],
    out: str | Path,
    force: bool = False,
    command: str = "",
    note: Callable[[str], None] = lambda note: None,
    accept_code_change: bool = False,
) -> Results:
    """Unite the runs of several folders of one study in `out`, and sum them up; the folders stay as they are.

    The same study may go on in `out` afterwards. `accept_code_change`: also where they ran with other code. Raises
    UsageError where a folder holds no results, Conflict where they are of different studies or in use, CannotCreate,
    IoFailure.
    """
    expect("folders", folders, (list, tuple), "list of folders")
    if not folders:
        raise UsageError("folders: none to merge", "give those that run, compare or sweep wrote")
    for path in (*folders, out):
        expect("merge", path, (str, Path), "path")
    sources = [Folder(Path(path)) for path in folders]
    told = [_opened(source) for source in sources]
    for source, other in zip(sources[1:], told[1:], strict=True):
        manifests.check_same(source, other, told[0], accept_code_change)
    target = Folder(Path(out))
    target.create()
    with target.lock():
        if target.holds_results and force:
            target.clear()
        elif target.holds_results:
            there = {**manifests.read(target.path), "shard": None}
            manifests.check_same(target, there, told[0], accept_code_change)
            told.append(there)
        seeds = sorted({seed for each in told for seed in each["seeds"]})
        codes = manifests.earlier_code(*told[1:], told[0])
        manifest = {**told[0], "seeds": seeds, "command": command, "status": "running", "earlier_code": codes}
        manifests.write(target, manifest)
        for source in sources:
            _copy(source, target)
        _sum_up(target, manifest, note)
    return Results(target.path)


def _opened(source: Folder) -> dict[str, Any]:
    """The manifest of a folder, as if it were no shard."""
    if owner := source.in_use():
        raise Conflict(f"{source.path} is in use by {owner}", "wait until it ends")
    return {**Verified.open(source.path).manifest, "shard": None}


def _copy(source: Folder, target: Folder) -> None:
    """Scenarios, design and chunks, each receipt after its files."""
    stored = Verified(source.path)
    for name in ("scenario.yaml", "design.parquet", "scenarios"):
        for path in sorted((source.path / name).glob("*.yaml")) or [source.path / name]:
            if path.is_file():
                name = path.relative_to(source.path).as_posix()
                _link(stored.file(name), target.writing(name))
    for table in {table: None for receipt in stored.receipts for table in receipt.files}:
        stored.files(table)  # all are checked before any is taken
    for receipt in stored.receipts:
        for table in receipt.files:
            name = f"{table}/{receipt.chunk}.parquet"
            _link(source.path / name, target.unlisted(name))
        target.sign(receipt)


def _link(path: Path, target: AbstractContextManager[Path]) -> None:
    """The same file under two names where the disk can, else a copy."""
    with target as part:
        try:
            os.link(path, part)
        except OSError:
            shutil.copyfile(path, part)


def _sum_up(target: Folder, manifest: dict[str, Any], note: Callable[[str], None]) -> None:
    receipts = target.repair(note)
    succeeded = {run for receipt in receipts for run in receipt.runs}
    failures = {told.run_id: told for receipt in receipts for told in receipt.failures if told.run_id not in succeeded}
    finish(target, _plan(target, manifest), receipts, list(failures.values()), partial=False, workers=default_workers())
    missing = manifest["runs"] - len(succeeded) - len(failures)
    if missing:
        note(f"{missing} of {manifest['runs']} runs are missing; the command of the study with this --out runs them")
    told = {**manifest, "status": "stopped" if missing else "complete"}
    manifests.write(target, manifests.progress(told, receipts, len(failures), manifest["runs"]))


def _plan(target: Folder, manifest: dict[str, Any]) -> Plan:
    """As much of the plan as summing up needs."""
    names = dict.fromkeys([*manifest["scenarios"], *manifest["variants"]])
    design = target.path / "design.parquet"
    table = pq.ParquetFile(design).read() if design.is_file() else None
    about = manifest["design"] or {}
    return Plan(manifest["kind"], names, tuple(manifest["seeds"]), manifest["references"], design=table, about=about)
