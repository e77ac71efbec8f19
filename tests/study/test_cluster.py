"""A sweep on a Dask cluster of two workers on this machine, one of which is killed half-way."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from sim.errors import IoFailure
from sim.study import Options, carry_out, engines
from sim.study.sweep import plan
from tests.study import synthetic
from tests.study.synthetic import Scenario
from tests.study.test_sweep import MODEL, digest

pytest.importorskip("distributed")
ASKED = {"vary": {"effect": [0.1, 0.2, 0.3]}, "seeds": 12}


def study(out, scenario, **options):
    return carry_out(plan(scenario, ASKED, synthetic.vary), Options(out=out, keep="summary", **MODEL, **options))


@pytest.fixture(scope="module")
def cluster(root, tmp_path_factory):
    """The address of a scheduler with two workers, each a process with a nanny, as README starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    scratch = str(tmp_path_factory.mktemp("dask"))
    environment = {**os.environ, "PYTHONPATH": str(root)}
    dask = [sys.executable, "-m", "dask"]
    commands = [
        [*dask, "scheduler", "--host", address, "--no-dashboard"],
        [
            *dask,
            "worker",
            address,
            "--nworkers",
            "2",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            scratch,
        ],
    ]
    started = [subprocess.Popen(each, cwd=root, env=environment, stderr=subprocess.DEVNULL) for each in commands]
    yield address
    for process in reversed(started):
        process.terminate()
        process.wait(20)


def workers(address):
    """Process ids of the workers, once there are two."""
    from distributed import Client

    with Client(address, timeout="60s", set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return [int(pid) for pid in client.run(os.getpid).values()]


@pytest.mark.filterwarnings("ignore")  # of the client's own threads
def test_a_worker_killed_in_mid_sweep_costs_nothing(cluster, tmp_path):
    whole = digest(study(tmp_path / "here", Scenario(), workers=1))
    first, second = workers(cluster)

    def kill_one():
        while not list((tmp_path / "r" / ".chunks").glob("*.json")):
            time.sleep(0.02)
        os.kill(first, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    results = study(tmp_path / "r", Scenario(pause=0.15), cluster=cluster)
    killer.join()
    assert results.manifest["status"] == "complete" and results.manifest["counts"]["done"] == 48
    assert digest(results) == whole
    assert first not in workers(cluster) and second in workers(cluster)


@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    with pytest.raises(IoFailure, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9") as caught:
        study(tmp_path / "r", Scenario(), cluster="tcp://127.0.0.1:9")
    assert caught.value.code == 74 and "\n" not in caught.value.message
