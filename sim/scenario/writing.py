"""Plain data as YAML that people read: nested collections in blocks, the innermost in one line.

By libyaml, through PyYAML; pure Python takes a quarter of a second for a scenario.
"""

import re
from typing import Any

import yaml

from sim.scenario.scalars import RESOLVERS


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # pure where libyaml is absent
    """Quotes what YAML 1.1 or 1.2 takes for anything but text; writes out what stands in two places."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _tag, _pattern, _first in RESOLVERS:  # of 1.2 beside PyYAML's own, of 1.1
    _Dumper.add_implicit_resolver(_tag, _pattern, _first)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]\Z"), list("yYnN"))  # PyYAML leaves them out


def written(data: dict[str, Any]) -> str:
    """A mapping as a YAML document that reads back as the same data."""
    text: str = yaml.dump(data, Dumper=_Dumper, default_flow_style=None, sort_keys=False, allow_unicode=True, width=120)
    return text
