"""The common part of YAML in one pass: keys and lists in blocks, collections in brackets, words, numbers, quotes.

ruamel takes a fifth of a second for the shipped files, this a tenth of that. It judges nothing: where a file holds
anything else it gives up, and ruamel reads it or says what is wrong. What both read they read alike, places included.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver

_MOST_LETTERS = 200_000
_LONGEST = 2_000  # letters of a line, and of a text in quotes
_MOST_DEPTH = 20
_KEY = re.compile(r"\w(?:[\w .()/%+-]*[\w.()/%+-])?(?=:(?: |$))")
_BLOCK_PLAIN = re.compile(r"(?:[\w.+(~/]|-(?=[\d.]))(?:[^:]|:(?! |$))*?(?= +#| *$)")
_FLOW_PLAIN = re.compile(r"(?:[\w.+(~/]|-(?=[\d.]))[^][{},:?#]*?(?= *(?:[]{},:]|$| #))")
_QUOTED = re.compile(r"""'((?:[^']|'')*)'(?!')|"([^"\\]*)\"""")
_NOTHING = re.compile(r" *(?:$| #)")
_TEXT = VersionedResolver.DEFAULT_SCALAR_TAG
_SEQUENCE, _MAPPING = VersionedResolver.DEFAULT_SEQUENCE_TAG, VersionedResolver.DEFAULT_MAPPING_TAG


class _Place(NamedTuple):
    """A place in a file, both from 0."""

    line: int
    column: int


class _Unknown(Exception):
    """Something that only ruamel knows."""


def compose(text: str) -> MappingNode | None:
    """The mapping at the top, as ruamel composes it; None where the file is not all simple."""
    if len(text) > _MOST_LETTERS or not text.replace("\n", "").isprintable():
        return None
    try:
        return _Simple(text).document()
    except _Unknown:
        return None


@lru_cache(maxsize=4096)
def _tag(plain: str) -> Any:
    return VersionedResolver().resolve(ScalarNode, plain, (True, False))


class _Simple:
    """A cursor over the lines that hold something: `number`, `column` and `text` of the current one."""

    def __init__(self, text: str) -> None:
        lines = ((n, line.lstrip(" "), line.rstrip(" ")) for n, line in enumerate(text.split("\n")))
        self.lines = [(n, len(line) - len(line.lstrip(" ")), line) for n, held, line in lines if held[:1] not in "#"]
        marked = (column == 0 and line.startswith(("---", "...", "%")) for _, column, line in self.lines)
        if not self.lines or any(marked) or max(len(line) for _, _, line in self.lines) > _LONGEST:
            self.give_up()
        self.at, self.depth = -1, 0
        self.turn()

    def give_up(self) -> NoReturn:
        raise _Unknown

    def turn(self) -> None:
        """Go to the next line; after the last, one further out than any."""
        self.at += 1
        self.number, self.column, self.text = self.lines[self.at] if self.at < len(self.lines) else (-1, -1, "")

    def document(self) -> MappingNode:
        root = self.block()
        if self.column >= 0 or not isinstance(root, MappingNode):
            self.give_up()
        return root

    @property
    def entry(self) -> bool:
        """Whether the line begins with the dash of a list."""
        return self.text.startswith("- ", self.column)

    def block(self) -> Any:
        """The collection that begins where the line does."""
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            self.give_up()
        found = self.sequence() if self.entry else self.mapping()
        self.depth -= 1
        return found

    def sequence(self) -> SequenceNode:
        items: list[Any] = []
        column = self.column
        node = SequenceNode(_SEQUENCE, items, _Place(self.number, column))
        while self.column == column and self.entry:
            inner = len(self.text) - len(self.text[column + 1 :].lstrip(" "))
            if _KEY.match(self.text, inner):
                self.column = inner
                items.append(self.block())
            else:
                items.append(self.value(inner))
            if self.column > column:
                self.give_up()
        return node

    def mapping(self) -> MappingNode:
        entries: list[Any] = []
        column = self.column
        node = MappingNode(_MAPPING, entries, _Place(self.number, column))
        while self.column == column and not self.entry:
            key = _KEY.match(self.text, column) or self.give_up()
            name = ScalarNode(_tag(key[0]), key[0], _Place(self.number, column))
            entries.append((name, self.below(key.end() + 1, column)))
            if self.column > column:
                self.give_up()
        return node

    def below(self, end: int, column: int) -> Any:
        """What a key holds, beside it or in the lines below."""
        if not _NOTHING.match(self.text, end):
            return self.value(len(self.text) - len(self.text[end:].lstrip(" ")))
        self.turn()
        if self.column < column or (self.column == column and not self.entry):
            self.give_up()
        return self.value(self.column) if self.text[self.column] in "[{'\"" else self.block()

    def value(self, start: int) -> Any:
        """A collection in brackets, or a scalar that ends with its line."""
        if self.text[start] in "[{":
            node, end = self.flow(start)
        else:
            node, end = self.scalar(start, _BLOCK_PLAIN)
        if not _NOTHING.match(self.text, end):
            self.give_up()
        self.turn()
        return node

    def scalar(self, start: int, plain: re.Pattern[str]) -> tuple[ScalarNode, int]:
        place = _Place(self.number, start)
        if self.text[start] in "'\"":
            return self.quoted(start, place)
        found = plain.match(self.text, start) or self.give_up()
        return ScalarNode(_tag(found[0]), found[0], place), found.end()

    def quoted(self, start: int, place: _Place) -> tuple[ScalarNode, int]:
        """A text in quotes; each further line of it is as good as a blank."""
        held = self.text[start:]
        while not (found := _QUOTED.match(held)):
            before = self.number
            self.turn()
            if self.number != before + 1 or len(held) > _LONGEST:
                self.give_up()
            held += f" {self.text[self.column :]}"
        text = found[2] if found[1] is None else found[1].replace("''", "'")
        return ScalarNode(_TEXT, text, place), len(self.text) - len(held) + found.end()

    def flow(self, start: int) -> tuple[Any, int]:
        """The node in brackets that begins at a letter of the line, and where it ends, on what is then the line."""
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            self.give_up()
        named, items, place = self.text[start] == "{", [], _Place(self.number, start)
        closed, at = "}" if named else "]", self.skip(start + 1)
        while self.text[at] != closed:
            if named:
                line = self.number
                key, at = self.scalar(at, _FLOW_PLAIN)
                if line != self.number or not self.text.startswith(": ", at):
                    self.give_up()
                at = self.skip(at + 1)
            inner, at = self.flow(at) if self.text[at] in "[{" else self.scalar(at, _FLOW_PLAIN)
            items.append((key, inner) if named else inner)
            at = self.skip(at)
            if self.text[at] == ",":
                at = self.skip(at + 1)
            elif self.text[at] != closed:
                self.give_up()
        self.depth -= 1
        return (MappingNode(_MAPPING, items, place) if named else SequenceNode(_SEQUENCE, items, place)), at + 1

    def skip(self, at: int) -> int:
        """The next letter inside brackets, past blanks, comments and ends of lines."""
        while _NOTHING.match(self.text, at):
            self.turn()
            if self.column < 0:
                self.give_up()
            at = self.column
        return len(self.text) - len(self.text[at:].lstrip(" "))
