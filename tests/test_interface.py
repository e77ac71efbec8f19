"""The public interface: one set of names, under `contraflow` and under `sim`, and the program under each name."""

import ast
import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import contraflow as cf
import sim
from sim.called import program

NAMES = ["Economy", "Results", "Scenario", "compare", "draw", "ensemble", "load", "simulate", "sweep"]


def test_dir_shows_the_interface_and_no_more() -> None:
    import_module("sim.simulate")  # its parent holds it from now on
    assert dir(cf) == dir(sim) == sorted([*NAMES, "__version__"])
    assert cf.__version__ == sim.__version__


def test_a_name_is_what_its_home_defines() -> None:
    for name in NAMES:
        assert getattr(cf, name) is getattr(import_module(sim.HOMES[name]), name)
        assert callable(getattr(cf, name)), name
    for package in (cf, sim):
        with pytest.raises(AttributeError, match="has no attribute 'ensembel'"):
            package.ensembel  # noqa: B018


def test_simulate_is_the_function_before_and_after_its_module_is_loaded(interpreter) -> None:  # type: ignore[no-untyped-def]
    for package in ("contraflow", "sim"):
        for first in ("", "import sim.simulate; ", f"from {package} import Economy; "):
            told = interpreter(f"{first}from {package} import simulate; print(type(simulate).__name__)")
            assert told == "function", (package, first)


def test_what_type_checkers_are_told_is_what_is_loaded(root: Path) -> None:
    tree = ast.parse((root / "contraflow/__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told == sim.HOMES


def test_both_packages_say_that_they_are_typed(root: Path) -> None:
    assert all((root / package / "py.typed").is_file() for package in ("contraflow", "sim"))


def test_a_wheel_carries_every_folder_that_the_code_looks_for(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    packed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    code = "".join(path.read_text(encoding="utf-8") for path in (root / "sim").rglob("*.py"))
    asked = set(re.findall(r'carried\("(\w+)"', code))
    assert {"scenarios", "records"} <= asked and packed == {name: f"sim/data/{name}" for name in asked}


def test_importing_it_loads_no_library(interpreter) -> None:  # type: ignore[no-untyped-def]
    loaded = interpreter("import sys, contraflow; print(*{name.partition('.')[0] for name in sys.modules})").split()
    assert not {"numpy", "numba", "pandas", "pyarrow", "matplotlib", "mesa", "scipy", "pydantic"} & set(loaded)


def test_the_program_is_the_same_under_each_name(interpreter, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    for package in ("contraflow", "sim"):
        told = interpreter(
            f"import runpy, sys\nsys.argv[1:] = ['--version']\nrunpy.run_module({package!r}, run_name='__main__')"
        )
        assert told == f"contraflow {sim.__version__}"
        monkeypatch.setattr(sys, "argv", [f"/anywhere/{package}/__main__.py"])
        assert program() == ("python", "-m", package)
