"""A small experiment, carried out once; and made-up evidence for figures."""

from pathlib import Path

import numpy as np
import pytest

from sim.runs import Options
from sim.sweeps.experiments import Evidence, conduct, lay_out, open_definition, write_tables

TEXT = """\
schema: 1
name: duty
title: A duty on cars
question: Does a duty on cars bring plants?
extends: baseline
start: 2022
end: 2032
shocks:
  - {id: duty, kind: tariff, sectors: cars, origin: china, destination: eu, rate: 0, start: 2027Q1}
  - {id: idle, kind: screening, sectors: cars, origin: china, destination: eu, block: 0, threshold: 0.1, start: 2027Q1}
experiment:
  design: A duty of nothing to 100 %.
  channel: lost sales against plants
  seeds: {small: 3, paper: 30}
  outcomes:
    gap: {metric: technology_gap, sector: cars}
    share: {metric: imports_home_made, sector: cars, region: eu}
    profit: {metric: profit_chinese_value, sector: cars, compare: relative}
    loss: {metric: active, sector: cars, since: 2027, compare: loss}
    other: {metric: technology_gap, sector: chemicals}
  contrasts:
    full: {text: A duty of 100 %, set: {shocks.duty.rate: 1}}
    nothing: {text: A duty of 0 %, set: {shocks.duty.rate: 0}}
  headline: {outcome: share, contrast: full}
  expected:
    - {outcome: share, contrast: full, sign: "-", why: buyers turn away}
    - {outcome: other, contrast: full, sign: "0", why: sectors do not trade}
  blocks:
    doses: {vary: {shocks.duty.rate: [0, 1]}, fine: {shocks.duty.rate: "0:1:0.5"}, seeds: {small: 2, paper: 9}}
  attribution:
    players:
      outcomes: [share, gap]
      players:
        duty: {text: The duty, on: {shocks.duty.rate: 1}}
        idle: {text: Screening of nothing, on: {shocks.idle.block: 0}}
        windows: {text: Windows, off: {parameters.windows: off}}
      seeds: {small: 2, paper: 9}
    effect:
      outcomes: [share]
      of: {shocks.duty.rate: 1}
      players:
        windows: {text: Windows, off: {parameters.windows: off}}
      seeds: {small: 2, paper: 9}
  robustness: {small: 1, paper: 9}
  figures: []
"""
DRAWS = [{"parameters.rd_floor": 0.5, "parameters.horizon": 20}]


@pytest.fixture(scope="session")
def definition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small experiment's file."""
    path = tmp_path_factory.mktemp("definition") / "duty.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def evidence(definition: Path, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The small experiment, carried out, its tables written."""
    layout = lay_out(open_definition(definition), draws=DRAWS)
    out = tmp_path_factory.mktemp("experiment") / "duty"
    found = conduct(layout, Options(workers=1, out=out, keep=layout.definition.experiment.keep))
    write_tables(found)
    return found


class Imagined(Evidence):
    """Evidence whose series are made up: smooth in the years, different by metric, point and seed."""

    def _read(self, metrics: list[str], sector: str, region: str) -> None:
        shape = (len(self.layout.arms), len(self.seeds), len(self.years))
        for metric in metrics:
            rng = np.random.default_rng([len(metric), ord(metric[0]), len(sector), len(region)])
            walk = 0.4 + 0.1 * rng.random(shape[:2])[..., None] + 0.05 * rng.random(shape).cumsum(axis=2) / shape[2]
            self._cache[metric, sector, region] = walk + 0.02 * np.arange(shape[0])[:, None, None] / shape[0]
