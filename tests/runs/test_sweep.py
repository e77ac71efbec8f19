"""Sweeps on a synthetic model: designs, points, what is written, and that nothing depends on how it was carried out."""

import csv
import math
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Conflict, ScenarioError, UsageError
from sim.runs import Options, Results, carry_out, merge
from sim.runs import batch as worker
from sim.runs.design import factor, grid, read_points, sampled, table, together
from sim.runs.store import Folder
from sim.runs.sweep import plan
from tests.runs import synthetic
from tests.runs.synthetic import Scenario
from tests.runs.test_ensemble import content

BASE = Scenario()
MODEL = {"simulate": synthetic.simulate, "labels": synthetic.labels, "vary": synthetic.vary}
TABLES = ("yearly", "final", "final_markets")


def study(out, vary=None, scenario=BASE, seeds=3, workers=1, keep="summary", **options):
    given = {
        key: options.pop(key) for key in ("design", "points", "samples", "outcomes", "reference") if key in options
    }
    asked = {"vary": vary or {"effect": [0.1, 0.2]}, "seeds": seeds, **given}
    if "points" in given or not isinstance(given.get("design", ""), str):
        asked.pop("vary")
    return carry_out(
        plan(scenario, asked, synthetic.vary), Options(workers=workers, out=out, keep=keep, **MODEL, **options)
    )


def digest(results):
    """Everything a study says of its runs, as bytes."""
    runs = results.table("runs.parquet").drop_columns(["seconds"])
    summed = [pq.read_table(results.folder / f"{name}.parquet") for name in ("summary", "differences")]
    whole = [each.to_pandas().to_csv(index=False) for each in (runs, *summed)]
    return [content(results, name) for name in TABLES] + whole


# designs


def test_a_range_holds_both_ends_and_no_rounding():
    assert factor("p", "0.1:0.3:0.1").values == (0.1, 0.2, 0.3)
    assert factor("p", "0:1:0.05").values == tuple(round(n / 20, 2) for n in range(21))
    assert factor("p", "0%:100%:50%").values == (0.0, 0.5, 1.0) and factor("p", "3:1:-1").values == (3, 2, 1)
    assert factor("p", {"from": 0, "to": 1, "by": 0.5}).values == (0.0, 0.5, 1.0)
    assert factor("p", "12, 24,40").values == (12, 24, 40) and factor("p", "2027Q3,[eu, us]").values[1] == ["eu", "us"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0:1:0", "a step of 0 does not lead"), ("1:0:0.1", "does not lead from 1 to 0"), ("0:1:0.3", "miss 1"),
        ("", "no values"), ("a:b:c", "not a number"), ("2:1", "is empty"), ("0:1:log", "above zero"),
        ("0.5:2:whole", "whole numbers"), ("0:9999999:1", "values"), ("0:nan:1", "finite"), ("1:2:3:4", "4 parts"),
    ],
)  # fmt: skip
def test_a_wrong_range_is_refused(text, told):
    with pytest.raises(UsageError, match=told):
        factor("p", text)


def test_designs_hold_the_points_they_promise():
    one, other = factor("a", [1, 2]), factor("b", [3, 4])
    assert grid([one, other]).rows == ((1, 3), (1, 4), (2, 3), (2, 4))
    assert together([one, other]).rows == ((1, 3), (2, 4))
    with pytest.raises(UsageError, match="a 2, b 1"):
        together([one, factor("b", [3])])
    with pytest.raises(UsageError, match="1,000,000 points"):
        grid([factor("a", range(1000)), factor("b", range(1000))])


@given(st.integers(1, 40), st.sampled_from(["lhs", "sobol"]))
def test_samples_are_even_inside_their_bounds_and_repeatable(count, kind):
    factors = [factor("a", "2:4"), factor("b", "1:100:log"), factor("c", "3:5:whole"), factor("d", ["x", "y"])]
    made = sampled(kind, factors, count)
    assert made.rows == sampled(kind, factors, count).rows and len(made.rows) == count
    a, b, c, d = zip(*made.rows, strict=True)
    assert (
        all(2 <= v <= 4 for v in a) and all(1 <= v <= 100 for v in b) and set(c) <= {3, 4, 5} and set(d) <= {"x", "y"}
    )
    if kind == "lhs":  # one sample in each of as many strips
        strips = {math.floor((v - 2) / 2 * count) for v in a}
        assert len(strips) == count


