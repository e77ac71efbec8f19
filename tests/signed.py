"""A made-up results folder, made ours: its files listed, its chunks signed, its manifest filled up."""

import json
from pathlib import Path

import pyarrow.parquet as pq

from sim.files import Ledger, signature
from sim.runs.store import MANIFEST, Folder, Receipt
from sim.runs.tables import SCHEMA

_KEYS = {
    **dict.fromkeys(("kind", "base", "kernel_hash"), ""),
    **{key: {} for key in ("scenarios", "variants", "references", "versions")},
    "counts": {"rows": {}, "done": 1, "failed": 0},
    "seeds": [],
    "status": "complete",
    "keep": "trajectories",
    "schema": SCHEMA,
}


def sign(folder: Path) -> Path:
    """Sign what the folder holds now, whatever wrote it; returns the folder."""
    held = Folder(folder)
    held.ledger.begin()
    chunks: dict[str, dict[str, dict[str, object]]] = {}
    for path in sorted(folder.glob("*/*.parquet")):
        rows = pq.ParquetFile(path).metadata.num_rows
        noted = {"rows": rows, **signature(path)._asdict()}
        chunks.setdefault(path.stem, {})[path.parent.name] = noted
    for chunk, files in chunks.items():
        held.sign(Receipt(chunk, files=files))
    told = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**_KEYS, **told, "chunks": sorted(chunks)}))
    ledger = Ledger(folder)
    for path in (*folder.glob("*"), *folder.glob("scenarios/*"), *folder.glob("figures/*")):
        if path.is_file() and not path.name.startswith("."):
            ledger.note(path.relative_to(folder).as_posix(), signature(path))
    return folder
