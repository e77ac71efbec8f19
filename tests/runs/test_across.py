"""Effects over draws of the parameters, on tables whose numbers are known, and the record that is kept of them."""

import numpy as np
import pandas as pd
import pytest

from sim.documents.across import SETS, asked_for, renewed
from sim.runs import across
from sim.runs.summary import HEADLINES

EFFECTS = np.array([1.0, 2.0, 3.0, -4.0])  # of four draws


def crossed(seeds: int = 2) -> pd.DataFrame:
    """Runs of a base and a what-if whose effect is that of its draw, whatever the luck."""
    rows = []
    for run in range(4 * seeds):
        draw, luck = run % 4, run // 4
        for name, effect in (("base", 0.0), ("duty", EFFECTS[draw])):
            level = 10.0 * (draw + 1) + luck + effect
            rows.append((name, run + 1, draw + 1, luck + 1, level, np.nan if luck else 1.0, "done"))
    return pd.DataFrame(rows, columns=["scenario", "seed", "draw", "luck", "welfare", "trust", "status"])


def plain(seeds: int = 3) -> pd.DataFrame:
    """The same two without draws: the first of them with seeds of luck alone."""
    named = (("base", 0.0), ("duty", 1.0))
    rows = [(name, luck + 1, 10.0 + luck + effect, "done") for luck in range(seeds) for name, effect in named]
    return pd.DataFrame(rows, columns=["scenario", "seed", "welfare", "status"])


def test_effects_over_draws_are_those_the_table_was_made_with():
    (row,) = across.over_draws(crossed(), {"duty": "base"}, ["welfare", "trust"])  # trust lacks runs
    assert (row.draws, row.seeds, row.rises, row.difference) == (4, 2, 3, pytest.approx(0.5))
    assert (row.low, row.high) == pytest.approx(tuple(np.quantile(EFFECTS, (0.05, 0.95))))
    assert (row.base_level, row.level) == pytest.approx((10.5, 11.5))  # the first draw, over both seeds
    assert across.over_draws(plain(), {"duty": "base"}, ["welfare"]) == []
    lost = crossed().iloc[1:]
    assert across.over_draws(lost, {"duty": "base"}, ["welfare"]) == []


def test_a_record_is_believed_only_of_a_folder_with_the_runs_of_its_first_draw(tmp_path):
    path = tmp_path / f"set{across.RECORD}"
    assert across.read(path) == []
    path.write_text(across.written(across.over_draws(crossed(), {"duty": "base"}, ["welfare"])), encoding="utf-8")
    record = across.read(path)
    assert across.of_this_folder(record, plain(), "duty", "base") == record
    other = plain().assign(welfare=lambda table: table["welfare"] * 1.001)  # other code, or another scenario
    failed = plain().assign(status=lambda table: table["status"].where(table["seed"] > 1, "failed"))
    for runs in (other, failed, plain(1), plain().query("seed > 1"), crossed()):
        assert across.of_this_folder(record, runs, "duty", "base") == []
    assert across.of_this_folder(record, plain(), "ban", "base") == []


def test_what_is_run_again_replaces_its_own_rows(tmp_path):
    path = tmp_path / f"set{across.RECORD}"
    (row,) = across.over_draws(crossed(), {"duty": "base"}, ["welfare"])
    renewed(path, [row, row._replace(scenario="ban")])
    renewed(path, [row._replace(difference=9.0)])
    assert [(each.scenario, each.difference) for each in across.read(path)] == [("ban", 0.5), ("duty", 9.0)]


def test_what_is_no_record_is_refused(tmp_path):
    path, head = tmp_path / f"set{across.RECORD}", ",".join(across.Across._fields)
    for text in ("", "base,scenario\n", f"{head}\nbase,duty,welfare,many\n", f"{head}\nbase,duty\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError):
            across.read(path)


def test_the_shipped_record_holds_the_what_ifs_of_the_first_command():
    record, known = across.read(SETS / f"all2025{across.RECORD}"), asked_for()
    # Under other assumptions a what-if is held against a variant of its base, `baseline--NAME`.
    held = {(row.base.partition("--")[0], row.scenario) for row in record}
    assert held == {(base, name) for base in known for name in known[base]}
    for name in ("tariff_escalation", "tight_controls", "open_door"):
        mine = [row for row in record if row.scenario == name]
        assert [row.metric for row in mine] == list(HEADLINES)
        assert all(row.draws >= 20 and row.low <= row.high and 0 <= row.rises <= row.draws for row in mine)


@pytest.mark.verification
def test_the_shipped_record_is_of_this_code(tmp_path):
    """Where it fails, results have moved: `python -m sim.documents.across` makes the record again."""
    from sim.runs import compare

    record = across.read(SETS / f"all2025{across.RECORD}")
    runs = compare("baseline", "tariff_escalation", seeds=record[0].seeds, out=tmp_path / "c", keep="summary").runs
    assert across.of_this_folder(record, runs, "tariff_escalation", "baseline")
