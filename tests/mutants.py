"""Mutation testing: `python -m tests.mutants rules` changes one thing at a time and asks the tests whether they notice.

Cosmic Ray finds and makes the changes. Each mutant lives in a process forked from one that has loaded everything else,
so that it costs its tests and no start. No file is changed. Rules are plain functions here, not compiled.
"""

import difflib
import os
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PAGES = [path.stem for path in sorted((ROOT / "sim" / "model" / "rules").glob("[a-z]*.py"))]
TARGETS = {
    "rules": {
        f"sim/model/rules/{page}.py": [f"tests/rules/test_{page}.py", "tests/rules/test_laws.py", "-k", page]
        for page in PAGES
    },
    "store": {
        "sim/files.py": ["tests/test_files.py", "tests/runs/test_verified.py"],
        "sim/runs/hashes.py": ["tests/runs/test_verified.py", "tests/test_files.py"],
        "sim/runs/verified.py": ["tests/runs/test_verified.py"],
        "sim/runs/store.py": ["tests/runs/test_verified.py", "tests/test_files.py"],
    },
}
LOADED = {  # before the fork; nothing of them may hold what is mutated
    "rules": ["numpy", "numba", "pandas", "scipy.stats"],
    "store": ["pandas", "pyarrow.parquet", "matplotlib.pyplot", "scipy.stats", "openpyxl"],
}
SECONDS = {"rules": 300, "store": 600}  # a mutant that takes longer is noticed, and said: it may never end
# each operator becomes its opposite or its neighbour; bits of fractions, for instance, would only be TypeErrors
ARITHMETIC = {("Add", "Sub"), ("Sub", "Add"), ("Mul", "Div"), ("Div", "Mul"), ("Mul", "Add"), ("Pow", "Mul")}
ARITHMETIC |= {("Mod", "Mul"), ("FloorDiv", "Mul"), ("Div", "FloorDiv")}
LEFT_OUT = ("RemoveDecorator", "Variable")  # `rule` does nothing where nothing is compiled


class Mutant(NamedTuple):
    """A module as it would be with one change."""

    text: str
    change: str


def operators() -> Iterator[object]:
    """The kinds of change."""
    from cosmic_ray import plugins

    for name in sorted(plugins.operator_names()):
        kind = name.split("/")[1]
        if kind.startswith("ReplaceBinaryOperator"):
            if tuple(kind.split("_")[1:]) not in ARITHMETIC:
                continue
        elif any(left in kind for left in LEFT_OUT):
            continue
        yield plugins.get_operator(name)()


def mutants(path: Path) -> Iterator[Mutant]:
    """All of a module, each once."""
    from cosmic_ray.mutating import mutate_code

    text = path.read_text(encoding="utf-8")
    seen = {text}
    for operator in operators():
        occurrence = 0
        while True:
            try:
                changed = mutate_code(text, operator, occurrence)
            except AttributeError:  # Cosmic Ray changes no `except pa.ArrowInvalid`, of a name with a dot
                changed = text
            occurrence += 1
            if changed is None:
                break
            if changed in seen:
                continue
            seen.add(changed)
            lines = [*difflib.unified_diff(text.splitlines(), changed.splitlines(), n=0, lineterm="")][2:]
            yield Mutant(changed, "\n".join(lines))


def noticed(path: Path, text: str, tests: list[str], seconds: int) -> bool:
    """Whether the tests fail, or do not end, where the module reads so."""
    child = os.fork()
    if not child:
        signal.alarm(seconds)
        out = os.open(os.devnull, os.O_WRONLY)
        os.dup2(out, 1)
        os.dup2(out, 2)
        original = SourceFileLoader.get_code

        def get_code(loader: SourceFileLoader, name: str) -> object:
            return compile(text, str(path), "exec") if Path(loader.path) == path else original(loader, name)

        SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
        import pytest

        code = 1
        try:
            code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests])
        finally:
            os._exit(int(code))
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended == -signal.SIGALRM:
        print(f"given up after {seconds} s: {path.name}", flush=True)
    return ended != 0


def main(kind: str, parts: str = "1/1", *only: str) -> int:
    """Print each survivor, and a row for each module; `parts` as "2/3" tries every third mutant from the second."""
    os.environ |= {"CI": "1"} | ({"NUMBA_DISABLE_JIT": "1"} if kind == "rules" else {})
    os.chdir(ROOT)
    for name in LOADED[kind]:
        import_module(name)
    part, of = map(int, parts.split("/"))
    for name, tests in TARGETS[kind].items():
        if only and Path(name).stem not in only:
            continue
        path = ROOT / name
        if noticed(path, path.read_text(encoding="utf-8"), tests, SECONDS[kind]):
            print(f"{name}: its tests fail as it is", flush=True)
            return 1
        tried = [*mutants(path)][part - 1 :: of]
        survived = 0
        for mutant in tried:
            if not noticed(path, mutant.text, tests, SECONDS[kind]):
                survived += 1
                print(f"survived in {name}\n{mutant.change}", flush=True)
        print(f"| `{name}` | {len(tried)} | {len(tried) - survived} | {survived} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
