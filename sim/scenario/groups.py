"""Groups of scenarios that belong together, `groups/NAME.yaml` beside the scenarios, asked for as `@NAME`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from sim.errors import Problem, ScenarioError, UsageError
from sim.model.columns import FIRST_YEAR
from sim.scenario import find
from sim.scenario.files import LAST_YEAR, Version
from sim.scenario.find import FOLDER_OF_GROUPS, Place
from sim.scenario.merge import nearest
from sim.scenario.reader import Node, read
from sim.scenario.resolve import Scenario, load
from sim.scenario.validate import told
from sim.scenario.values import Model, Names, Quantity, Text

SIGN = "@"


class GroupFile(Model):
    """The keys of a group's file; its name is the file's."""

    version: Annotated[Version, Field(alias="schema")] = 1
    name: Annotated[Text | None, Field(description="the file's name, which is what the group is called by")] = None
    title: Annotated[Text | None, Field(description="one line")] = None
    question: Annotated[Text | None, Field(description="what the group asks")] = None
    year: Annotated[int, Quantity("year", "year whose effects tables show", FIRST_YEAR, LAST_YEAR, whole=True)] = 2035
    base: Annotated[Text, Field(description="what its scenarios are compared with")]
    scenarios: Annotated[Names, Field(description="names of scenarios, in the order of figures")]


@dataclass(frozen=True)
class Group:
    """A group as read; `base` and `scenarios` by name, `files` of the same in that order, the base first."""

    name: str
    title: str
    question: str
    year: int
    base: str
    scenarios: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def data(self) -> dict[str, Any]:
        """Plain data, in the format of a file."""
        names = ("name", "title", "question", "year", "base")
        return {**{key: getattr(self, key) for key in names}, "scenarios": list(self.scenarios)}


def is_group(path: Path) -> bool:
    """Whether a path means a group's file: one that lists scenarios."""
    place = find.given(path)
    tree = read(place.path, place.shown)[0] if place.path.is_file() and place.inside else None
    return tree is not None and "scenarios" in tree.value


def read_group(name: str | Path) -> Group:
    """The group of a name, with or without `@`, or of a file; raises ScenarioError with every problem of the file."""
    place = find.given(name) if isinstance(name, Path) else _named(name)
    tree, wrong = read(place.path, place.shown)
    if tree is None or wrong:
        raise ScenarioError(wrong)
    try:
        file = GroupFile.model_validate(tree.plain())
    except ValidationError as error:
        raise ScenarioError(list(told(tree, error, GroupFile, ()))) from None
    stem = place.path.stem
    files: list[Path] = []
    problems: list[Problem] = []
    for key, member in (("base", file.base), *(("scenarios", member) for member in file.scenarios)):
        found = find.named(member, place.path.parent)
        if isinstance(found, Place):
            files.append(found.path)
        else:
            hint = found or f"no such scenario{nearest(member, find.names(place.root))}"
            problems.append(_at(tree, key, f"{member!r}; {hint}"))
    problems += _consistency(tree, file, stem)
    if problems:
        raise ScenarioError(problems)
    return Group(stem, file.title or stem, file.question or "", file.year, file.base, file.scenarios, tuple(files))


def _at(tree: Node, key: str, message: str) -> Problem:
    return tree.value[key].mark.problem(key, message)


def _consistency(tree: Node, file: GroupFile, stem: str) -> list[Problem]:
    found = []
    if file.name is not None and file.name != stem:
        found.append(_at(tree, "name", f"{file.name!r}; a group is called by its file: {stem!r}"))
    if not file.scenarios:
        found.append(_at(tree, "scenarios", "empty; name at least one"))
    if file.base in file.scenarios:
        found.append(_at(tree, "scenarios", f"{file.base!r} is also the base"))
    return found


def _named(name: str) -> Place:
    plain = name.removeprefix(SIGN)
    found = find.named(f"{FOLDER_OF_GROUPS}/{plain}", Path.cwd()) if plain else ""
    if isinstance(found, Place):
        return found
    known = [group for group, _ in listed_groups()]
    hint = nearest(f"{SIGN}{plain}", known) or f"; `show scenarios` lists {len(known)}"
    raise ScenarioError([Problem(name, 0, 0, "", found or f"no such group{hint}")])


def listed_groups(root: Path | None = None) -> list[tuple[str, str]]:
    """`@name` and title of every group under `root` (default: where names are looked up from here)."""
    base = root if root is not None else list(find.folders(Path.cwd()))[-1][0]
    found = []
    for path in sorted((base / FOLDER_OF_GROUPS).glob("*.yaml")):
        tree = read(path, Place(path, base).shown)[0]
        title = tree.value.get("title") if tree is not None else None
        found.append((f"{SIGN}{path.stem}", str(title.value) if title else path.stem))
    return found


def expanded(asked: Sequence[str | Path | Scenario]) -> list[str | Path | Scenario]:
    """A base and what is compared with it, with the files of a group in place of its `@name`.

    A group that stands first brings its base; one that stands later brings its scenarios only. A scenario that several
    bring is run once, and a group leaves out the one that is the base. Raises UsageError where groups with different
    bases stand without one.
    """
    groups = {word: read_group(word) for word in asked if isinstance(word, str) and word.startswith(SIGN)}
    first = groups.get(asked[0]) if isinstance(asked[0], str) else None
    if first is not None and len({group.files[0] for group in groups.values()}) > 1:
        said = ", ".join(f"{word} has {group.base}" for word, group in groups.items())
        raise UsageError(f"the groups have different bases: {said}", "give the base first")
    found: list[str | Path | Scenario] = [asked[0] if first is None else first.files[0]]
    for each in asked if first is not None else asked[1:]:
        if isinstance(each, str) and each in groups:
            taken = {_file(one) for one in found}
            found += [path for path in groups[each].files[1:] if path not in taken]
        else:
            found.append(each)
    return found


def _file(asked: str | Path | Scenario) -> Path | None:
    """The file of a scenario, or that a name or path means, if there is one."""
    if isinstance(asked, Scenario):
        return asked.path
    if isinstance(asked, Path) or asked.endswith(find.SUFFIXES):
        return find.given(Path(asked)).path
    found = find.named(asked, Path.cwd())
    return found.path if isinstance(found, Place) else None


def check(path: Path) -> list[Problem]:
    """Everything wrong with a group's file and with the scenarios that it names; empty: good."""
    try:
        group = read_group(path)
    except ScenarioError as error:
        return list(error.problems)
    problems: list[Problem] = []
    for file in group.files:
        try:
            load(file)
        except ScenarioError as error:
            problems += error.problems
    return list(dict.fromkeys(problems))


def words_of(group: Group) -> str:
    """A group in words, for `show`."""
    lines = [f"{SIGN}{group.name}: {group.title}", *([group.question] if group.question else [])]
    return "\n".join([*lines, f"base       {group.base}", f"scenarios  {', '.join(group.scenarios)}"])
