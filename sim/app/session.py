"""What the page starts from: a scenario with its settings, and what may be moved on the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.app.choices import Choice, choices
from sim.app.shown import Shown
from sim.model.columns import FIRST_YEAR
from sim.scenario import Scenario, load


@dataclass(frozen=True)
class Session:
    """A scenario's name, what `--set` changes in it, the seed, and paths to move (none: the usual ones)."""

    name: str
    settings: dict[str, str]
    seed: int
    sliders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ScenarioError, UsageError before a page is served."""
        assert self.choices is not None and self.reference is not None

    @cached_property
    def setting(self) -> Scenario:
        """The scenario as the page opens with it."""
        return self.changed({})

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """What the page lets move."""
        return choices(self.setting, self.sliders)

    @cached_property
    def reference(self) -> Shown:
        """The whole run of the scenario before anything is moved, to compare with."""
        return self.run(self.setting, 10**9)

    @property
    def opened(self) -> int:
        """The quarter that the page opens with: the last before the years that are reported."""
        return (self.setting.start - FIRST_YEAR) * 4 - 1

    def changed(self, moved: Mapping[str, Any]) -> Scenario:
        """The scenario with what was moved on the page on top, as `--set` would. Raises ScenarioError."""
        return load(self.name, {**self.settings, **moved})

    def run(self, setting: Scenario, quarter: int) -> Shown:
        """A run that has come to a quarter."""
        return Shown(setting, self.seed, quarter)
