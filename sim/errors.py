"""What can go wrong that is not a bug: each error carries its exit code and, where it helps, a hint."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ECHO = 200  # letters of what was given that a message repeats
_LONG = re.compile(rf"\S{{{ECHO + 1},}}")


def short(line: str, words: bool = True) -> str:
    """A line without its middle, where somebody gave a value that is longer than anybody reads, and without that of its
    `words`; control characters and lone surrogates are written out. In commands to copy words stay whole."""
    if words:
        line = _LONG.sub(lambda word: f"{word[0][: ECHO - 53]}...{word[0][-50:]}", line)
    if len(line) > 5 * ECHO:
        line = f"{line[: 2 * ECHO]} ... {line[-ECHO:]}"
    wrong = ("Cc", "Cs")
    told = (
        c.encode("unicode_escape").decode() if unicodedata.category(c) in wrong and c not in "\n\t" else c for c in line
    )
    return "".join(told)


def is_utf8(word: str) -> bool:
    """Whether UTF-8 can hold it: names of files need not be text."""
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file: where (line 0: not in a file), which key, and what was found, what is allowed."""

    file: str
    line: int
    column: int
    key: str
    message: str

    def __post_init__(self) -> None:
        for name in ("file", "key", "message"):
            object.__setattr__(self, name, short(getattr(self, name)))

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where} {self.key}: {self.message}" if self.key else f"{where} {self.message}"


class ContraflowError(Exception):
    """Base of all; `code` is the exit code of the command line, `hint` at most one line."""

    code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = "\n".join(map(short, message.split("\n")))
        self.hint = short(hint, words=False)

    def __str__(self) -> str:
        return self.message


class UsageError(ContraflowError, ValueError):
    """A flag or its syntax; in Python an argument with a value that is not taken."""

    code = 2


class WrongType(UsageError, TypeError):
    """An argument of a type that is not taken."""


class ScenarioError(ContraflowError, ValueError):
    """A file, or a value that stands for one, is invalid; `problems` holds all of all files, one a line of the text."""

    code = 4

    def __init__(self, problems: Iterable[Problem], hint: str = "") -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)), hint)
        self.args = (self.problems, hint)  # what pickle calls the class with


class Conflict(ContraflowError):
    """The results folder is in use, or holds another configuration or the results of other code."""

    code = 5


class NotEnough(ContraflowError):
    """Too little data for what was asked."""

    code = 6


class CannotCreate(ContraflowError):
    """Output cannot be created."""

    code = 73


class IoFailure(ContraflowError):
    """Reading or writing failed, or the disk is full."""

    code = 74


def expect(name: str, value: Any, kinds: type | tuple[type, ...], told: str) -> None:
    """Raises WrongType where an argument is not of the `kinds` that are `told`; True and False are no numbers."""
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise WrongType(f"{name}: {value!r} is no {told}")


def expect_list(name: str, value: Any, told: str) -> None:
    """Raises WrongType where an argument is neither None nor a list or tuple of texts."""
    if value is not None:
        expect(name, value, (list, tuple), f"list of {told}")
        for each in value:
            expect(name, each, str, told.removesuffix("s"))
