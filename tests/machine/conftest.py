"""A part of the package to edit."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def package(root: Path, tmp_path: Path) -> Path:
    """A folder with a copy of the modules below the rules, to edit."""
    (tmp_path / "sim").mkdir()
    for name in ("__init__", "declare", "sources", "arithmetic", "draws", "columns", "parameters"):
        shutil.copy(root / f"sim/{name}.py", tmp_path / "sim")
    shutil.copytree(root / "sim/machine/compiled", tmp_path / "sim/machine/compiled")
    return tmp_path
