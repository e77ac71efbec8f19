"""Values beyond sense, closed streams, misuse of the Python interface: told in one line, with a documented code."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from sim.errors import ContraflowError

CODES = {0, 2, 3, 4, 5, 6, 73, 74, 130, 143}

FILES = {
    "host": "extends: baseline\nhost: atlantis\n",
    "home": "extends: baseline\nsectors: {cars: {multinationals: {atlantis: 3}}}\n",
    "nul": 'extends: baseline\ntitle: "a\\0b"\n',
    "escape": 'extends: baseline\ntitle: "\\e[31mred"\n',
    "surrogate": 'extends: baseline\ntitle: "\\ud800"\n',
    "turned": "extends: baseline\ntitle: \u202eabc\n",
    "key": 'extends: baseline\n"a\\x07b": 1\n',
    "long base": f"extends: {'x' * 5000}\n",
    "long value": f"extends: baseline\nparameters: {{horizon: {'x' * 900_000}}}\n",
}


@pytest.mark.parametrize("name", FILES)
def test_hostile_text_is_refused_and_echoed_in_short(call, tmp_path, name):
    path = tmp_path / "mine.yaml"
    path.write_text(FILES[name], encoding="utf-8")
    code, said, error = call("check", path)
    assert code == 4 and len(said + error) < 2500 and "Traceback" not in error
    assert (said + error).replace("\n", "").isprintable() and "mine.yaml" in said + error


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("run", "baseline", "--seeds", "1000000000", "--dry-run"), 2, "more than 1,000,000"),
        (("run", "baseline", "--seeds", "9" * 5000), 2, "holds no seed between"),
        (("run", "baseline", "--memory-per-worker", "inf"), 2, "memory-per-worker: must be finite"),
        (("run", "baseline", "--run-timeout", "nan"), 2, "run-timeout: must be above zero"),
        (("run", "baseline", "--cluster", ""), 2, "cluster: no address"),
        (("run", "x" * 5000), 4, "longer than the name of a file may be"),
        (("new", "../../x"), 2, "cannot be the name of a scenario's file"),
        (("check", "x" * 5000), 4, "longer than the name of a file may be"),
        (("run", "baseline", "--set", f"parameters.horizon={'9' * 5000}"), 4, "parameters.horizon"),
        (("status", "x" * 5000), 2, "is not a results folder"),
        (("show", "x" * 5000), 2, "longer than the name of a file may be"),
        (("plot", "nosuch", "--years", f"{'9' * 5000}:{'9' * 5000}"), 2, "is not a results folder"),
        (("run", "baseline", "--out", "\udcff"), 2, "is no text in UTF-8"),
        (("backtest", "--json", "-"), 73, "cannot write -: it is no file"),
        (("backtest", "--json", "."), 73, "cannot write .: it is no file"),
        (("status", "/dev/null"), 2, "is not a results folder"),
    ],
)
def test_values_beyond_sense(call, tmp_path, monkeypatch, words, code, told):
    monkeypatch.chdir(tmp_path)
    found, said, error = call(*words)
    assert found == code and told in said + error and not list(tmp_path.iterdir())
    assert len(error) < 2500 and all(len(word) <= 205 for word in (said + error).split())  # with quotes and a colon


def test_files_that_their_readers_cannot_take_are_told(call, tmp_path):
    """A cell longer than Python's reader of CSV takes, an expression deeper than its parser goes."""
    (tmp_path / "long.csv").write_text(f"parameters.horizon\n{'1' * 200_000}\n")
    (tmp_path / "deep.py").write_text(f"def f(tables):\n    return {'-' * 100_000}1\n")
    for words, code in (
        (("sweep", "baseline", "--points", tmp_path / "long.csv", "--dry-run"), 2),
        (("backtest", "--cases", tmp_path / "long.csv", "--seeds", "1"), 4),
        (("run", "baseline", "--rules", tmp_path / "deep.py", "--dry-run"), 4),
        (("sweep", "baseline", "--vary", "parameters.horizon=12", "--outcome", f"{tmp_path / 'deep.py'}:f"), 4),
    ):
        found, _, error = call(*words)
        assert found == code and len(error.splitlines()) <= 2, (words, error)
        assert "long.csv cannot be read" in error or "deep.py is no Python: MemoryError" in error, error


