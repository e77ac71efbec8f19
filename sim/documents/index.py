"""Lists of pages for the index of the documents."""

import ast
from pathlib import Path

from sim.documents.rules import described


def rule_pages() -> str:
    """The pages of rules, each with its question and the names of its rules."""
    lines = []
    for path, rules in described().items():
        question = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        lines.append(f"- [{path.stem}](rules/{path.stem}.md): {question} {', '.join(rule.name for rule in rules)}.")
    return "\n".join(lines)


def decisions(folder: Path) -> str:
    """The records of decisions by number and title."""
    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0] for path in sorted(folder.glob("*.md"))}
    return "\n".join(f"- [{title.removeprefix('# ')}](decisions/{name})" for name, title in titles.items())
