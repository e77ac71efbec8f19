"""The rules of the house, enforced: layers, pure rules, one writer of state, one declaration of everything."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.machine import draws
from sim.model import columns
from sim.model.columns import Firms, Partnerships, Policy, World
from sim.model.parameters import Parameters, parameters
from sim.model.records import Market, Outcome, Vintage

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "sim").rglob("*.py"))
PAGES = [path for path in SOURCES if path.parent.name == "rules" and path.stem != "__init__"]
TABLES = {name: kind for name, kind in vars(columns).items() if hasattr(kind, "_fields")}
STATE = {*Firms._fields, *Partnerships._fields}
GIVEN = {*World._fields, *Policy._fields}.difference(*(t._fields for t in TABLES.values() if t not in (World, Policy)))
DECLARED = {
    **{declared.__name__: set(declared._fields) for declared in (Outcome, Market, Vintage)},
    "Parameters": set(parameters()),
}
LONG: dict[str, str] = {}  # over 60 lines: name -> reason
HOMES = {Path(inspect.getfile(declared)) for declared in (Outcome, Market, Vintage, Parameters)}


def name_of(path: Path) -> str:
    """The module's path below the project, for a test's id."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[ast.FunctionDef]:
    """The functions of a module, outermost first."""
    return functions_of(path.read_text(encoding="utf-8"))


def functions_of(code: str) -> list[ast.FunctionDef]:
    """The functions that source defines, outermost first."""
    return [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)]


def body(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Every node of a function's body; annotations are left out, for they may be subscripted."""
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.AnnAssign):
                node.annotation = ast.Constant(None)
            yield node


def writes(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Attributes whose elements are assigned, as in `firms.share[i] = x`, with the line."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Attribute)
        ):
            yield node.value.attr, node.lineno


def in_quarter(path: Path) -> bool:
    """Whether the module is one of those that move the quarter."""
    return path.is_relative_to(ROOT / "sim/model/stages")


# imports and size


def test_imports_run_one_way(interpreter) -> None:
    interpreter(
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"
    )


def test_every_folder_with_modules_is_a_package() -> None:
    """Or the import rules would not see what lies in it."""
    assert {name_of(path.parent) for path in SOURCES if not (path.parent / "__init__.py").exists()} == set()


def test_importing_the_package_loads_no_library(interpreter) -> None:
    loaded = interpreter("import sys, sim; print(*{name.partition('.')[0] for name in sys.modules})").split()
    assert not {"numpy", "numba", "pandas", "pyarrow", "matplotlib", "mesa", "scipy", "pydantic"} & set(loaded)


def test_modules_are_short(subtests: pytest.Subtests) -> None:
    for path in [*SOURCES, ROOT / "run.py"]:
        with subtests.test(name_of(path)):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


def test_functions_are_short() -> None:
    """Those that are longer have a reason in `LONG`; a reason without its function is stale."""
    long = {
        f"{name_of(path)}:{function.name}"
        for path in [*SOURCES, ROOT / "run.py"]
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= 60
    }
    assert long == set(LONG)


def normalised(function: ast.FunctionDef) -> str:
    """A function's body without docstring, its arguments and locals renamed in order of appearance."""
    tree = ast.parse(ast.unparse(function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.body = tree.body[ast.get_docstring(tree) is not None :]
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    order: dict[str, str] = {}
    for node in ast.walk(ast.Module(tree.body, [])):
        if isinstance(node, ast.Name) and node.id in own:
            node.id = order.setdefault(node.id, f"v{len(order)}")
    return "\n".join(ast.unparse(statement) for statement in tree.body)


def test_no_function_is_written_twice() -> None:
    """Bodies that differ in names of arguments and locals only are one function; short ones may coincide."""
    seen: dict[str, str] = {}
    for path in SOURCES:
        for function in functions(path):
            text, place = normalised(function), f"{name_of(path)}:{function.name}"
            assert len(text) < 120 or seen.setdefault(text, place) == place, f"{place} repeats {seen[text]}"


def test_a_copy_under_other_names_is_found() -> None:
    one, two, other = (
        functions_of(code)[0]
        for code in (
            "def f(a, b):\n '''One.'''\n c = a + b\n return c * a",
            "def g(x, y):\n z = x + y\n return z * x",
            "def h(x, y):\n z = x + y\n return z * y",
        )
    )
    assert normalised(one) == normalised(two) != normalised(other)


# rules


def test_every_rule_is_described_and_tested(subtests: pytest.Subtests) -> None:
    for path in PAGES:
        with subtests.test(name_of(path)):
            tests = ROOT / f"tests/rules/test_{path.stem}.py"
            assert tests.exists()
            tested = tests.read_text(encoding="utf-8")
            for function in functions(path):
                assert ast.get_docstring(function), function.name
                assert [ast.unparse(decorator) for decorator in function.decorator_list] == ["rule"], function.name
                assert function.name.startswith("_") or re.search(rf"\b{function.name}\b", tested), function.name


def test_rules_take_numbers_and_return_numbers(subtests: pytest.Subtests) -> None:
    for path in PAGES:
        with subtests.test(name_of(path)):
            for function in functions(path):
                where = f"{path.stem}.{function.name}"
                annotations = [argument.annotation for argument in function.args.args] + [function.returns]
                assert None not in annotations, f"{where} lacks types"
                assert not {*TABLES, "Column"} & set(re.findall(r"\w+", " ".join(map(ast.unparse, annotations)))), (
                    f"{where} takes a table"
                )
                for node in body(function):
                    assert not isinstance(node, ast.Subscript), f"{where} indexes an array in line {node.lineno}"
                    assert not isinstance(node, ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom), (
                        f"{where} is not pure"
                    )
                    assert not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)), f"{where} writes"


