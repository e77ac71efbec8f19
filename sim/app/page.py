"""The page: Mesa's controls, settings with words from their declarations, the quarter and its drawing.

A setting that is moved makes the run anew with it, through `load` as `--set` does, up to the quarter that is shown.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import solara
import solara.lab
from mesa.visualization.solara_viz import ModelController
from mesa.visualization.utils import update_counter

from sim.app.choices import Choice
from sim.app.drawing import drawing
from sim.app.session import Session
from sim.app.shown import Shown
from sim.columns import FIRST_YEAR
from sim.errors import ContraflowError
from sim.scenario import Scenario
from sim.scenario.vary import value_at

session: Session  # set by `serve` before the page is asked for


class Turn(NamedTuple):
    """One making of the run. model: holds it, for it alone, so that a thread that still plays an older one is harmless."""

    number: int
    setting: Scenario
    model: Any


def _turn(number: int, setting: Scenario, quarter: int) -> Turn:
    return Turn(number, setting, solara.reactive(session.run(setting, quarter)))


@solara.component
def Page() -> None:
    """The whole page."""
    first = solara.use_memo(lambda: _turn(0, session.setting, session.opened), [])
    turn, set_turn = solara.use_state(first)
    moved, set_moved = solara.use_state({})
    problem, set_problem = solara.use_state("")
    pause = solara.use_reactive(100)

    def again(values: dict[str, Any], quarter: int) -> None:
        """The run with other settings, or at another quarter; what is wrong with them stands on the page."""
        set_moved(values)
        try:
            setting = session.changed(values)
            set_turn(_turn(turn.number + 1, setting, quarter))
            set_problem("")
        except ContraflowError as error:
            set_problem(f"{error.message}{f' ({error.hint})' if error.hint else ''}")

    def move(path: str, value: Any) -> None:
        if value != moved.get(path, value_at(session.setting, path)):
            again({**moved, path: value}, turn.model.value.quarter)

    solara.Title(f"Contraflow: {session.setting.title}")
    with solara.AppBar():
        solara.AppBarTitle(f"{session.setting.title}, seed {session.seed}")
        solara.lab.ThemeToggle()
    with solara.Sidebar(), solara.Column(gap="4px"):
        Controls(turn, pause).key(f"controls-{turn.number}")
        GoTo(turn, lambda quarter: again(moved, quarter)).key(f"go-{turn.number}")
        if problem:
            solara.Error(f"Not run: {problem}", icon=False, dense=True, classes=["problem"])
        for choice in session.choices:
            Setting(choice, turn.setting, moved, move).key(choice.path)
        if moved:
            solara.Button("Settings as they were", on_click=lambda: again({}, turn.model.value.quarter), text=True)
    View(turn.model.value).key(f"view-{turn.number}")


@solara.component
def Controls(turn: Turn, pause: Any) -> None:
    """Mesa's buttons, and how fast it plays."""
    parameters = solara.use_reactive({"setting": turn.setting, "seed": session.seed, "opened": session.opened})
    one, threads = solara.use_reactive(1), solara.use_reactive(False)
    ModelController(
        turn.model, model_parameters=parameters, play_interval=pause, render_interval=one, use_threads=threads
    )
    solara.SliderInt("Pause, ms", value=pause, min=0, max=1000, step=50)


@solara.component
def GoTo(turn: Turn, go: Callable[[int], None]) -> None:
    """A year to run to at once."""
    update_counter.get()
    model = turn.model.value
    setting = model.setting
    year = min(max(int(model.year), setting.start), setting.end)
    solara.SliderInt(
        f"End of {year}",
        value=year,
        min=setting.start,
        max=setting.end,
        on_value=lambda to: go((to - FIRST_YEAR) * 4 + 3) if to != year else None,
    )


@solara.component
def Setting(choice: Choice, setting: Scenario, moved: dict[str, Any], move: Callable[[str, Any], None]) -> None:
    """A setting with its meaning, its value, when it acts, and how to change it."""
    value = moved.get(choice.path, value_at(setting, choice.path))
    with solara.Column(gap="0px", classes=["setting"], style={"margin-top": "10px"}):
        solara.Text(f"{choice.title}: {choice.shown(value)}", style={"font-weight": "600"})
        solara.Text(f"{choice.text}; {choice.acts}", style={"font-size": "0.8em", "opacity": "0.8"})
        if choice.typed:
            solara.InputText(choice.path, value=str(value), on_value=lambda text: move(choice.path, text.strip()))
        else:
            solara.SliderFloat(
                "",
                value=float(value),
                min=choice.low,
                max=choice.high,
                step=choice.step,
                thumb_label=False,
                on_value=lambda to: move(choice.path, round(to, 10)),
            )


@solara.component
def View(model: Shown) -> None:
    """The quarter and its drawing, again after every step of Mesa's."""
    update_counter.get()
    ended = "" if model.running else ": the run has ended"
    with solara.Column(gap="0px", style={"max-width": "1500px"}):
        solara.HTML(tag="h2", unsafe_innerHTML=f'<span id="now">{model.now}</span>{ended}')
        solara.HTML(tag="div", unsafe_innerHTML=drawing(model, session.reference))
        solara.Text(
            "Dashed in the charts: the scenario as the page opened with it, same seed.",
            style={"font-size": "0.85em", "opacity": "0.8"},
        )
