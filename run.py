"""The commands of Contraflow: `python run.py --help`. With only Python installed it says how to get the rest."""

import os  # like sys it is loaded already: whatever takes time is imported where an interrupt is told in one line
import sys

HERE = os.path.dirname(os.path.realpath(__file__))


def missing() -> list[str]:
    """Names of the project's dependencies that this Python lacks."""
    import re
    import tomllib
    from importlib.metadata import PackageNotFoundError, distribution

    with open(os.path.join(HERE, "pyproject.toml"), "rb") as file:
        declared = tomllib.load(file)["project"]["dependencies"]
    absent = []
    for line in declared:
        name = re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0]
        try:
            distribution(name)
        except PackageNotFoundError:
            absent.append(name)
    return absent


def advice() -> str:
    """One line that makes an environment in the project's folder and runs the command there."""
    python, folder = ("py", ".venv\\Scripts") if os.name == "nt" else ("python3", ".venv/bin")
    parts = [
        f"{python} -m venv .venv",
        f"{folder}{os.sep}pip install -q uv",
        f"{folder}{os.sep}uv pip install -q --python .venv -r requirements.lock",
        " ".join([f"{folder}{os.sep}python", "run.py", *sys.argv[1:]]),
    ]
    return " && ".join(parts)


def start() -> int:
    """Check that everything is there, then hand over to `sim.cli`."""
    if sys.version_info < (3, 11):  # noqa: UP036  (this line is for those who have an older one)
        print(f"error: Python 3.11 or newer is needed, this is {sys.version.split()[0]}", file=sys.stderr)
        return 2
    absent = missing()
    if absent:
        print(f"error: this Python lacks {', '.join(absent)}", file=sys.stderr)
        print(f"hint: in {os.path.basename(HERE)}/ paste: {advice()}", file=sys.stderr)
        return 2
    from sim.__main__ import main

    return main()


if __name__ == "__main__":
    try:
        sys.exit(start())
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        sys.exit(130)
