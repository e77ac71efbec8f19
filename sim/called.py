"""How this program is called, for commands that people copy."""

import shlex
import sys
from pathlib import Path

RUN = "run.py"


def program() -> tuple[str, ...]:
    """The words before a command: as it was called, else as it is installed."""
    asked = Path(sys.argv[0] if sys.argv and sys.argv[0] else "-")
    if asked.name == RUN:
        return "python", str(asked)
    if asked.name == "__main__.py" and asked.parent.name in ("sim", "contraflow"):
        return "python", "-m", asked.parent.name
    if asked.stem == "contraflow":
        return ("contraflow",)
    return ("python", RUN) if (Path(__file__).parent.parent / RUN).is_file() else ("contraflow",)


def command(*words: object) -> str:
    """A command as it can be pasted into a shell."""
    return shlex.join([*program(), *map(str, words)])
