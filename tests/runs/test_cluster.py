"""A sweep on a Dask cluster of two workers on this machine, one of which is killed half-way."""

import os
import signal
import threading
import time

import pytest

from sim.errors import IoFailure, UsageError
from sim.runs import Options, carry_out, engines
from sim.runs.sweep import plan
from tests.runs import synthetic
from tests.runs.local_cluster import local_cluster
from tests.runs.synthetic import Scenario
from tests.runs.test_branching import FINAL
from tests.runs.test_branching import digest as branched_digest
from tests.runs.test_branching import swept as branched
from tests.runs.test_ensemble import study as ensemble
from tests.runs.test_sweep import MODEL, digest

pytest.importorskip("distributed")
ASKED = {"vary": {"effect": [0.1, 0.2, 0.3]}, "seeds": 12}


def study(out, scenario, **options):
    return carry_out(plan(scenario, ASKED, synthetic.vary), Options(out=out, keep="summary", **MODEL, **options))


@pytest.fixture(scope="module")
def cluster(root, tmp_path_factory):
    """The address of a scheduler with two workers."""
    with local_cluster(root, tmp_path_factory.mktemp("dask"), 2) as address:
        yield address


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
def test_what_runs_share_is_the_same_on_a_cluster(cluster, tmp_path):
    workers(cluster)
    here, there = (branched(tmp_path / name, **where) for name, where in (("h", {}), ("t", {"cluster": cluster})))
    assert there.manifest["counts"]["done"] == 10 and branched_digest(here, FINAL) == branched_digest(there, FINAL)


@pytest.mark.filterwarnings("ignore")
def test_limits_of_time_and_memory_hold_on_a_cluster(cluster, tmp_path):
    """The worker of such a run ends, its nanny starts another one, the run is recorded, the others go on."""
    workers(cluster)
    wrong = Scenario(endless=(3,), greedy=(5,))
    results = ensemble(tmp_path / "r", wrong, cluster=cluster, run_timeout=10.0, memory=0.7)
    told = results.table("failures.csv").to_pandas().set_index("seed").error
    assert told.to_dict() == {
        3: "Stopped: stopped after 10 s, its limit of time (--run-timeout)",
        5: "Stopped: stopped at 0.7 GB, its limit of memory (--memory-per-worker)",
    }
    assert results.manifest["status"] == "complete" and set(results.final.seed) == {1, 2, 4, 6}
    assert len(workers(cluster)) == 2


@pytest.mark.filterwarnings("ignore")
def test_limits_are_refused_where_workers_would_not_come_back(tmp_path):
    from distributed import LocalCluster

    with LocalCluster(1, processes=False, dashboard_address=None) as alone:  # without a nanny
        for limit in ({"run_timeout": 3.0}, {"memory": 1.0}):
            with pytest.raises(UsageError, match="need workers that come back, with a nanny"):
                study(tmp_path / "r", Scenario(), cluster=alone.scheduler_address, **limit)
        results = study(tmp_path / "r", Scenario(), cluster=alone.scheduler_address)
        assert results.manifest["counts"]["done"] == 48


@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    with pytest.raises(IoFailure, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9") as caught:
        study(tmp_path / "r", Scenario(), cluster="tcp://127.0.0.1:9")
    assert caught.value.code == 74 and "\n" not in caught.value.message
