"""Rules of one's own: functions that stand for declared rules, as text that is checked before anything is run.

The text holds functions of numbers and nothing else: what it may import and name is listed here, so that nothing but
arithmetic happens when a results folder of somebody else is replayed.
"""

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from sim.errors import Problem, ScenarioError
from sim.scenario.merge import nearest
from sim.scenario.values import Model, Text

_PAGES = Path(__file__).parents[1] / "model/rules"
_IMPORTS = (
    "math",
    "sim.machine.arithmetic",
)  # and pages of sim.model.rules, whose rules are then those that are shipped
_BUILTINS = (abs, bool, divmod, float, int, len, max, min, pow, range, round)
_UNWELCOME = (
    ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.ClassDef, ast.AsyncFunctionDef, ast.Await, ast.With,
    ast.AsyncWith, ast.Try, ast.Raise, ast.Yield, ast.YieldFrom, ast.Lambda, ast.FunctionDef, ast.Delete, ast.JoinedStr,
)  # fmt: skip
_ENDLESS = (ast.Pow, ast.LShift)  # make numbers of any length
LARGEST = 200_000  # letters of a file of rules
ALLOWED = "a file of rules holds functions, constants and imports from math, sim.machine.arithmetic or sim.model.rules"


class Rules(Model):
    """Functions that stand for rules: the text they are made from, and the file it came from, for messages."""

    file: Text
    names: tuple[str, ...] = Field(description="rules that are replaced")
    source: str = Field(description="text of the functions")

    @property
    def told(self) -> str:
        """In words."""
        return f"{', '.join(self.names)} ({self.file})"


class Declared(NamedTuple):
    """A shipped rule: its page, arguments, and kinds of arguments and result ("float", "int", "bool")."""

    page: str
    arguments: tuple[str, ...]
    kinds: tuple[str, ...]
    result: str

    @property
    def told(self) -> str:
        return ", ".join(self.arguments)


@cache
def declared() -> dict[str, Declared]:
    """Every shipped rule by name, read from its page without loading it."""
    found = {}
    for path in sorted(_PAGES.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                kinds = tuple(ast.unparse(a.annotation) for a in node.args.args if a.annotation)
                result = ast.unparse(node.returns) if node.returns else "float"
                found[node.name] = Declared(path.stem, tuple(a.arg for a in node.args.args), kinds, result)
    return found


def read_rules(path: str | Path) -> Rules:
    """Rules of a file: its functions, but for those whose names begin with `_`. Raises ScenarioError."""
    file = Path(path)
    try:
        source = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        tree = ast.parse(source)
    except OSError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", "is not UTF-8 text")]) from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # the last two: nested beyond sense
        line, column = getattr(error, "lineno", 0) or 0, getattr(error, "offset", 0) or 0
        message = f"is no Python: {str(getattr(error, 'msg', error)) or type(error).__name__}"
        raise ScenarioError([Problem(str(path), line, column, "", message)]) from error
    named = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return _sound(Rules(file=str(path), names=tuple(named), source=source))


def rules_of(functions: Mapping[str, Callable[..., Any]]) -> Rules:
    """Rules from functions of a notebook or module, with the constants and helpers that they use.

    Raises ScenarioError if the source of one is not known, or as `read_rules` does.
    """
    wanted: dict[str, str] = {}
    for name, function in functions.items():
        known = _written(function, wanted)
        if known != name:
            wanted[f"{name} ="] = f"{name} = {known}"
    text = "\n\n".join(wanted.values()) + "\n"
    return _sound(Rules(file="rules", names=tuple(functions), source=text))


def _written(function: Any, wanted: dict[str, str]) -> str:
    """Adds the text of a function, after that of all it uses; returns its name."""
    plain = getattr(function, "py_func", function)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(plain)))
        (node,) = (each for each in tree.body if isinstance(each, ast.FunctionDef))
    except (OSError, TypeError, SyntaxError, ValueError) as error:
        told = getattr(plain, "__name__", repr(plain))
        message = "its source is not known; define it with `def` in a cell or a file"
        raise ScenarioError([Problem("rules", 0, 0, told, message)]) from error
    node.decorator_list = []
    used = [name for name in plain.__code__.co_names if name in plain.__globals__]
    closed = dict(
        zip(plain.__code__.co_freevars, (cell.cell_contents for cell in plain.__closure__ or ()), strict=True)
    )
    for name, value in ({name: plain.__globals__[name] for name in used} | closed).items():
        if name in wanted or name == node.name:
            continue
        if isinstance(value, int | float):
            wanted[name] = f"{name} = {value!r}"
        elif inspect.ismodule(value):
            wanted[name] = f"import {value.__name__} as {name}"
        elif callable(value) and getattr(value, "__module__", "").startswith("sim."):
            wanted[name] = f"from {value.__module__} import {value.__name__} as {name}"
        elif callable(value):
            _written(value, wanted)
    wanted[node.name] = ast.unparse(node)
    return node.name


