"""The notebooks of docs/examples and the tutorial run from top to bottom, and leave what they promise."""

import gc
import json
import re
import shutil

import pytest


@pytest.mark.filterwarnings(
    "ignore:Implicitly cleaning up:ResourceWarning"
)  # results without a folder go with their names
@pytest.mark.parametrize("name", ["sweep.ipynb"])
def test_the_notebook_runs(root, name):
    cells = json.loads((root / "docs" / "examples" / name).read_text(encoding="utf-8"))["cells"]
    told = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], "cells are stored without outputs"
            exec(compile("".join(cell["source"]), name, "exec"), told)
    assert len(told["swept"].runs) == 9 * told["SEEDS"] and told["again"].folder == told["swept"].folder
    assert (told["paired"]["n"] == told["SEEDS"]).all() and told["files"]
    told.clear()
    gc.collect()


def test_the_tutorial_runs(root, tmp_path, monkeypatch, call, capsys):
    """All commands and blocks of docs/tutorial.md in order, in an empty folder; fewer seeds, one kind of figure."""
    (tmp_path / "docs").symlink_to(root / "docs")
    monkeypatch.chdir(tmp_path)
    page = (root / "docs" / "tutorial.md").read_text(encoding="utf-8")
    steps = re.findall(r"^```(\w+)\n(.*?)^```|^    ((?:python run\.py|cp) [^\n]+)$", page, re.MULTILINE | re.DOTALL)
    told = {"PARTNERSHIP": ""}
    for language, block, command in steps:
        if language == "yaml":
            (tmp_path / "scenarios" / "my_duty.yaml").write_text(block, encoding="utf-8")
        elif language == "python":
            exec(compile(block, "tutorial", "exec"), told)
            assert "Empty DataFrame" not in capsys.readouterr().out
        elif command.startswith("cp"):
            shutil.copy(*command.split()[1:])
        else:
            few = command.replace("--seeds 4", "--seeds 2 --workers 1 --format svg")
            few = few.replace("--out results/other-rules", "--out results/other-rules --keep events")  # draws nothing
            few = few.replace("--partnership PARTNERSHIP", f"--partnership {told['PARTNERSHIP']}")
            code, out, err = call(*few.split()[2:])
            assert code == 0, (command, err)
            assert ("In all:" in out) == ("explain" in command)
    for named in re.findall(r"`((?:results|scenarios)/[\w/.-]+)`", page):
        assert (tmp_path / named.replace(".png", ".svg")).exists(), named
    told.clear()
    gc.collect()
