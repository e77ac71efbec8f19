"""A Dask cluster on this machine, as docs/sweeps.md starts it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def local_cluster(root: Path, scratch: Path, workers: int) -> Iterator[str]:
    """The address of a scheduler with so many workers, each a process with a nanny."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, "PYTHONPATH": str(root)}
    scheduler = ["scheduler", "--host", address, "--no-dashboard"]
    worker = ["worker", address, "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard"]
    started = [
        subprocess.Popen([sys.executable, "-m", "dask", *words], cwd=root, env=environment, stderr=subprocess.DEVNULL)
        for words in (scheduler, [*worker, "--local-directory", str(scratch)])
    ]
    try:
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)
