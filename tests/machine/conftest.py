"""A part of the package to edit."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def package(root: Path, tmp_path: Path) -> Path:
    """A folder with a copy of the modules below the rules, to edit."""
    (tmp_path / "sim/model").mkdir(parents=True)
    for name in ("__init__", "model/__init__", "model/columns", "model/parameters"):
        shutil.copy(root / f"sim/{name}.py", tmp_path / f"sim/{name}.py")
    shutil.copytree(root / "sim/machine", tmp_path / "sim/machine", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path
