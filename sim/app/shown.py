"""A run as the page shows it: what ended this quarter, and the series so far."""

from typing import Any

import numpy as np
from mesa import DataCollector

from sim.economy import Economy, reporters
from sim.scenario import Scenario

IN_FORCE = ("active_market_access", "active_co_innovation", "active_globalize")
FLIPS = ("flips", "product_flips")
ABROAD = ("chinese_share_abroad", "chinese_content_abroad")


class Shown(Economy):
    """An economy that begins at a quarter and remembers its last step."""

    def __init__(self, setting: Scenario, seed: int, opened: int) -> None:
        """opened: the quarter to begin with, at most the last; -1 is before the first."""
        super().__init__(setting, seed)
        self.collected = DataCollector(reporters(*IN_FORCE, *FLIPS, *ABROAD))
        self.ended: dict[str, Any] = self._in_force()
        while self.running and self.quarter < opened:
            self.step()

    def step(self) -> None:
        """One quarter; nothing after the last, where Mesa's buttons may still be lit."""
        if not self.running:
            return
        before = self._in_force()
        super().step()
        gone = ~np.isin(before["id"], self._in_force()["id"])
        self.ended = {name: values[gone] for name, values in before.items()}
        self.collected.collect(self)

    def series(self, metric: str) -> list[float]:
        """A metric of all sectors together, quarter by quarter from 1979Q1; flips are counted up."""
        values: list[float] = self.collected.model_vars[metric]
        return np.cumsum(values).tolist() if metric in FLIPS else values

    def contracts(self) -> dict[str, Any]:
        """Partnerships in force: columns by name."""
        return self._in_force()

    def _in_force(self) -> dict[str, Any]:
        columns = self.state.partnerships
        rows = np.flatnonzero(columns.active > 0)
        names = ("id", "multinational", "chinese", "sector", "type", "start", "product_flipped")
        return {name: getattr(columns, name)[rows] for name in names}
