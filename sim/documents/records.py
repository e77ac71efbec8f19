"""What commands left in `records/`, from which pages are made."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def stored(path: Path) -> Any:
    """A record, or None where none is there yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def stamp(about: Mapping[str, str]) -> str:
    """What a record was made with."""
    kernel, scenario = (about[key][:12] for key in ("kernel_hash", "scenario_hash"))
    return f"Contraflow {about['version']}, kernel `{kernel}`, scenario `{scenario}`."
