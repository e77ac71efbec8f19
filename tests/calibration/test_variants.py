"""Worlds without a mechanism are judged at parameters of their own."""

from math import log
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.evidence.calibration import Options, refitted
from sim.evidence.calibration.variants import against, evidence
from sim.scenario import read_set


def made(energy: Any, share: float, candidates: int = 20000) -> Any:
    """What `evidence` reads of a calibration."""
    file = SimpleNamespace(seed=1, emulator=SimpleNamespace(candidates=candidates))
    return SimpleNamespace(
        energy=np.asarray(energy), waves=[SimpleNamespace(share=share)], found=SimpleNamespace(file=file)
    )


def test_evidence_is_the_mean_over_the_prior() -> None:
    """Of a normal likelihood with deviation s in a box of width 1, partly left: s times the root of 2 pi."""
    deviation, share = 0.02, 0.2
    points = 0.5 + share * (np.arange(4001) / 4000 - 0.5)  # what is not ruled out lies around the mode
    found = evidence(made(0.5 * ((points - 0.5) / deviation) ** 2, share))
    assert found[0] == pytest.approx(log(deviation * np.sqrt(2.0 * np.pi)), abs=1e-3)
    assert abs(np.median(found[1:]) - found[0]) < 0.01 < np.std(found[1:]) < 0.05


def test_a_parameter_that_changes_nothing_costs_nothing() -> None:
    """Twice the dimensions, as much of the box left, the same energies: the same evidence. A tighter box loses."""
    rng = np.random.default_rng(2)
    energy = rng.chisquare(4, 2000)
    assert evidence(made(energy, 0.1))[0] == evidence(made(np.tile(energy, 2), 0.1))[0]
    wide, tight = evidence(made(energy, 0.1)), evidence(made(energy, 0.01))
    assert wide[0] - tight[0] == pytest.approx(log(10.0))


def test_what_a_difference_says() -> None:
    energy = np.random.default_rng(3).chisquare(6, 1000)
    same = evidence(made(energy, 0.1))
    assert against(same, same) == {"brings": False, "gain": 0.0, "interval": [0.0, 0.0], "verdict": "undecided"}
    worse = evidence(made(energy + 3.0, 0.1))
    assert against(same, worse)["gain"] == pytest.approx(3.0) and against(same, worse)["verdict"] == "needed"
    assert against(worse, same)["verdict"] == "harmful"
    assert against(worse, same, brings=True) == {**against(same, worse), "brings": True}


def test_each_world_is_fitted_anew(home: Path) -> None:
    """A mechanism without its scale leaves a parameter less to fit; a setting of no effect loses nothing."""
    without: dict[str, dict[str, Any]] = {
        "lessons": {"parameters.partner_learning": 0},
        "nothing": {"parameters.windows": "on"},
        "ambient": {"parameters.ambient": 0},
    }
    told = refitted(read_set("tiny"), without, Options(home / "out"))
    assert list(told) == ["base", *without]
    assert [each["parameters"] for each in told.values()] == [2, 1, 2, 1]
    assert told["nothing"]["gain"] == 0.0 and told["nothing"]["verdict"] == "undecided"
    assert told["ambient"]["log_evidence"] != told["base"]["log_evidence"]


def test_bringing_a_mechanism_in_is_the_reverse_of_taking_it_out(home: Path) -> None:
    """A set that fixes a parameter fits the others; its variant fits that one too, by its prior, and gains as much."""
    off = {"ambient": {"parameters.ambient": 0}}
    taken = refitted(read_set("tiny"), off, Options(home / "out"))
    path = home / "sets" / "tiny.yaml"
    path.write_text(path.read_text().replace("{horizon: 30}", "{horizon: 30, ambient: 0}"))
    brought = refitted(read_set("tiny"), off, Options(home / "out"))
    assert list(read_set("tiny").file.fitted) == ["partner_learning"]
    assert [each["parameters"] for each in brought.values()] == [1, 2]
    assert not taken["ambient"]["brings"] and brought["ambient"]["brings"]
    for key in ("gain", "interval", "verdict"):
        assert brought["ambient"][key] == taken["ambient"][key]
