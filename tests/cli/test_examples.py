"""The notebooks of docs/examples run from top to bottom, and leave what they promise."""

import gc
import json

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