def test_a_function_that_ends_the_program_costs_one_run(tmp_path):
    from sim import load, sweep

    (tmp_path / "mine.py").write_text("def mine(tables):\n    raise SystemExit(9)\n")
    base = load("baseline", {"start": 2030, "end": 2030})
    words = {"seeds": 1, "workers": 1, "out": tmp_path / "r", "outcome": [f"{tmp_path / 'mine.py'}:mine"]}
    results = sweep(base, {"parameters.horizon": [12]}, **words)
    assert results.manifest["counts"]["failed"] == 2
    assert "mine.py:mine ends the program" in (tmp_path / "r" / "failures.csv").read_text()


def test_seeds_of_points_are_whole(call, tmp_path):
    (tmp_path / "p.csv").write_text("parameters.horizon,seed\n12,1.5\n")
    code, _, error = call("sweep", "baseline", "--points", tmp_path / "p.csv", "--out", tmp_path / "r")
    assert code in (2, 4) and "seed: '1.5' is no whole number" in error


def test_the_python_interface_tells_misuse_as_the_command_line_does(tmp_path):
    """A value that is not taken is a ValueError, an argument of another type a TypeError, too."""
    from sim import Economy, Results, compare, draw, ensemble, load, simulate, sweep
    from sim.economy import reporters
    from sim.runs import effects, merge, parse_seeds

    base = load("baseline", {"start": 2030, "end": 2030})
    economy, results = Economy(base), ensemble(base, seeds=1, workers=1, keep="summary", out=tmp_path / "r")
    values = (
        lambda: load("nosuch"),
        lambda: load("baseline", {"parameters.horizon": "x"}),
        lambda: load("baseline", {"nosuch": 1}),
        lambda: simulate(base, -1),
        lambda: Economy(seed=-1),
        lambda: Economy(seed=2**32),
        lambda: economy.run_to(float("nan")),
        lambda: economy.metric("nosuch"),
        lambda: economy.metric("technology_gap", "nosuch"),
        lambda: economy.firm("nosuch"),
        lambda: reporters("nosuch"),
        lambda: ensemble(base, seeds=0),
        lambda: ensemble(base, seeds=1, cluster=" "),
        lambda: ensemble(base, seeds=1, out="a\0b"),
        lambda: ensemble(base, seeds=1, out="a\ud800b"),
        lambda: ensemble(base, seeds=1, shard=(1, 2, 3)),
        lambda: compare(base),
        lambda: sweep(base, {"parameters.horizon": []}),
        lambda: sweep(base, {"parameters.horizon": ["@"]}),
        lambda: sweep(base, {"parameters.horizon": [12]}, reference={"parameters.horizon": "@"}),
        lambda: parse_seeds(10**9),
        lambda: parse_seeds(range(10**12)),
        lambda: Results.open("a\0b"),
        lambda: results.table("yearly", ["nosuch"]),
        lambda: draw(results, metrics=["nosuch"]),
        lambda: draw(results, years=(2030, 2029)),
        lambda: draw(results, years=(2040, 2050)),
        lambda: merge([], tmp_path / "m"),
    )
    types = (
        lambda: load(None),
        lambda: load(7),
        lambda: load("baseline", 5),
        lambda: load("baseline", {1: 2}),
        lambda: load("baseline", posterior="fit2014"),
        lambda: load("baseline", rules=5),
        lambda: simulate("baseline", 1),
        lambda: simulate(base, 1.5),
        lambda: Economy(seed=1.5),
        lambda: economy.run_to("2030"),
        lambda: economy.metric([]),
        lambda: economy.metric("technology_gap", []),
        lambda: ensemble(base, seeds=1, command=b"x"),
        lambda: ensemble(base, seeds=1, force="no"),
        lambda: ensemble(base, seeds=1, out=5),
        lambda: ensemble(base, seeds=[1.5]),
        lambda: ensemble(base, seeds=[True]),
        lambda: ensemble(base, seeds=None),
        lambda: ensemble(base, seeds=1, workers="two"),
        lambda: ensemble(base, seeds=1, run_timeout="x"),
        lambda: ensemble(base, seeds=1, shard="1/2"),
        lambda: ensemble(base, seeds=1, progress=5),
        lambda: sweep(None),
        lambda: sweep(base, vary="a=1"),
        lambda: sweep(base, vary={5: [1]}),
        lambda: Results.open(None),
        lambda: results.table(5),
        lambda: results.table("yearly", "seed"),
        lambda: list(results.chunks(None)),
        lambda: list(results.chunks("yearly", 7)),
        lambda: Results(None),
        lambda: sweep(base, outcomes=7),
        lambda: sweep(base, outcome=["a.py:f", 7]),
        lambda: sweep(base, reference=7),
        lambda: effects(5),
        lambda: draw(None),
        lambda: draw(results, metrics="technology_gap"),
        lambda: draw(results, metrics=[7]),
        lambda: draw(results, years=7),
        lambda: draw(results, years=("2030", "2031")),
        lambda: draw(results, workers="two"),
        lambda: merge("abc", tmp_path / "m"),
    )
    for kind, misuses in ((ValueError, values), (TypeError, types)):
        for number, misuse in enumerate(misuses):
            with pytest.raises(kind) as caught:
                misuse()
            assert isinstance(caught.value, ContraflowError), (kind, number, caught.value)
            assert len(str(caught.value)) < 1000 and caught.value.code in (2, 4)


