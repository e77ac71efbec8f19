"""A parameter set small enough to fit in a test, in a folder of its own."""

from pathlib import Path

import pytest

SET = """\
schema: 1
name: tiny
until: 1996
world: {sectors: {cars: {absorption: 0.12}}}
parameters: {horizon: 30}
priors:
  ambient: {low: 0.1, high: 0.5}
  partner_learning: {low: 0.003, high: 0.04, scale: log}
targets: [market_access_1979_99, full_ownership_1990]
waves: {number: 2, points: 8, seeds: 2, cutoff: 3}
abc: {points: 6, seeds: 2, accepted: 3, ledger: 10}
emulator: {restarts: 0, candidates: 200, trained: 100}
seed: 4
"""
TARGETS = """\
schema: 1
composition: []
targets:
  - {name: ends, statistic: ends, arguments: {first: 1985, last: 1989}, value: 0.05, sd: 0.05, discrepancy: 0.1,
     newest: 1989, source: assumed}
  - {name: cars, statistic: level, arguments: {sectors: [cars], year: 1989}, value: 0.2, sd: 0.1, discrepancy: 0.1,
     newest: 1989, source: assumed}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a set `tiny` that ends in 1990, targets of its own, and nothing else."""
    (tmp_path / "sets").mkdir()
    text = SET.replace("1996", "1990").replace("[market_access_1979_99, full_ownership_1990]", "[ends, cars]")
    (tmp_path / "sets" / "tiny.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "targets.yaml").write_text(TARGETS, encoding="utf-8")
    monkeypatch.setattr("sim.evidence.calibration.targets.FILE", tmp_path / "targets.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path
