"""`app`: one run as a page, to step and to play."""

from typing import Annotated

import typer

from sim.cli import options as o


def register(app: typer.Typer) -> None:
    """Add the command of this page."""
    app.command("app", epilog="Example: python run.py app tariff_escalation --seed 7")(live)


def live(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or file.")] = "baseline",
    set_: o.Set = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Which run.", min=0)] = 1,
    slider: Annotated[
        list[str] | None, typer.Option("--slider", metavar="PATH", help="What may be moved [a few]; repeatable.")
    ] = None,
    port: Annotated[int, typer.Option("--port", metavar="N", help="On 127.0.0.1; 0: any that is free.")] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only serve it.")] = False,
) -> int:
    """One run live in the browser: step, play, move policies.

    A map of partnerships as they form, flip and end. Needs the extra `app`.
    """
    from sim.app import serve

    serve(scenario, o.assignments(set_), seed, slider or (), port, not no_browser)
    return 0
