"""A small world of two sectors and three regions, in a folder of its own."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

WORLD = """\
schema: 1
name: world
title: Small world
host: china
regions: {china: {label: China}, us: {}, row: {}}
countries: {brazil: {region: row, share: 5%}, turkey: {region: row, share: 0.04}}
groups: {everything: [cars, apps]}
paths:
  cost_advantage: {1979: 0.4, 2000: 0.4, 2020: 0.1}
  floor: {1990: 0.0, 2015: 1.0}
  chinese_speed: {1979: 1.0, 2020: 1.35}
sectors:
  cars:
    innovation: 0.03
    absorption: 0.1
    rd_intensity: 0.05
    start_level: 0.2
    access_holders: 0.4
    market: {1980: 100, 2000: 300}
    market_share: {china: {1979: 0.2}, us: {1979: 0.4}, row: {1979: 0.2}}
    generations:
      - {name: combustion}
      - {name: electric, arrival: 2008Q1, midpoint: {china: 2023.5, default: 2030}, width: 2}
    multinationals: {us: 3, row: 2}
    chinese: {state: 1, private: 2}
    entrants: 2
  apps:
    tradable: 0
    innovation: 0.05
    absorption: 0.2
    rd_intensity: 0.1
    start_level: 0.3
    market: {1990: 10}
    market_share: {china: {1979: 0.2}, us: {1979: 0.5}, row: {1979: 0.3}}
    generations: [{name: web}]
    multinationals: {us: 1}
    chinese: {private: 1}
parameters: {horizon: 28}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenarios folder with the small world and an empty base."""
    home = tmp_path / "scenarios"
    home.mkdir()
    (home / "world.yaml").write_text(WORLD, encoding="utf-8")
    (home / "base.yaml").write_text("extends: world\ntitle: Base\n", encoding="utf-8")
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """Writes a scenario file into the folder and returns its path."""

    def written(text: str | bytes, name: str = "mine.yaml") -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return path

    return written
