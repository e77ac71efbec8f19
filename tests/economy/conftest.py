"""The small world of the laboratory in turmoil, and a model of it in the middle of its run."""

import pytest

from sim.economy import Economy
from sim.scenario import Scenario
from sim.verify.laboratory import TURMOIL, Laboratory


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("economy"))


@pytest.fixture(scope="session")
def turmoil(lab: Laboratory) -> Scenario:
    """Every instrument of policy at once, so that partnerships of all types form, change and end."""
    return lab.scenario(*TURMOIL)


@pytest.fixture(scope="session")
def economy(turmoil: Scenario) -> Economy:
    """At the end of 2005; asked, never stepped."""
    return Economy(turmoil, 3).run_to(2005)
