"""The page: Mesa's controls, settings with words from their declarations, the quarter and its drawing.

A setting that is moved makes the run anew with it, through `load` as `--set` does, up to the quarter that is shown.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import solara
import solara.lab
from mesa.visualization.solara_viz import ModelController
from mesa.visualization.utils import update_counter

from sim.app.choices import Choice
from sim.app.drawing import drawing
from sim.app.session import Session
from sim.app.shown import Shown
from sim.errors import ContraflowError
from sim.model.columns import FIRST_YEAR
from sim.scenario import Scenario
from sim.scenario.vary import value_at

session = cast(Session, None)  # set by `serve` before the page is asked for


class Turn(NamedTuple):
    """One making of the run. model: holds this one only: a thread that still plays an older one does no harm."""

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
        GoTo(turn.model.value, lambda quarter: again(moved, quarter))
        if moved:
            solara.Button("Settings as they were", on_click=lambda: again({}, turn.model.value.quarter), text=True)
        if problem:
            solara.Error(f"Not run: {problem}", icon=False, dense=True, classes=["problem"])
        for choice in session.choices:
            Setting(choice, turn.setting, moved, move).key(choice.path)
    View(turn.model.value).key(f"view-{turn.number}")


@solara.component
def Controls(turn: Turn, pause: Any) -> None:
    """Mesa's buttons, and how fast it plays."""
    parameters = solara.use_reactive({"setting": turn.setting, "seed": session.seed, "opened": session.opened})
    one, threads = solara.use_reactive(1), solara.use_reactive(False)
    ModelController(
        turn.model, model_parameters=parameters, play_interval=pause, render_interval=one, use_threads=threads
    )
    solara.SliderInt("Pause, ms", value=pause, min=0, max=1000, step=50, thumb_label=False)


@solara.component
def GoTo(model: Shown, go: Callable[[int], None]) -> None:
    """A year to run to at once."""
    update_counter.get()
    first, last = model.setting.start - 1, model.setting.end
    year = FIRST_YEAR + (model.quarter + 1) // 4 - 1  # the last that is over
    place, set_place = solara.use_state(year - first)
    solara.use_effect(lambda: set_place(year - first), [year])
    solara.Text(f"Run to the end of {first + place}")
    Slide(
        "Year",
        min(max(place, 0), last - first),
        last - first,
        set_place,
        lambda n: go((first + n + 1 - FIRST_YEAR) * 4 - 1),
    )


@solara.component
def Slide(label: str, place: int, last: int, drag: Callable[[int], None], drop: Callable[[int], None]) -> None:
    """A slider over places 0 to last; `drop` only once it is let go, since a run follows from it."""
    slider = solara.v.Slider(
        v_model=place,
        on_v_model=lambda n: drag(int(n)),
        min=0,
        max=last,
        step=1,
        dense=True,
        hide_details=True,
        attributes={"aria-label": label},
    )
    solara.v.use_event(slider, "change", lambda widget, event, n: drop(int(n)))


@solara.component
def Setting(choice: Choice, setting: Scenario, moved: dict[str, Any], move: Callable[[str, Any], None]) -> None:
    """A setting with its meaning, its value, when it acts, and how to change it."""
    value = moved.get(choice.path, value_at(setting, choice.path))
    place, set_place = solara.use_state(choice.place(value) if choice.levels else 0)
    solara.use_effect(lambda: set_place(choice.place(value)) if choice.levels else None, [value])
    shown = choice.shown(choice.levels[place]) if choice.levels else str(value)
    with solara.Column(gap="0px", classes=["setting"], style={"margin-top": "10px"}):
        solara.Text(f"{choice.title}: {shown}", style={"font-weight": "600"})
        solara.Text(f"{choice.text}; {choice.acts}", style={"font-size": "0.8em", "opacity": "0.8"})
        if choice.levels:
            last = len(choice.levels) - 1
            Slide(choice.title, place, last, set_place, lambda n: move(choice.path, choice.levels[n]))
        else:
            solara.InputText(choice.path, value=str(value), on_value=lambda text: move(choice.path, text.strip()))


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
