"""`check`, `diff`, `schema`, `new`: scenario files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options as o
from sim.errors import Conflict, Problem, ScenarioError, UsageError

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a file.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands of this page."""
    app.command(epilog="Example: python run.py check scenarios/*.yaml")(check)
    app.command(epilog="Example: python run.py diff baseline tariff_escalation")(diff)
    app.command(epilog="Example: python run.py schema --out scenarios/schema.json")(schema)
    app.command(epilog="Example: python run.py new my_tariff")(new)


def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Scenarios, sweeps, experiments, groups, sets.", show_default=False),
    ],
    strict: Annotated[bool, typer.Option("--strict", help="What looks odd is an error.")] = False,
) -> int:
    """Validate files: all errors at once, nothing is run.

    It takes scenarios, sweeps, experiments, groups of scenarios, and parameter sets.

    What is valid and looks odd is asked about: sizes that may be slips, instruments that meet nobody.
    """
    from sim.scenario import check as problems_of
    from sim.scenario.experiment import is_definition
    from sim.scenario.find import SETS, too_long
    from sim.scenario.groups import check as problems_of_group
    from sim.scenario.groups import is_group
    from sim.scenario.sweeps import is_sweep

    problems: list[Problem] = []
    asked: list[Problem] = []
    for file in files:
        if long := too_long(str(file)):
            problems.append(Problem(str(file), 0, 0, "", long))
        elif is_group(file):
            problems += problems_of_group(file)
        elif is_sweep(file):
            from sim.runs.sweep import check as problems_of_sweep

            problems += problems_of_sweep(file)
        elif file.parent.name == SETS:
            from sim.evidence.calibration.targets import check as problems_of_set

            problems += problems_of_set(str(file))
        else:
            found = problems_of(file)
            if not found and is_definition(file):
                from sim.sweeps.experiments.layout import check as problems_of_experiment

                found = problems_of_experiment(file)
            problems += found
            if not found:
                asked += _asked_about(file)
    if problems or (strict and asked):
        raise ScenarioError([*problems, *(asked if strict else [])])
    for each in asked:
        print(f"warning: {each}", file=sys.stderr)
    print(f"{len(files)} {'file is' if len(files) == 1 else 'files are'} valid")
    return 0


def _asked_about(file: Path) -> list[Problem]:
    """What looks odd in a scenario; prints the duty that its tariffs make."""
    from sim.scenario import load
    from sim.scenario.doubts import doubts
    from sim.scenario.duty import duties

    scenario = load(file)
    for line in duties(scenario):
        print(line)
    return [Problem(str(file), 0, 0, "", text) for text in doubts(scenario)]


def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="A name or a file.", show_default=False)],
    other: Annotated[str, typer.Argument(metavar="B", help="A name or a file.", show_default=False)],
    json: o.Json = False,
) -> int:
    """What differs between two scenarios, resolved, in words."""
    from sim.scenario import diff as words
    from sim.scenario import load
    from sim.scenario.duty import duties

    found = words(one, other)
    found += [f"duty in force: {line}" for line in duties(load(other))] if found else []
    if json:
        o.emit(found)
    else:
        print("\n".join(found) if found else "no difference")
    return 0


def schema(out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None) -> int:
    """JSON Schema of scenario files, for editors."""
    import json

    from sim.scenario import json_schema

    text = json.dumps(json_schema(), indent=1, ensure_ascii=False)
    if out is None:
        print(text)
    else:
        _write(out, f"{text}\n")
        print(f"written: {out}")
    return 0


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the scenario.", show_default=False)],
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where to put it.")] = Path("scenarios"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite.")] = False,
) -> int:
    """A commented scenario to start from."""
    from sim.scenario import template
    from sim.scenario.values import slug

    plain = name.removesuffix(".yaml")
    if slug(plain) != plain:
        raise UsageError(f"{name!r} cannot be the name of a scenario's file", f"for example {slug(plain)}")
    path = folder / f"{plain}.yaml"
    if path.is_symlink():
        raise Conflict(f"{path} is a link", "choose another name")
    if path.exists() and not force:
        raise Conflict(f"{path} exists", "choose another name or --force")
    _write(path, template(path.stem))
    print(f"written: {path}")
    return 0


def _write(path: Path, text: str) -> None:
    from sim.files import make_folder, write_text

    make_folder(path.parent)
    write_text(path, text)
