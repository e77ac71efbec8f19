"""Wrong input and odd surroundings at the command line: exit code, one line of error, nothing begun."""

# ruff: noqa: E501  (files and messages are written one a line)

import json
import os
import subprocess
import sys
import time

import pytest

from sim.branches import Branches
from sim.simulate import simulate

branch = Branches.run

DUTY = "extends: baseline\nshocks:\n  - {{id: x, kind: tariff, sectors: [cars], origin: china, destination: us, start: 2030, {}}}\n"


WRONG = {
    "unknown-key": ("extends: baseline\nparameters:\n  horizen: 80\n", "mine.yaml:3:3 parameters.horizen: unknown key; did you mean 'horizon'?"),
    "percent": ("extends: baseline\nshocks:\n  - {id: x, kind: screening, delay: 60%, start: 2030}\n", "mine.yaml:3:37 shocks.x.delay: '60%' is not a number"),
    "fraction": (DUTY.format("rate: 60"), "shocks.x.rate: 60; must be between 0 and 5 (500 %); write 60% or 0.6"),
    "date": (DUTY.format("rate: 1, announce: -3"), "shocks.x.announce: -3 is not a date"),
    "end-before-start": (DUTY.format("rate: 1, end: 2029"), "must not be before start (2030Q1)"),
    "after-the-horizon": (DUTY.format("rate: 1").replace("2030", "2041"), "begins after the last quarter (2040Q4)"),
    "kind": (DUTY.format("rate: 1").replace("tariff", "tarif"), "'tarif' is no kind; did you mean 'tariff'?; kinds: tariff, minimum_price"),
    "duplicate": ("extends: baseline\ntitle: a\ntitle: b\n", "mine.yaml:3:1 title: duplicate key, on lines 2 and 3"),
    "tab": ("extends: baseline\nparameters:\n\thorizon: 1\n", "mine.yaml:3:1 a tab; indent with spaces"),
    "indentation": ("extends: baseline\nparameters:\n  horizon: 24\n   discount: 0.9\n", "mine.yaml:4:4 indented by 3, but lines it may stand beside by 2 or 0: discount: 0.9"),
    "quote": ("title: 'x\nextends: baseline\n", "mine.yaml:1:8 a quote or bracket that is never closed"),
    "empty": ("# nothing\n", "mine.yaml:1:1 empty; expected keys such as"),
    "nothing": ("", "mine.yaml:1:1 empty; expected keys such as"),
    "list": ("- a\n", "a list at the top; expected keys such as"),
    "stream": ("extends: baseline\n---\ntitle: b\n", "mine.yaml:2:1 a second document; a file holds one"),
    "latin-1": ("title: caf\xe9\n".encode("latin-1"), "not UTF-8, byte 0xE9 at line 1"),
    "missing": ("extends: nobody\n", "extends: 'nobody'; no such file"),
    "circle": ("extends: mine\n", "mine.yaml -> "),
    "outside": ("extends: ../../etc/passwd\n", "without `..` and not absolute"),
    "tag": ("title: !!python/object:os.system x\nextends: baseline\n", "tags are not allowed"),
    "bomb": ("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)), "aliases expanded; too large"),
    "large": ("title: " + "x" * 1_000_001, "at most 1000000 are allowed"),
    "long": ("a: [" + "1," * 490_000 + "]", "more than 15000 values"),
    "not-finite": ("extends: baseline\nparameters: {horizon: .nan}\n", "parameters.horizon: nan; must be finite"),
    "huge": ("extends: baseline\nparameters: {horizon: 1e308}\n", "1e+308; must be between 4 and 120"),
    "negative-count": ("extends: baseline\nsectors: {cars: {multinationals: {us: -1}}}\n", "-1; must be between 0 and 10000"),
    "many-agents": ("extends: baseline\nsectors: {cars: {multinationals: {us: 1000000000}}}\n", "1000000000; must be between 0 and 10000"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_ends_with_4_and_says_where(call, tmp_path, name):
    text, told = WRONG[name]
    path = tmp_path / "mine.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    began = time.process_time()
    code, said, error = call("run", path, "--out", tmp_path / "r")
    lines = error.splitlines()
    assert code == 4 and said == "" and not (tmp_path / "r").exists()
    assert told in error and "mine.yaml" in error and len(lines) <= 4
    assert sum(line.startswith("error: ") for line in lines) == 1 and "Traceback" not in error
    assert time.process_time() - began < 10


def test_odd_files_that_are_right(call, tmp_path):
    """BOM, CRLF, Chinese, percent, and words that older YAML takes for numbers or truth."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(
        "\ufeffname: 关税\r\ntitle: 12:30:45\r\nquestion: NO\r\nextends: baseline\r\nparameters: {horizon: 1.6e1}\r\n".encode()
    )
    assert call("check", path)[:2] == (0, "1 file is valid\n")
    told = json.loads(call("show", path, "--json")[1])
    assert told["parameters"]["horizon"] == 16.0


def test_a_name_never_leads_out_of_the_results(call, tmp_path, monkeypatch, root):
    from sim.cli.studies import _default_folder
    from sim.scenario.values import slug

    for name in ("a/../../b", "CON", "x" * 300, "with space", "关税"):
        folder = _default_folder([slug(name)])
        assert folder.parent.name == "results" and len(folder.name) <= 110 and " " not in folder.name


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--seeds", "0"), 2, "holds no seed"),
        (("--seeds", "-1"), 2, "neither a number nor a range"),
        (("--workers", "0"), 2, "workers: at least 1"),
        (("--run-timeout", "0"), 2, "run-timeout: must be above zero"),
        (("--memory-per-worker", "-2"), 2, "memory-per-worker: must be above zero"),
        (("--set", "shocks.0.rate=abc"), 2, "no scenario here has the shock 0"),
        (("--set", "nope=1"), 4, "--set nope: unknown key"),
        (("--set", "shocks.china_cars_tariff.rate=abc"), 4, "--set shocks.china_cars_tariff.rate: 'abc' is not a number"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused_in_one_line(call, tmp_path, words, code, told):
    found, said, error = call("run", "baseline", *words, "--out", tmp_path / "r")
    assert (found, said, (tmp_path / "r").exists()) == (code, "", False) and told in error
    assert sum(line.startswith("error: ") for line in error.splitlines()) == 1


def test_places_that_cannot_hold_results_end_with_73(call, tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "r", tmp_path / ("x" * 300), "/proc/r"):
        code, _, error = call("run", "baseline", "--seeds", "1", "--workers", "1", "--out", place)
        assert code == 73 and error.startswith("error: cannot write results to ") and len(error.splitlines()) == 2


ODD = {
    "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "de_DE.UTF-8", "HOME": None, "COLUMNS": "40", "NO_COLOR": "1",
    "TERM": "dumb", "DISPLAY": None, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9",
    "MPLCONFIGDIR": "/proc/nowhere", "MPLBACKEND": None, "PYTHONUTF8": "0",
}  # fmt: skip


def test_odd_surroundings_change_no_number(call, tmp_path, root):
    """Another time zone, a locale of bare ASCII, no home, no terminal, a proxy that does not answer, no display."""
    words = ("run", "baseline", "--seeds", "1", "--workers", "1", "--start", "2030", "--keep", "summary")
    odd, plain = tmp_path / "odd", tmp_path / "plain"
    assert call(*words, "--out", plain, "--quiet")[0] == 0
    environment = {key: value for key, value in {**os.environ, **ODD}.items() if value is not None}
    for command in (
        [*words, "--out", odd],
        ["plot", odd, "--metrics", "trust", "--sectors", "cars", "--format", "png"],
    ):
        command = [sys.executable, "run.py", *map(str, command)]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        assert b"Traceback" not in done.stderr and b"\x1b[" not in done.stdout + done.stderr
    for path in (plain / "summary.csv", plain / "scenario.yaml", *(plain / "yearly").iterdir()):
        assert (odd / path.relative_to(plain)).read_bytes() == path.read_bytes()
    assert list((odd / "figures" / "trust-cars").glob("*.png"))
    assert json.loads((odd / "manifest.json").read_text(encoding="utf-8"))["started"].endswith("+00:00")


FAULTY: set[int] = set()  # seeds whose runs raise


def faulty(scenario, seed):
    if seed in FAULTY:
        raise ArithmeticError(f"seed {seed} went wrong")
    return simulate(scenario, seed)


def faulty_branch(branches, number):
    if branches.seed in FAULTY:
        raise ArithmeticError(f"seed {branches.seed} went wrong")
    return branch(branches, number)


@pytest.fixture
def broken(monkeypatch):
    """Seeds whose runs raise, alone or branching, to be filled by the test."""
    monkeypatch.setattr(sys.modules["sim.simulate"], "simulate", faulty)
    monkeypatch.setattr(Branches, "run", faulty_branch)
    FAULTY.clear()
    return FAULTY


def test_a_study_with_a_failed_run_ends_with_3_and_everything_says_so(call, tmp_path, broken):
    """The list of failures, the figures' footers, the report; the same command mends it when the cause is gone."""
    words = ("sweep", "baseline", "--vary", "parameters.horizon=12,24", "--outcomes", "welfare", "--workers", "1")
    words = (*words, "--start", "2000", "--end", "2001", "--seeds", "3", "--format", "svg", "--out", tmp_path / "r")
    broken.add(2)
    code, told, error = call(*words)
    assert code == 3 and f"3 of 9 runs failed: {tmp_path / 'r' / 'failures.csv'}" in told and "Traceback" not in error
    row = (tmp_path / "r" / "failures.csv").read_text().splitlines()[1]
    assert "ArithmeticError: seed 2 went wrong" in row
    assert call(*row.rpartition("run.py ")[2].split())[0] == 1  # its command repeats it, with its error
    captions = [figure["caption"] for figure in json.loads((tmp_path / "r" / "figures" / "figures.json").read_text())]
    assert captions and all("2 of 3 seeds" in caption for caption in captions)
    assert "<strong>3 runs failed</strong>" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    broken.clear()
    assert call(*words, "--quiet")[0] == 0 and len((tmp_path / "r" / "failures.csv").read_text().splitlines()) == 1


def test_if_every_run_fails_it_ends_soon_with_3_the_first_traceback_and_no_figure(call, tmp_path, broken):
    broken.update(range(1, 501))
    code, told, error = call("run", "baseline", "--seeds", "500", "--workers", "1", "--out", tmp_path / "r")
    counts = json.loads((tmp_path / "r" / "manifest.json").read_text())["counts"]
    assert code == 3 and f"{counts['failed']} of 500 runs failed" in told and 20 <= counts["failed"] < 60
    assert error.count("ArithmeticError: seed 1 went wrong") == 1 and "seed 2 " not in error
    assert "in faulty" in error and "Figures" not in told and "Report" not in told
    assert not (tmp_path / "r" / "figures").exists() and not (tmp_path / "r" / "report.html").exists()


def test_other_code_of_the_model_ends_with_5_unless_it_is_accepted(call, tmp_path, monkeypatch):
    words = ("sweep", "baseline", "--vary", "parameters.horizon=12", "--outcomes", "welfare", "--workers", "1")
    words = (*words, "--start", "2000", "--end", "2001", "--format", "svg", "--out", tmp_path / "r", "--quiet")
    assert call(*words, "--seeds", "1")[0] == 0
    old = json.loads((tmp_path / "r" / "manifest.json").read_text())["kernel_hash"]
    monkeypatch.setattr("sim.machine.compiled.kernel_hash", lambda: "e" * 64)
    code, _, error = call(*words, "--seeds", "2")
    assert code == 5 and f"the model's code changed ({old[:8]} -> eeeeeeee)" in error
    assert "--accept-code-change" in error.splitlines()[1] and len(error.splitlines()) == 2
    assert call(*words, "--seeds", "2", "--accept-code-change")[0] == 0
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert old in page and "e" * 64 in page and "earlier code" in page  # both versions


def test_replay_compares_every_table_of_the_run(call, tmp_path):
    """A table whose rows were doubled is refused by name, and told as another one where it is read unverified."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path / "r"
    assert (
        call("run", "baseline", "--seeds", "1", "--workers", "1", "--start", "2038", "--out", folder, "--quiet")[0] == 0
    )
    run = pq.read_table(folder / "runs.parquet")["run_id"][0].as_py()
    assert call("replay", folder, run)[:2] == (0, "baseline, seed 1: done\nthe same bytes as stored, in every table\n")
    for table in ("trajectories", "markets", "events", "partnerships", "final_markets"):
        (path,) = (folder / table).iterdir()
        held = path.read_bytes()
        rows = pq.read_table(path)
        pq.write_table(pa.concat_tables([rows, rows]), path)
        code, _, error = call("replay", folder, run)
        assert code == 74 and path.name in error and table in error
        code, said, _ = call("--no-verify", "replay", folder, run)
        assert code == 6 and said.endswith(f"not the same as stored: {table}\n")
        path.write_bytes(held)
    assert call("status", folder, "--hashes")[:2] == (0, f"{folder}: every file is what was written\n")


def test_doctor_fails_where_a_run_fails(call, broken):
    broken.update({1})
    code, said, error = call("doctor")
    assert code == 74 and "seed 1 went wrong" in said and "not all is well" in error