def test_an_error_has_the_text_of_the_command_line(call):
    from sim import ensemble, load

    for words, misuse in (
        (("run", "baseline", "--seeds", "0"), lambda: ensemble("baseline", seeds="0")),
        (("run", "baseline", "--workers", "0"), lambda: ensemble("baseline", workers=0)),
        (("run", "nosuch"), lambda: load("nosuch")),
        (("run", "baseline", "--set", "parameters.horizn=3"), lambda: load("baseline", {"parameters.horizn": 3})),
    ):
        with pytest.raises(ValueError) as caught:
            misuse()
        assert f"error: {caught.value}\n" in call(*words)[2]


# start-up


def started(root, *words, **more):
    return subprocess.Popen(
        [sys.executable, "run.py", *words], cwd=root, env={**os.environ}, stderr=subprocess.PIPE, **more
    )


@pytest.mark.skipif(sys.platform == "win32", reason="closes descriptors")
@pytest.mark.parametrize("closed", [(0,), (1,), (0, 1), (0, 1, 2)])
def test_closed_streams_lose_no_result(root, tmp_path, closed):
    """What was closed before the start is not the place of a file of ours."""
    shell = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in closed)
    words = "run baseline --seeds 1 --workers 1 --start 2030 --keep summary --quiet --out"
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} run.py {words} {tmp_path / 'r'} {shell}"], cwd=root, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "r" / "manifest.json").read_text())["status"] == "complete"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="has no /dev/full")
def test_output_that_is_full_ends_with_74(root):
    with open("/dev/full", "w") as full:
        process = started(root, "show", "metrics", stdout=full)
        error = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 74 and "No space left on device" in error and "Traceback" not in error
    assert len(error.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="keeps a folder that somebody is in")
def test_a_folder_that_is_gone_is_named(call, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    code, _, error = call("show", "metrics")
    assert code == 74 and "the folder you are in is gone" in error


def test_python_m_sim_is_the_program(root):
    done = subprocess.run([sys.executable, "-m", "sim", "--version"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("contraflow ")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("after", [0.1, 0.25, 0.5, 0.8])
def test_ctrl_c_in_the_first_second_ends_quietly(root, after):
    """Before Python itself has begun nobody can say anything; afterwards it is one line."""
    process = started(root, "show", "parameters", "--json", stdout=subprocess.DEVNULL)
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=60)[1].decode()
    assert process.returncode in (0, 130, -2)
    assert "run.py" not in error and "/sim/" not in error, error
