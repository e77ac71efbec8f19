"""The laboratory, its small world, and the baseline that the project ships."""

from pathlib import Path

import pytest

from sim.scenario import Scenario, load
from sim.verify.laboratory import Laboratory
from tests.stages.drawn import TINY


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("laboratory"))


@pytest.fixture(scope="session")
def small(lab: Laboratory) -> Scenario:
    """The small world as it is."""
    return lab.scenario()


@pytest.fixture(scope="session")
def tiny(lab: Laboratory) -> Scenario:
    """A world of fifteen firms and 24 years, for hundreds of runs."""
    lab.world(TINY, "tiny")
    return lab.scenario(base="tiny/world")


@pytest.fixture(scope="session")
def shipped(root: Path) -> Scenario:
    """The baseline that the project ships."""
    return load(root / "scenarios" / "baseline.yaml")
