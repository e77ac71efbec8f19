"""What the explorer's page holds, without a browser: everything that fits, and the command that writes it."""

import hashlib
import html
import re
from pathlib import Path

import numpy as np
import pytest

from sim import explorer, report
from sim.cli import main
from sim.explorer import contents, page
from sim.explorer.blocks import GAPS, LEVELS, Block
from sim.explorer.curves import Curve, Curves, Pair
from sim.runs import Results
from sim.runs.tables import ALL

HERE = Path(page.__file__).parent


def test_a_large_sweep_fits_into_five_megabytes() -> None:
    """22 points, 40 metrics, 62 years, all sectors pooled: courses that share nothing, in all digits."""
    rng = np.random.default_rng(1)
    shape = (22, 1, 62)
    size = 0
    for metric in range(40):
        levels = {name: np.cumsum(rng.normal(0.0, 0.03, shape), axis=-1) for name in LEVELS} | {
            "n": np.full(shape, 20.0)
        }
        gaps = {name: rng.normal(0.0, 1.0, (21, 1, 62)) for name in GAPS} | {"n": np.full((21, 1, 62), 20.0)}
        block = Block(f"metric {metric}", ((ALL, ""),), np.arange(1979, 2041), levels, gaps)
        size += len(contents._packed(block)["numbers"])
    scripts = sum((HERE / "vendor" / name).stat().st_size for name in page.LIBRARIES)
    assert size + scripts < 2_500_000


def test_what_does_not_fit_is_left_out_and_named(swept: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = contents.contents(swept.folder, None, None)
    assert whole["omitted"] == "" and len(whole["metrics"]) > 60 and len(whole["sectors"]) > 10
    pooled = contents.contents(swept.folder, None, [ALL])["blocks"].values()
    room = int(0.8 * sum(len(each["numbers"]) for each in pooled))
    monkeypatch.setattr(contents, "ROOM", room)
    some = contents.contents(swept.folder, None, None)
    assert sum(len(each["numbers"]) for each in some["blocks"].values()) <= room
    assert re.fullmatch(r"\d+ of \d+ metrics and sectors .*", some["omitted"])
    assert set(contents.HEADLINES) <= set(some["blocks"]) and list(some["sectors"]) == [ALL]


def test_it_opens_at_the_outcome_asked_for(swept: Results) -> None:
    told = contents.contents(swept.folder, ["local_chinese@cars@eu", "trust"], ["cars", "solar"])
    assert told["opening"] == ("local_chinese", "cars", "eu") and set(told["blocks"]) == {"local_chinese", "trust"}
    assert list(told["sectors"]) == ["cars", "solar"] and "eu" in told["regions"]


def test_the_policy_names_the_scripts_to_the_letter(alone: Results) -> None:
    text = page.render(alone.folder)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = re.findall(r"'sha256-([^']+)'", html.unescape(text.split("<style>")[0]))
    assert len(scripts) == len(hashes) == 4
    assert list(page._hashes(scripts)) == [f"'sha256-{each}'" for each in hashes]
    assert "Content-Security-Policy" in text and "default-src 'none'; script-src 'sha256-" in html.unescape(text[:400])
    assert page.render(alone.folder) == text  # the same folder, the same bytes


def test_libraries_are_as_published() -> None:
    told = (HERE / "vendor" / "LICENSES.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (\S+\.js) \|.*`([0-9a-f]{64})` \|$", told, re.MULTILINE))
    assert set(listed) == set(page.LIBRARIES)
    for name, digest in listed.items():
        assert hashlib.sha256((HERE / "vendor" / name).read_bytes()).hexdigest() == digest


def test_a_pair_of_fewer_seeds_has_the_first() -> None:
    values = np.arange(10.0).reshape(2, 1, 1, 5) ** 2
    curves = Curves([Curve("a", "a"), Curve("b", "b")], [Pair(1, 0, 3), Pair(1, 0)], [])
    found = contents.blocks._paired(values, curves)
    gap = values[1] - values[0]
    assert found["difference"][:, 0, 0].tolist() == [gap[..., :3].mean(), gap.mean()]
    assert found["n"][:, 0, 0].tolist() == [3, 5]


def test_the_command(swept: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report.write(swept.folder)
    assert main(["explore", str(swept.folder), "--metrics", "trust,welfare", "--sectors", "cars"]) == 0
    written = swept.folder / explorer.EXPLORER
    assert f"{written} (" in capsys.readouterr().out
    assert 'href="explore.html"' in (swept.folder / report.REPORT).read_text(encoding="utf-8")
    assert main(["explore", str(swept.folder), "--out", str(tmp_path / "new" / "mine.html"), "--metrics", "trust"]) == 0
    written.unlink()
    refused = {
        (str(swept.folder), "--metrics", "trsut"): (2, "did you mean trust?"),
        (str(swept.folder), "--metrics", "trust@car"): (2, "there are cars"),
        (str(swept.folder), "--sectors", "car"): (2, "there are cars"),
        (str(swept.folder), "--out", str(tmp_path)): (73, "give --out a file"),
        (str(tmp_path),): (2, "is not a results folder"),
    }
    for words, (code, told) in refused.items():
        assert main(["explore", *words]) == code and told in capsys.readouterr().err
    assert not written.exists()
