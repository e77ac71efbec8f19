"""Loads what worker processes share, into the server that forks them; ends if the main process dies meanwhile.

Loading takes seconds in which the server does not listen to anybody. Imported by name, see `sim.runs.engines`.
"""

import gc
import importlib
import os
import threading

PARENT = "CONTRAFLOW_PARENT"  # environment variable: the process that the server belongs to
LOADED = ("sim.simulate", "sim.runs.batch")


def _load(parent: int) -> None:
    """Import all; a thread looks after the parent until that is done, for a server must fork without threads."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            if os.getppid() != parent:
                os._exit(1)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    gc.set_threshold(50_000)  # for workers too, as in `sim.cli`
    for name in LOADED:
        importlib.import_module(name)
    done.set()
    thread.join()


if os.environ.get(PARENT, str(os.getpid())) != str(os.getpid()):
    _load(int(os.environ[PARENT]))