def _sound(rules: Rules) -> Rules:
    found = problems(rules)
    if found:
        raise ScenarioError(found)
    return rules


@lru_cache(maxsize=16)
def problems(rules: Rules) -> tuple[Problem, ...]:
    """Everything wrong with rules: first what can be read, then, if nothing is, what cannot be compiled."""
    if len(rules.source) > LARGEST:
        return (Problem(rules.file, 0, 0, "", f"{len(rules.source):,} letters; at most {LARGEST:,}"),)
    try:
        tree = ast.parse(rules.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return (Problem(rules.file, getattr(error, "lineno", 0) or 0, 1, "", f"is no Python: {error}"),)
    found = [*_unwelcome(rules, tree), *_misfits(rules, tree)]
    return tuple(found or _uncompiled(rules))


def _unwelcome(rules: Rules, tree: ast.Module) -> Iterator[Problem]:
    """What a text of rules may not hold."""
    known = {each.__name__ for each in _BUILTINS} | {name for node in tree.body for name in _named(node)}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield from _inside(rules, node, known)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            wrong = [name for name in _modules(node) if not _importable(node, name)]
            if wrong:
                yield _at(rules, node, "", f"imports {', '.join(wrong)}; {ALLOWED}")
        elif not _constant(node):
            yield _at(rules, node, "", f"{ast.unparse(node).splitlines()[0][:40]!r}; {ALLOWED}")


def _named(node: ast.stmt) -> list[str]:
    """Names that a statement of a file gives."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)]


def _inside(rules: Rules, function: ast.FunctionDef, known: set[str]) -> Iterator[Problem]:
    inside = [inner for statement in function.body for inner in ast.walk(statement)]
    own = {each.arg for each in function.args.args}
    own |= {inner.id for inner in inside if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
    for decorator in function.decorator_list:
        if ast.unparse(decorator) != "rule":
            yield _at(rules, decorator, function.name, f"is decorated; only `rule` may decorate it; {ALLOWED}")
    for node in inside:
        hidden = isinstance(node, ast.Attribute) and node.attr.startswith("_")
        hidden |= isinstance(node, ast.Name) and node.id.startswith("__")
        if hidden or isinstance(node, _UNWELCOME):
            message = (
                f"{ast.unparse(node).splitlines()[0][:40]!r} is not for a rule, which is arithmetic on its arguments"
            )
            yield _at(rules, node, function.name, message)
        elif isinstance(node, ast.Name) and node.id not in known | own:
            message = f"{node.id!r} is not known here{nearest(node.id, known | own)}; {ALLOWED}"
            yield _at(rules, node, function.name, message)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return [alias.name for alias in node.names]


def _importable(node: ast.Import | ast.ImportFrom, name: str) -> bool:
    """Whether a module may be imported from; only `math` as a whole, since others hold more than rules may use."""
    if isinstance(node, ast.Import):
        return name == "math"
    page = name.removeprefix("sim.model.rules.")
    shipped = {rule.page for rule in declared().values()}
    return name in (*_IMPORTS, "__future__", "sim.machine.compiled") or (page != name and page in shipped)


def _constant(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, a constant, or another name for a function."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    plain = (ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Tuple)
    inside = list(ast.walk(value)) if value is not None else []
    return bool(inside) and all(isinstance(inner, plain) and not isinstance(inner, _ENDLESS) for inner in inside)


def _misfits(rules: Rules, tree: ast.Module) -> Iterator[Problem]:
    """Names that are no rules, and arguments that are not those of the rule."""
    functions: dict[str, ast.FunctionDef] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            if node.name in functions:
                yield _at(rules, node, node.name, f"stands twice, also in line {functions[node.name].lineno}")
            functions[node.name] = node
    same = {
        target.id: node.value.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if not rules.names:
        yield Problem(rules.file, 1, 1, "", f"replaces no rule; {ALLOWED}; functions named as the rules they replace")
    for name in rules.names:
        written = functions.get(same.get(name, name))
        where = written or tree
        if name not in declared():
            helpers = "; names of helpers begin with _"
            yield _at(rules, where, name, f"is no rule{nearest(name, declared())}{helpers}")
        elif written is None:
            yield Problem(rules.file, 0, 0, name, "is no function of this text")
        else:
            yield from _wrong_arguments(rules, name, written)


def _wrong_arguments(rules: Rules, name: str, node: ast.FunctionDef) -> Iterator[Problem]:
    wanted, given = declared()[name], node.args
    names = tuple(each.arg for each in given.args)
    others = given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg
    if names != wanted.arguments or others or given.defaults:
        found = ast.unparse(given) or "none"
        yield _at(rules, node, name, f"takes {found}; must take {wanted.told}, in this order and without defaults")


def _at(rules: Rules, node: Any, name: str, message: str) -> Problem:
    return Problem(rules.file, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, name, message)


def _uncompiled(rules: Rules) -> list[Problem]:
    """What Numba refuses, and results that are not numbers of the rule's kind."""
    from sim.machine.compiled.variants import refused

    found = []
    lines = {node.name: node.lineno for node in ast.parse(rules.source).body if isinstance(node, ast.FunctionDef)}
    try:
        made = functions_of(rules)
    except Exception as error:  # of a constant, such as 1 / 0, or of a name that an import does not find
        return [Problem(rules.file, 1, 1, "", f"{type(error).__name__}: {error}")]
    for name in rules.names:
        kind = declared()[name]
        wrong = refused(made[name], kind.kinds, kind.result)
        if wrong is not None:
            told = f"cannot be compiled: {wrong.message}; a rule is arithmetic on {kind.told}"
            found.append(Problem(rules.file, wrong.line or lines.get(name, 1), 1, name, told))
    return found


def functions_of(rules: Rules) -> dict[str, Any]:
    """The functions by the rule they stand for, ready to be compiled; only of rules without problems."""
    from sim.machine.compiled.variants import helper

    tree, digest = ast.parse(rules.source), hashlib.sha256(rules.source.encode()).hexdigest()[:12]
    names: dict[str, Any] = {"__builtins__": {each.__name__: each for each in _BUILTINS}, "__name__": "sim.model.rules"}
    kept: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= _imported(node)
            continue
        if isinstance(node, ast.FunctionDef):
            node.decorator_list, node.returns = [], None
            for argument in node.args.args:
                argument.annotation = None
        kept.append(node)
    tree.body = kept
    # What the text may hold has been checked: functions, constants, nothing that acts.
    exec(compile(tree, rules.file, "exec"), names)
    for name, value in list(names.items()):
        if inspect.isfunction(value) and value.__globals__ is names:
            value.__qualname__ = f"{name}_{digest}"  # a name that no other code has
            names[name] = helper(value)
    return {name: names[name] for name in rules.names}


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, Any]:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: import_module(alias.name) for alias in node.names}
    if node.module in ("__future__", "sim.machine.compiled"):
        return {}
    module = import_module(node.module or "")
    found = {alias.asname or alias.name: getattr(module, alias.name) for alias in node.names}
    for name, value in found.items():
        if not isinstance(value, int | float) and getattr(value, "__module__", "") != node.module:
            raise ImportError(f"{name} is no function of {node.module}")
    return found
