"""The live view: one run as a page on this machine, stepped and played by Mesa's controls."""

import os
import socket
import warnings
from collections.abc import Sequence
from threading import Timer

from sim.app.session import Session
from sim.errors import UsageError

HOST = "127.0.0.1"  # nobody else on the network sees the page
_ENVIRONMENT = {  # read by solara when it is imported
    "SOLARA_APP": "sim.app.page:Page",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
}


def serve(
    scenario: str,
    settings: dict[str, str],
    seed: int = 1,
    sliders: Sequence[str] = (),
    port: int = 8765,
    browser: bool = True,
) -> None:
    """Shows the page until it is interrupted; port 0 takes a free one.

    Raises UsageError without the extra or the port, ScenarioError on what `--set` or `--slider` gets wrong.
    """
    _need_the_extra()
    from sim.app import page

    page.session = Session(scenario, settings, seed, tuple(sliders))
    _show(_listening(port), browser)


def _need_the_extra() -> None:
    """Raises UsageError where solara, or what Mesa needs beside it, is missing or does not fit."""
    os.environ.update(_ENVIRONMENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # solara on a hook of Mesa's own page, which is not shown
            import mesa.visualization  # noqa: F401
            import solara.server.starlette  # noqa: F401
    except (ImportError, AttributeError) as error:  # AttributeError: Mesa 3.3 with ipyvuetify 3
        raise UsageError(f"app needs solara ({error})", 'pip install "contraflow[app]"') from error


def _listening(port: int) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except (OSError, OverflowError) as error:
        found.close()
        told = getattr(error, "strerror", "") or error
        raise UsageError(f"--port {port}: {told}", "choose another, or 0 for one that is free") from error
    return found


def _show(place: socket.socket, browser: bool) -> None:
    import uvicorn
    from solara.server.starlette import app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    address = f"http://{HOST}:{place.getsockname()[1]}"
    print(f"{address} shows the run; Ctrl-C ends it", flush=True)
    if browser:
        import webbrowser

        Timer(1.0, webbrowser.open, [address]).start()
    own = TrustedHostMiddleware(app, allowed_hosts=[HOST, "localhost"])  # a page elsewhere may not reach it by a name
    config = uvicorn.Config(own, log_level="error", timeout_graceful_shutdown=1)  # an open page does not hold Ctrl-C up
    uvicorn.Server(config).run(sockets=[place])