def test_rules_do_not_draw(subtests: pytest.Subtests) -> None:
    """A draw comes in as a number; what maps a number to a number (`gumbel`) may be used."""
    for path in PAGES:
        with subtests.test(name_of(path)):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
            modules = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
            assert not modules & {"random", "sim.machine.draws"}
            for node in imported:
                if isinstance(node, ast.ImportFrom) and node.module == "sim.machine.draws":
                    for alias in node.names:
                        drawn = getattr(draws, alias.name)
                        takes = inspect.signature(getattr(drawn, "py_func", drawn)).parameters
                        assert not {"seed", "stream_key", "z", "a"} & set(takes), alias.name
            assert "np.random" not in ast.unparse(tree)


# state


def test_only_the_quarter_writes_state(subtests: pytest.Subtests) -> None:
    """The scenario fills the first state, a quarter moves it, nobody else touches it."""
    for path in SOURCES:
        with subtests.test(name_of(path)):
            found = list(writes(ast.parse(path.read_text(encoding="utf-8"))))
            if in_quarter(path):
                assert not [(name, line) for name, line in found if name in GIVEN]  # shared by all runs
            elif path.parent.name != "scenario":
                assert not [(name, line) for name, line in found if name in STATE]


# declarations


def groups(tree: ast.AST) -> Iterator[tuple[set[str], int]]:
    """Sets of words that stand together in the source: literals, long strings, the fields of a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield {e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)}, node.lineno
        elif isinstance(node, ast.Dict):
            yield {k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield set(re.findall(r"\w+", node.value)), node.lineno
        elif isinstance(node, ast.ClassDef):
            fields = [s.target for s in node.body if isinstance(s, ast.AnnAssign)]
            yield {target.id for target in fields if isinstance(target, ast.Name)}, node.lineno


def test_there_is_no_second_list_of_metrics_or_parameters(subtests: pytest.Subtests) -> None:
    """A figure may pick some metrics; what names a third of them, and six or more, repeats a declaration."""
    for path in set(SOURCES) - HOMES:
        with subtests.test(name_of(path)):
            for words, line in groups(ast.parse(path.read_text(encoding="utf-8"))):
                for declared, names in DECLARED.items():
                    assert len(words & names) < max(6, len(names) / 3), f"line {line} repeats {declared}"


# locks


def pins(lock: str) -> set[str]:
    """The pinned requirements with their markers."""
    return set(re.findall(r"^[a-z].*?(?= \\$)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_test_lock_holds_all_of_the_other() -> None:
    assert len(pins("requirements.lock")) > 20
    assert pins("requirements.lock") < pins("requirements-test.lock")


def test_locks_pin_hashes_and_name_no_address(subtests: pytest.Subtests) -> None:
    for lock in ("requirements.lock", "requirements-test.lock"):
        with subtests.test(lock):
            text = (ROOT / lock).read_text(encoding="utf-8")
            assert not re.search(r"://|index-url|find-links", text)
            assert all(f"{pin} \\\n    --hash=sha256:" in text for pin in pins(lock))


def test_modules_named_in_words_are_of_the_own_package() -> None:
    """What is imported by a name in words is unseen by the import rules, so it may not reach beyond its own package.

    The public door of `sim` and the pages that are loaded ahead are the exceptions.
    """
    reaching = []
    for path in sorted((ROOT / "sim").rglob("*.py")):
        package = path.relative_to(ROOT / "sim").parts[0]
        if package in ("__init__.py", "preload.py"):
            continue
        for name in re.findall(r"import_module\(f?\"sim\.(\w+)", path.read_text(encoding="utf-8")):
            if name != package:
                reaching.append(f"{path.relative_to(ROOT)}: sim.{name}")
    assert reaching == []
