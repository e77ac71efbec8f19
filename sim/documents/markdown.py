"""Markdown of tables, links and citations."""

import re
from collections.abc import Iterable

KEY = r"[A-Z][A-Za-z]+(?:19|20)\d\d"  # of the bibliography, as in `Bai2025`


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Rows under a head; a bar inside a cell would end it, and becomes a slash."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)


def headed(rows: list[list[str]]) -> str:
    """Rows under the first of them."""
    head, *body = rows
    return table(head, body)


def cited(text: str, to_docs: str = "") -> str:
    """Text whose bibliography keys, bracketed or not, link to their entry; `to_docs`: the way to the folder `docs`."""
    return re.sub(rf"\[?\b({KEY})\b\]?", rf"[\1]({to_docs}bibliography.md#\1)", text)
