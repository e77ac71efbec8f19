"""A results folder with figures and report, made once."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sim import plots


def _synthetic() -> ModuleType:
    """The module beside this one; pytest's importlib mode has no package to find it in."""
    spec = importlib.util.spec_from_file_location("synthetic", Path(__file__).with_name("synthetic.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    return _synthetic()


@pytest.fixture(scope="session")
def folder(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of `compare`: two scenarios, six seeds, four sectors."""
    return synthetic.results(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def drawn(folder: Path) -> list[Path]:
    """The folder's figures, as `draw` returns them."""
    return plots.draw(folder, formats=("svg",))
