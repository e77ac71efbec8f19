"""YAML 1.2 into a tree in which every value knows its file, line and column.

Nothing is executed and nothing is guessed: tags, merge keys, directives and duplicate keys are errors, size and the
expansion of aliases are limited, and only UTF-8 is read.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml
from yaml import MappingNode, MarkedYAMLError, SequenceNode, YAMLError

from sim.errors import Problem
from sim.scenario import simple
from sim.scenario.scalars import tag_of

MOST_BYTES = 1_000_000
MOST_VALUES = 15_000  # keys not counted, aliases expanded; the shipped world has some 1,600
MOST_DEPTH = 40
MOST_PROBLEMS = 100  # told of one file


_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # letters that turn the direction of others


class Mark(NamedTuple):
    """A place in a file; line 0 stands for a source without lines, such as --set."""

    file: str
    line: int = 0
    column: int = 0

    def problem(self, key: str, message: str) -> Problem:
        return Problem(self.file, self.line, self.column, key, message)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a dict or a list of nodes; `mark` is where the value stands, `key` where its key. Never mutated."""

    value: Any
    mark: Mark
    key: Mark

    def plain(self) -> Any:
        """Plain data, without places."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class _Bad(Exception):
    """A file that cannot be read as data at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def read(path: Path, shown: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The mapping at the top of a file, called `shown` in messages, and what is wrong with it as YAML.

    Files are kept in memory by name, size and time of change; nothing is written, so any number of processes may read.
    """
    try:
        stat = path.stat()
        return _read(path, shown, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        return None, (Problem(shown, 0, 0, "", f"cannot be read: {error.strerror}"),)


@lru_cache(maxsize=256)
def _read(path: Path, shown: str, changed: int, size: int) -> tuple[Node | None, tuple[Problem, ...]]:
    if size > MOST_BYTES:
        return None, (Problem(shown, 0, 0, "", f"{size} bytes; at most {MOST_BYTES} are allowed"),)
    return parse(path.read_bytes(), shown)


def parse(data: bytes, shown: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """As `read`, from bytes."""
    try:
        text = _decode(data, shown)
        root = simple.compose(text) or _compose(text, shown)
        builder = _Builder(shown)
        node = builder.build(root)
    except _Bad as bad:
        return None, (bad.problem,)
    return node, tuple(builder.problems[:MOST_PROBLEMS])


def shipped(path: Path) -> dict[str, Any]:
    """Plain data of a file that comes with the program. Raises ValueError where it is no such file."""
    node, problems = parse(path.read_bytes(), path.name)
    if node is None or problems:
        raise ValueError(str(problems[0]))
    return dict(node.plain())


def value_of(text: str) -> Any:
    """A value given as text on the command line, read as YAML: `0.4`, `60%`, `[eu, us]`; raises ValueError."""
    node, problems = parse(f"value: {text}\n".encode(), "--set")
    if node is None or problems or list(node.value) != ["value"]:
        raise ValueError(problems[0].message if problems else "must be one value")
    return node.value["value"].plain()


def _decode(data: bytes, shown: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        message = f"not UTF-8, byte 0x{data[error.start]:02X} at line {line}; save the file as UTF-8"
        raise _Bad(Problem(shown, line, column, "", message)) from None
    for number, line_text in enumerate(text.splitlines(), 1):
        if line_text.startswith("%"):
            raise _Bad(Problem(shown, number, 1, "", "YAML directives are not allowed"))
    return text


class _Composer(yaml.SafeLoader):  # type: ignore[misc]
    """Stops at the limits while it reads: composing takes some 30 µs a value, of which 1 MB may hold 500,000."""

    nodes = depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.nodes += 1
        if self.nodes > 2 * MOST_VALUES:  # keys and values
            self._stop(f"more than {MOST_VALUES} values; too large")
        if self.depth > MOST_DEPTH:
            self._stop(f"nested too deeply; at most {MOST_DEPTH} levels are allowed")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        return tag_of(value) if kind is yaml.ScalarNode and implicit[0] else super().resolve(kind, value, implicit)

    def _stop(self, message: str) -> NoReturn:
        raise MarkedYAMLError(problem=message, problem_mark=self.peek_event().start_mark)


class _Lenient(_Composer):
    """Fed by libyaml where it is, which takes `[why?]` for text, as YAML 1.2 does and pure Python does not."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        events = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        self.check_event, self.peek_event, self.get_event = events.check_event, events.peek_event, events.get_event


def _composed(text: str) -> Any:
    """The top node; where pure Python stumbles over a question mark in brackets, libyaml is asked."""
    try:
        return _Composer(text).get_single_node()
    except MarkedYAMLError as error:
        if "got '?'" not in str(error.problem) or "\t" in text:  # libyaml takes tabs, too, which are refused here
            raise
        try:
            return _Lenient(text).get_single_node()
        except YAMLError:
            raise error from None


def _compose(text: str, shown: str) -> MappingNode:
    try:
        root = _composed(text)
    except MarkedYAMLError as error:
        raise _Bad(_syntax(error, text, shown)) from None
    except YAMLError as error:
        at = getattr(error, "position", 0) or 0
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise _Bad(Problem(shown, line, column, "", "a control character; only text is allowed")) from None
    if root is None:
        raise _Bad(Problem(shown, 1, 1, "", "empty; expected keys such as `extends: baseline` and `shocks:`"))
    if not isinstance(root, MappingNode):
        found = "a list" if isinstance(root, SequenceNode) else "a single value"
        raise _Bad(Problem(shown, 1, 1, "", f"{found} at the top; expected keys such as `extends:` and `shocks:`"))
    return root


# what PyYAML tells of a line that stands too far in or out
_MISPLACED = ("mapping values are not allowed", "expected <block end>", "expected '<document start>'")


def _syntax(error: MarkedYAMLError, text: str, shown: str) -> Problem:
    """One line for what PyYAML tells in several, with the line of the file itself."""
    problem = str(error.problem or error.context or "not YAML").splitlines()[0].strip()
    if "another document" in problem:
        start = next((n for n, line in enumerate(text.splitlines(), 1) if n > 1 and line.startswith("---")), 1)
        return Problem(shown, start, 1, "", "a second document; a file holds one")
    unclosed = ("end of stream" in problem or "stream end" in problem) and error.context_mark is not None
    mark = error.context_mark if unclosed else error.problem_mark or error.context_mark
    if mark is None:
        return Problem(shown, 0, 0, "", problem)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    problem = "a quote or bracket that is never closed" if unclosed else problem
    if "'\\t'" in problem:
        problem = "a tab; indent with spaces"
    elif problem.startswith(_MISPLACED) and (levels := _levels(lines[: mark.line], line)):
        blanks = len(line) - len(line.lstrip())
        problem = f"indented by {blanks}, but lines it may stand beside by {' or '.join(map(str, levels))}"
        return Problem(shown, mark.line + 1, blanks + 1, "", f"{problem}: {line.strip()[:80]}")
    return Problem(shown, mark.line + 1, mark.column + 1, "", f"{problem}: {line.strip()[:80]}")


def _levels(above: list[str], line: str) -> list[int]:
    """Blanks by which a line may be indented below others, the deepest first; none if its own are right."""
    levels: list[int] = []
    for other in reversed([each for each in above if each.strip() and not each.lstrip().startswith("#")]):
        text = other.lstrip()
        blanks = len(other) - len(text)
        inner = len(text) - len(text.lstrip("- ")) if text.startswith("- ") else 0
        levels += [level for level in dict.fromkeys((blanks + inner, blanks)) if not levels or level < levels[-1]]
    return [] if len(line) - len(line.lstrip()) in levels else levels


class _Builder:
    """Turns composed nodes into `Node`, collecting problems."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.problems: list[Problem] = []
        self.values = 0

    def build(self, root: Any) -> Node:
        mark = self._mark(root)
        return self._node(root, mark, "", 0)

    def _mark(self, node: Any) -> Mark:
        return Mark(self.shown, node.start_mark.line + 1, node.start_mark.column + 1)

    def _node(self, node: Any, key: Mark, path: str, depth: int) -> Node:
        mark = self._mark(node)
        self.values += 1
        if self.values > MOST_VALUES:
            raise _Bad(mark.problem(path, f"more than {MOST_VALUES} values, aliases expanded; too large"))
        if depth > MOST_DEPTH:
            raise _Bad(mark.problem(path, f"nested too deeply; at most {MOST_DEPTH} levels are allowed"))
        if node.id == "scalar":
            return Node(self._scalar(node, mark, path), mark, key)
        if not str(node.tag).endswith((":map", ":seq")):
            self.problems.append(mark.problem(path, f"tag {node.tag}; tags are not allowed"))
        if node.id == "mapping":
            return Node(dict(self._items(node, path, depth)), mark, key)
        items = [self._node(item, self._mark(item), f"{path}[{n}]", depth + 1) for n, item in enumerate(node.value)]
        return Node(items, mark, key)

    def _items(self, node: Any, path: str, depth: int) -> Iterator[tuple[str, Node]]:
        seen: dict[str, Mark] = {}
        for name_node, value in node.value:
            mark = self._mark(name_node)
            name = str(name_node.value) if name_node.id == "scalar" else ""
            inner = f"{path}.{name}" if path else name
            if not name:
                self.problems.append(mark.problem(path, "a key must be text"))
            elif name == "<<":
                self.problems.append(mark.problem(inner, "merge keys are not allowed"))
            elif told := _unwritable(name):
                self.problems.append(mark.problem(path, told))
            elif name in seen:
                message = f"duplicate key, on lines {seen[name].line} and {mark.line}; keep one"
                self.problems.append(mark.problem(inner, message))
            else:
                seen[name] = mark
                yield name, self._node(value, mark, inner, depth + 1)

    def _scalar(self, node: Any, mark: Mark, path: str) -> Any:
        text, kind = node.value, str(node.tag).removeprefix("tag:yaml.org,2002:")
        try:
            match kind:
                case "int":
                    return _integer(text)
                case "float":
                    return float(
                        text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan")
                    )
                case "bool":
                    return text.lower() == "true"
                case "null":
                    return None
                case "str" | "timestamp" | "value":
                    if told := _unwritable(text):
                        self.problems.append(mark.problem(path, told))
                    return text
        except ValueError:
            return text
        self.problems.append(mark.problem(path, f"tag {node.tag}; tags are not allowed"))
        return None


def _unwritable(text: str) -> str:
    """What is wrong with text that no page, table or figure can hold; empty if nothing is."""
    for letter in text:
        kind = unicodedata.category(letter)
        if (kind in ("Cc", "Cs", "Cn") and letter not in "\n\t") or letter in _TURNS:
            return f"{text[:40]!r} holds U+{ord(letter):04X}, a control character or none at all; only text is allowed"
    return ""


def _integer(text: str) -> int:
    text = text.replace("_", "")
    for prefix, base in (("0x", 16), ("0o", 8)):
        if prefix in text:
            return int(text.replace(prefix, ""), base)
    return int(text)
