"""Which file a name means, and that reading stays under the folder of scenarios."""

import os
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

WORLD = "world.yaml"
SUFFIXES = (".yaml", ".yml")
FOLDER_OF_GROUPS = "groups"
SETS = "sets"  # folder of parameter sets
ASIDE = ("sweeps", "experiments", FOLDER_OF_GROUPS, SETS)  # folders whose files are no scenarios
ASK = " (--allow-outside lifts this)"
anywhere = ContextVar("anywhere", default=False)  # whether reading may leave the folder of scenarios


class Place(NamedTuple):
    """A file and the folder that reading from it may not leave."""

    path: Path
    root: Path

    @property
    def shown(self) -> str:
        """How messages and origins call it: never a path of the machine, the same everywhere."""
        return f"{self.root.name}/{Path(os.path.relpath(self.path, self.root)).as_posix()}"

    @property
    def inside(self) -> bool:
        """Whether the file, links followed, lies under the root, or may lie anywhere."""
        return anywhere.get() or self.path.resolve().is_relative_to(self.root.resolve())


@lru_cache(maxsize=1)
def shipped() -> Path:
    """The scenarios that come with the package."""
    return carried("scenarios", WORLD)


def carried(folder: str, file: str) -> Path:
    """Where a folder with this file lies that comes with the package: among the data of a wheel, or at the top of the
    repository."""
    package = Path(__file__).resolve().parents[1]
    packed = package / "data" / folder
    return packed if (packed / file).is_file() else package.parent / folder


def root_of(folder: Path) -> Path:
    """The nearest folder, this one or above, with a world file; else the folder itself."""
    return next((parent for parent in (folder, *folder.parents) if (parent / WORLD).is_file()), folder)


def folders(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Where names are looked up from `folder`, in order: pairs of folder and root."""
    root = root_of(folder)
    yield folder, root
    yield root, root
    for parent in (folder, *folder.parents):
        if (parent / "scenarios" / WORLD).is_file():
            yield parent / "scenarios", parent / "scenarios"
            break
    yield shipped(), shipped()


def given(path: Path) -> Place:
    """A file named by its path; links and `..` in it are the user's own, but the file may not lead out of its root."""
    absolute = Path(os.path.abspath(path))
    return Place(absolute, root_of(absolute.parent))


def too_long(name: str) -> str:
    """What is wrong with a name that no file can have; empty if one can."""
    if len(name) > 4000 or any(len(part.encode("utf-8", "replace")) > 250 for part in Path(name).parts):
        return "is longer than the name of a file may be"
    return "holds a control character" if "\0" in name else ""


def named(name: str, folder: Path) -> Place | str:
    """The file a name means from `folder`, or what is wrong with the name."""
    out = "\\" in name or Path(name).is_absolute() or ".." in Path(name).parts
    if not name.strip() or (out and not anywhere.get()):
        return f"must be the name of a file under the scenarios folder, without `..` and not absolute{ASK}"
    if long := too_long(name):
        return long
    plain = name.removesuffix(".yaml").removesuffix(".yml")
    for base, root in folders(folder):
        for suffix in SUFFIXES:
            place = Place(base / f"{plain}{suffix}", root)
            if place.path.is_file():
                return place if place.inside else f"leads out of the folder {root.name}; reading stays under it{ASK}"
    return ""


def known(folder: Path) -> list[str]:
    """Names that mean a scenario from `folder`, wherever they are looked up."""
    return [name for root in dict.fromkeys(root for _, root in folders(folder)) for name in names(root)]


def names(root: Path) -> dict[str, Path]:
    """Name -> file of all scenarios under a root, not what stands in `ASIDE`; without a world file there: its own."""
    glob = root.rglob if (root / WORLD).is_file() else root.glob
    paths = sorted(path for suffix in SUFFIXES for path in glob(f"*{suffix}") if Place(path, root).inside)
    parts = [(path.relative_to(root), path) for path in paths]
    return {part.with_suffix("").as_posix(): path for part, path in parts if part.parts[0] not in ASIDE}
