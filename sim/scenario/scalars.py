"""What a scalar without quotes is in YAML 1.2; PyYAML itself knows 1.1, in which `no` is false and 12:30 a number."""

import re

RESOLVERS = tuple(  # tag, pattern, letters that a scalar of this kind begins with
    (f"tag:yaml.org,2002:{kind}", re.compile(f"(?:{pattern})\\Z"), list(first) or [""])
    for kind, pattern, first in (
        ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
        (
            "float",
            r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
            r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
            "-+0123456789.",
        ),
        ("int", "(?!_)[-+]?(?:0b[01_]+|0o?[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)", "-+0123456789"),
        ("merge", "<<", "<"),
        ("null", "~|null|Null|NULL|", "~nN"),
        ("null", "", ""),
        ("value", "=", "="),
    )
)


def tag_of(plain: str) -> str:
    """Tag of a scalar without quotes; that of text unless it is anything else."""
    return next((tag for tag, pattern, _ in RESOLVERS if pattern.match(plain)), "tag:yaml.org,2002:str")
