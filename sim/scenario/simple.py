"""Plain YAML composed by libyaml, in a tenth of the time that pure Python takes.

It judges nothing: a file that holds anything but plain data, or anything wrong, is left to `sim.scenario.reader`, which
reads it or says what is wrong. What both read they read alike, as YAML 1.2 and with the same places.
"""

from functools import lru_cache
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import BaseResolver

from sim.scenario.scalars import tag_of

_MOST_LETTERS = 200_000
_MOST_NODES = 20_000  # keys and values
_MOST_DEPTH = 20


class _Unknown(Exception):
    """Something that is left to the reader."""


def compose(text: str) -> Any:
    """The mapping at the top, a node; None where the file is not all plain."""
    if len(text) > _MOST_LETTERS or not text.replace("\n", "").isprintable():
        return None
    try:
        root = _Plain(text).get_single_node()
    except (_Unknown, yaml.YAMLError):
        return None
    return root if isinstance(root, yaml.MappingNode) else None


_tag = lru_cache(maxsize=4096)(tag_of)


class _Plain(Composer, BaseResolver):  # type: ignore[misc]
    """Stops at anchors, aliases, tags, block texts and values left out, which the two may read unlike."""

    def __init__(self, text: str) -> None:
        Composer.__init__(self)
        BaseResolver.__init__(self)
        events = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)  # pure Python where libyaml is absent
        self.check_event, self.peek_event, self.get_event = events.check_event, events.peek_event, events.get_event
        self.nodes = self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        unlike = isinstance(event, yaml.ScalarEvent) and not event.value and event.implicit[0]
        unlike |= getattr(event, "style", None) in ("|", ">")
        self.nodes += 1
        if unlike or event.anchor or event.tag or self.nodes > _MOST_NODES or self.depth > _MOST_DEPTH:
            raise _Unknown
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        return _tag(value) if kind is yaml.ScalarNode and implicit[0] else super().resolve(kind, value, implicit)
