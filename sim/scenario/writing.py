"""Plain data as YAML that people read: nested collections in blocks, the innermost in one line.

Writing is all this does, so that it takes milliseconds; ruamel's emitter takes a quarter of a second for a scenario.
"""

import re
from collections.abc import Iterator
from typing import Any

_WIDTH = 120
_PLAIN = re.compile(r"(?:[A-Za-z]|\d{4}Q)[\w .()/%+;='-]*", re.ASCII)  # what no reader takes for anything but text
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def written(data: dict[str, Any]) -> str:
    """A mapping as a YAML document that reads back as the same data."""
    return "".join(f"{line}\n" for line in _block(data, ""))


def _block(data: Any, indent: str) -> Iterator[str]:
    """The lines of a collection, one entry after the other."""
    if isinstance(data, dict):
        for key, value in data.items():
            head = f"{indent}{_scalar(str(key))}:"
            if _nested(value):
                yield head
                yield from _block(value, f"{indent}  " if isinstance(value, dict) else indent)
            else:
                yield from _wrapped(f"{head} ", value, indent)
        return
    for value in data:
        if _nested(value):
            first, *others = _block(value, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"
            yield from others
        else:
            yield from _wrapped(f"{indent}- ", value, indent)


def _members(data: Any) -> list[Any]:
    return list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else []


def _nested(data: Any) -> bool:
    """Whether a collection holds collections."""
    return any(isinstance(inner, dict | list) for inner in _members(data))


def _wrapped(head: str, value: Any, indent: str) -> Iterator[str]:
    """An innermost value after its head, in as many lines as it needs."""
    if not isinstance(value, dict | list):
        yield f"{head}{_scalar(value)}"
        return
    if isinstance(value, dict):
        opened, closed = "{}"
        parts = [f"{_scalar(str(key))}: {_scalar(inner)}" for key, inner in value.items()]
    else:
        opened, closed = "[]"
        parts = [_scalar(inner) for inner in value]
    line, blank = f"{head}{opened}", ""
    for part in parts:
        if blank and len(line) + len(part) + 3 > _WIDTH:
            yield f"{line},"
            line, blank = f"{indent}    {part}", ", "
        else:
            line, blank = f"{line}{blank}{part}", ", "
    yield f"{line}{closed}"


def _scalar(value: Any) -> str:
    """A number, a word or a text; a text in quotes where it could be taken for something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    if _PLAIN.fullmatch(value) and not value.endswith(" ") and value.lower() not in _WORDS:
        return value
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"