def test_laws_have_their_medians():
    assert factor("p", "1:100:log").at(0.5) == pytest.approx(10)
    assert factor("p", {"low": 0, "high": 1, "law": "triangular", "mode": 0}).at(0.5) == pytest.approx(
        1 - math.sqrt(0.5)
    )
    assert [factor("p", "1:4:whole").at(share) for share in (0, 0.3, 0.6, 0.999999)] == [1, 2, 3, 4]


def test_points_come_from_a_file(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("effect,seed\n10%,4\n0.2,5\n10%,6\n")
    design = read_points(path)
    assert design.paths == ("effect",) and design.seeds == (4, 5, 6)
    path.write_text("effect\n")
    with pytest.raises(UsageError, match="no points"):
        read_points(path)
    path.write_text("effect,end\n1\n")
    with pytest.raises(UsageError, match="row 2 has not 2 cells"):
        read_points(path)


# points


def test_every_point_is_validated_and_each_problem_said_once():
    with pytest.raises(ScenarioError) as caught:
        plan(BASE, {"vary": {"effect": [1, 20, 30], "end": [1992, 1993]}}, synthetic.vary)
    assert [str(problem) for problem in caught.value.problems] == ["--vary effect: wrong"]
    with pytest.raises(UsageError, match="one holds the other"):
        plan(BASE, {"vary": {"shocks.a": [1], "shocks.a.rate": [1]}}, synthetic.vary)
    wrong = {
        "wellfare": "no metric 'wellfare'",
        "trust@car": "no sector 'car'",
        "chinese_share@cars@uk": "no region 'uk'",
    }
    for outcome, told in {**wrong, "trust@2050": "2050 is not between 1990 and 1992"}.items():
        with pytest.raises(UsageError, match=told):
            plan(BASE, {"vary": {"effect": [1]}, "outcomes": [outcome]}, synthetic.vary)


def test_the_scenario_as_it_stands_is_point_0_and_repeated_points_are_one():
    made = plan(BASE, {"vary": {"effect": [0.1, 0.0, 0.1]}}, synthetic.vary)
    assert made.design.to_pydict() == {"point": [0, 1], "designed": [True, True], "effect": [0.0, 0.1]}
    apart = plan(BASE, {"vary": {"effect": [0.1]}}, synthetic.vary)
    assert apart.design["designed"].to_pylist() == [False, True]


def test_a_sweep_leaves_tables_that_join(tmp_path):
    results = study(tmp_path / "r", {"effect": [0.1, 0.2], "end": [1991, 1992]}, seeds=4)
    assert results.manifest["counts"]["done"] == (4 + 1) * 4 - 0 and results.swept == ("effect", "end")
    assert list(results.runs)[:6] == ["run_id", "scenario", "point", "seed", "effect", "end"]
    assert results.runs.run_id.is_unique and (results.runs.status == "done").all()
    final = results.final
    assert list(final)[:6] == ["scenario", "point", "effect", "end", "seed", "year"] and (final.year == final.end).all()
    assert (tmp_path / "r" / "yearly").is_dir() and not (tmp_path / "r" / "yearly_markets").exists()
    assert results.table("yearly").schema.field("trust").type == "float"


def test_differences_are_the_paired_ones_of_the_final_table(tmp_path):
    results = study(tmp_path / "r", seeds=5)
    wide = results.final.query("sector == 'all'").pivot(index="seed", columns="point", values="technology_gap")
    rows = results.differences.query("metric == 'technology_gap' and sector == 'all'").set_index("point")
    for point, effect in ((1, 0.1), (2, 0.2)):
        gap = wide[point] - wide[0]
        assert rows.difference[point] == pytest.approx(gap.mean()) == pytest.approx(effect)
        assert rows.n[point] == 5 and rows.effect[point] == effect and rows.p_positive[point] == 1
    level = results.summary.query("metric == 'technology_gap' and sector == 'all'").set_index("point")
    assert level["mean"].to_numpy() == pytest.approx(wide.mean().to_numpy())
    assert level.q50.to_numpy() == pytest.approx(wide.median().to_numpy())
    half = 2.776445 * wide[1].std() / math.sqrt(5)  # t of 4 degrees of freedom
    assert level.hi[1] - level["mean"][1] == pytest.approx(half, rel=1e-6)


def test_a_reference_pairs_points_of_equal_assumptions(tmp_path):
    varied = {"effect": [0.1, 0.3], "end": [1991, 1992]}
    results = study(tmp_path / "r", varied, seeds=4, reference={"effect": 0.0})
    design = results.design.set_index("point")
    assert results.swept == ("effect", "end") and design.designed.sum() == 4
    for _point, row in design[design.designed].iterrows():
        other = design.loc[row.reference]
        assert other.effect == 0 and other.end == row.end and other.reference == row.reference
    assert {tuple(each) for each in design.loc[~design.designed, ["effect", "end"]].to_numpy()} >= {
        (0, 1991),
        (0, 1992),
    }
    rows = results.differences.query("metric == 'technology_gap' and sector == 'all'").set_index("point")
    assert rows.difference.to_numpy() == pytest.approx(design.effect[rows.index].to_numpy())
    assert (rows.reference == design.reference[rows.index]).all() and set(rows.index) == set(
        design.index[design.designed]
    )
    with pytest.raises(ScenarioError, match="--vary effect: wrong"):
        plan(BASE, {"vary": {"end": [1991]}, "reference": {"effect": 20}}, synthetic.vary)


def test_outcomes_choose_what_is_summed_up(tmp_path):
    results = study(tmp_path / "r", outcomes=["trust@solar", "chinese_share@1992@cars@eu"])
    assert set(results.summary.metric) == {"trust", "chinese_share"}
    assert results.manifest["design"]["outcomes"] == ["trust@solar", "chinese_share@1992@cars@eu"]


def test_a_failed_point_is_recorded_and_its_pairs_are_left_out(tmp_path):
    results = study(tmp_path / "r", scenario=Scenario(failing=(2,)), seeds=3)
    assert results.manifest["counts"]["failed"] == 3 and set(results.runs[results.runs.status == "failed"].seed) == {2}
    assert (results.differences.n == 2).all()


def test_a_seed_of_ones_own_runs_only_with_its_row(tmp_path):
    frame = pd.DataFrame({"effect": [0.1, 0.2, 0.1], "seed": [4, 5, 6]})
    results = study(tmp_path / "r", design=frame)
    pairs = set(zip(results.runs.point, results.runs.seed, strict=True))
    assert pairs == {(1, 4), (2, 5), (1, 6), (0, 4), (0, 5), (0, 6)}


def test_seeds_come_first_so_that_a_part_is_balanced(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST", 2)
    study(tmp_path / "r", {"effect": [0.1, 0.2, 0.3, 0.4]}, seeds=3)
    lines = (tmp_path / "r" / "journal.jsonl").read_text().splitlines()
    seeds = [int(line.split('"chunk": "runs-')[1][:6]) for line in lines if '"event": "chunk"' in line]
    assert seeds == sorted(seeds) and len(seeds) == 9


# nothing depends on how it was carried out


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return digest(study(tmp_path_factory.mktemp("whole") / "r"))


def test_two_workers_and_other_chunks_change_no_byte(tmp_path, monkeypatch, whole):
    assert digest(study(tmp_path / "two", workers=2)) == whole
    monkeypatch.setattr(worker, "LARGEST", 1)
    assert digest(study(tmp_path / "small")) == whole


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills")
def test_a_worker_killed_in_mid_sweep_costs_nothing(tmp_path, monkeypatch, whole):
    monkeypatch.setattr(worker, "LARGEST", 1)  # of this process, which makes the batches

    def kill_one():
        while not list((tmp_path / "r" / ".chunks").glob("*.json")):
            time.sleep(0.01)
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    results = study(tmp_path / "r", scenario=Scenario(pause=0.3), workers=2)
    killer.join()
    assert results.manifest["counts"]["failed"] == 0 and digest(results) == whole


def test_shards_merge_to_the_same_bytes(tmp_path, whole):
    parts = [study(tmp_path / f"r.{n}", shard=(n, 3)).folder for n in (1, 2, 3)]
    assert [Results.open(part).manifest["counts"]["planned"] for part in parts] == [3, 3, 3]
    assert not (parts[0] / "summary.parquet").exists()
    merged = merge(parts, tmp_path / "r")
    assert merged.manifest["status"] == "complete" and digest(merged) == whole
    notes = []
    short = merge(parts[:2], tmp_path / "short", note=notes.append)
    assert short.manifest["status"] == "stopped" and notes[0].startswith("3 of 9 runs are missing")
    assert digest(study(tmp_path / "short")) == whole  # the whole study goes on where the shards ended
    with pytest.raises(Conflict, match="shard 1/3 -> 2/3"):
        study(parts[0], shard=(2, 3))
    with pytest.raises(Conflict, match="effect"):
        merge([parts[0], study(tmp_path / "other", scenario=Scenario(effect=0.5), shard=(2, 3)).folder], tmp_path / "x")


def test_more_seeds_and_other_points(tmp_path, whole):
    study(tmp_path / "r", seeds=1)
    assert digest(study(tmp_path / "r", seeds=3)) == whole
    with pytest.raises(Conflict, match=r"design vary: .* -> "):
        study(tmp_path / "r", {"effect": [0.1, 0.3]})
    with pytest.raises(Conflict, match="--keep summary -> trajectories"):
        study(tmp_path / "r", keep="trajectories")


def repeat_a_run(folder):
    """Write the first run of the first chunk once more, in a chunk of its own."""
    held = Folder(folder)
    late = held.receipts()[0]
    (run, told), *_ = late.runs.items()
    tables = {}
    for name in late.files:
        table = pq.read_table(folder / name / f"{late.chunk}.parquet")
        tables[name] = table.slice(0, table.num_rows // len(late.runs))
    held.write_chunk(replace(late, chunk="quiet-999999-1a7e1a7e1a7e", runs={run: told}), tables)


def test_a_run_that_stands_in_two_chunks_counts_once(tmp_path, whole):
    results = study(tmp_path / "r")
    repeat_a_run(results.folder)
    assert digest(results) == whole  # written by a worker that was given up, after the end: no manifest lists it
    assert digest(study(tmp_path / "r")) == whole


def test_a_chunk_of_which_nobody_told_leaves_no_run_twice(tmp_path, monkeypatch, whole):
    """A worker that dies between writing a chunk and telling of it: its runs are repeated, in other chunks."""
    monkeypatch.setattr(worker, "LARGEST", 2)
    done = []

    def repeat(told):
        if told.done and not done:
            done.append(repeat_a_run(tmp_path / "r"))

    assert digest(study(tmp_path / "r", progress=repeat)) == whole
    assert done and not list((tmp_path / "r").rglob("*1a7e*"))


def _part(out, seed):
    """A study in a process of its own that is killed at a random moment; whether it came to its end before."""
    child = os.fork()
    if child == 0:
        study(out, scenario=Scenario(pause=0.004), seeds=3)
        os._exit(0)
    time.sleep(random.Random(seed).uniform(0.02, 0.4))
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_killed_twenty_times_at_random_moments_and_resumed_it_ends_in_the_same_bytes(tmp_path, monkeypatch, whole):
    monkeypatch.setattr(worker, "LARGEST", 1)
    ended = [_part(tmp_path / f"r{n // 5}", n) for n in range(20)]  # four studies, killed five times each
    assert not all(ended)
    for n in range(4):
        assert digest(study(tmp_path / f"r{n}")) == whole
        assert not list((tmp_path / f"r{n}").rglob("*.part"))


# more seeds until intervals are narrow


def test_seeds_are_added_until_every_interval_is_narrow(tmp_path):
    noisy = {"until_ci": {"trust": 0.05}, "seeds": 20}
    results = study(tmp_path / "r", {"end": [1991, 1990]}, **noisy)
    seeds = len(results.manifest["seeds"])
    assert seeds % 20 == 0 and seeds > 20
    rows = results.differences.query("metric == 'trust' and sector == 'all'")
    assert ((rows.hi - rows.lo) / 2 <= 0.05).all()
    course = pd.read_csv(results.folder / "convergence.csv")
    assert set(course.seeds) == set(range(20, seeds + 1, 20)) and set(course.point) == {1, 2}
    before = course[course.seeds == seeds - 20].half_width.max()
    after = course[course.seeds == seeds].half_width.max()
    assert before > 0.05 >= after
    last = course[course.seeds == seeds].set_index("point").half_width
    assert last.to_dict() == pytest.approx(((rows.hi - rows.lo) / 2).set_axis(rows.point).to_dict())
    again = study(tmp_path / "r", {"end": [1991, 1990]}, **noisy)
    assert len(again.manifest["seeds"]) == seeds


def test_the_cap_holds_and_narrow_intervals_add_nothing(tmp_path):
    capped = study(tmp_path / "c", {"end": [1991]}, seeds=20, until_ci={"trust": 1e-6}, max_seeds=30)
    assert len(capped.manifest["seeds"]) == 30 and capped.manifest["status"] == "complete"
    same = study(tmp_path / "s", seeds=4, until_ci={"trust": 0.01})  # pairs do not differ in trust at all
    assert len(same.manifest["seeds"]) == 4
    with pytest.raises(UsageError, match="watched in the last year, 1992"):
        study(tmp_path / "x", until_ci={"trust@1991@cars": 1})
    with pytest.raises(UsageError, match="no metric 'trusty'") as caught:
        study(tmp_path / "x", until_ci={"trusty": 1})
    assert caught.value.hint == "did you mean trust?"
    with pytest.raises(UsageError, match="shard sees no intervals"):
        study(tmp_path / "x", until_ci={"trust": 1}, shard=(1, 2))


def test_intervals_are_watched_where_they_are_asked_for(tmp_path):
    """The course of a sector and of a region is what their stored runs give; figures say which."""
    from sim.plots import draw
    from sim.runs.summary import half_width, spread

    wanted = {"trust@solar": 9.0, "chinese_share@cars@eu": 9.0}
    results = study(tmp_path / "r", {"effect": [0.3]}, seeds=6, until_ci=wanted)
    course = pd.read_csv(tmp_path / "r" / "convergence.csv").set_index("metric")
    for text, stored in (("trust@solar", results.final), ("chinese_share@cars@eu", results.final_markets)):
        metric, *place = text.split("@")
        rows = stored[stored["sector"] == place[0]]
        rows = rows[rows["region"] == place[1]] if len(place) == 2 else rows
        values = rows.pivot(index="seed", columns="point", values=metric)
        n, _, sd = spread((values[1] - values[0]).to_numpy()[None])
        assert course.loc[text, "half_width"] == pytest.approx(float(half_width(sd, n)[0]), abs=1e-9)
    draw(results.folder, ("svg",))
    figure = (tmp_path / "r" / "figures" / "convergence-chinese_share-cars-eu.svg").read_text(encoding="utf-8")
    assert "share: cars, EU: how well" in figure


def test_convergence_is_drawn(tmp_path):
    from sim.plots import draw

    results = study(tmp_path / "r", {"end": [1991]}, seeds=20, until_ci={"trust": 0.2})
    drawn = {path.name for path in draw(results.folder, ("svg",))}
    assert {"convergence-trust.svg", "convergence-trust.csv"} <= drawn
    text = (results.folder / "figures" / "convergence-trust.svg").read_text()
    assert "by number of seeds" in text and "Wanted: ± 0.2" in text


# memory


SCRIPT = """
import sys
from pathlib import Path
from sim.runs import Options, carry_out
from sim.runs.sweep import plan
from tests.runs import synthetic

def most():  # MB since this program began; the kernel's ru_maxrss remembers the process that forked it
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024

if __name__ == "__main__":
    effects = [n / 1000 for n in range(1, int(sys.argv[2]))]
    made = plan(synthetic.Scenario(end=1990), {"vary": {"effect": effects}, "seeds": 4}, synthetic.vary)
    before = most()
    carry_out(made, Options(workers=2, out=sys.argv[1], keep="summary", simulate=synthetic.simulate,
                            labels=synthetic.labels, vary=synthetic.vary))
    print(before, most())
"""


@pytest.mark.verification
@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux does")
def test_memory_of_the_main_process_is_flat_in_the_number_of_runs(tmp_path, root):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(root)}
    most = {}
    for points in (25, 250):
        command = [sys.executable, str(script), str(tmp_path / str(points)), str(points)]
        told = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout
        most[points] = int(told.split()[1])
    assert most[250] < most[25] + 60 and most[250] < 500


def test_the_list_of_failures_names_the_point(tmp_path):
    results = study(tmp_path / "r", scenario=Scenario(broken=(1,)), seeds=1)
    with open(results.folder / "failures.csv", newline="") as lines:
        assert sorted(row["point"] for row in csv.DictReader(lines)) == ["0", "1", "2"]
    assert np.isnan(results.runs.trust).all()


def test_a_table_of_rows_is_a_design():
    assert table([{"a": np.float64(1), "b": "x"}]).rows == ((1.0, "x"),)
    with pytest.raises(UsageError, match="no points"):
        table([])
