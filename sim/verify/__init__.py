"""Whether the code is the model: closed forms, limits, conservation and invariances, each declared once.

A check calls the model's own rules, or runs it, and compares with what is expected from elsewhere: a formula by hand or
from a textbook, an optimum or a root found by SciPy, the same run told in other units or another order. None repeats a
rule. `verify` on the command line, `docs/verification.md` and `tests/verification` come from the same declarations.
"""

import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from sim.verify.absent import ABSENT, Absent
from sim.verify.check import Check, Found, Void
from sim.verify.laboratory import Laboratory

__all__ = ["ABSENT", "TOPICS", "Absent", "Check", "Finding", "Found", "Void", "checks", "chosen", "verify"]

TOPICS = (
    "learning",
    "market",
    "customers",
    "ecosystem",
    "inputs",
    "bargaining",
    "partnerships",
    "propositions",
    "policy",
    "quotas",
    "limits",
    "conservation",
    "invariance",
)


class Finding(NamedTuple):
    """A check and what came out; `found` is None if there was nothing to check, and `note` says why."""

    check: Check
    found: Found | None
    note: str
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether it is as it should be."""
        return self.found is not None and self.found.holds


def checks() -> list[Check]:
    """Every declared check, topic by topic."""
    pages = [vars(import_module(f"{__name__}.{topic}")) for topic in TOPICS]
    return [each for page in pages for each in page.values() if isinstance(each, Check)]


def chosen(names: Iterable[str]) -> list[Check]:
    """Checks by topic, id ("T14", with all its parts), or a part of their names; all if nothing is named.

    Raises KeyError with the first name that fits none.
    """
    declared = checks()
    wanted: set[str] = set()
    for name in names:
        low = name.lower()
        fits = {c.id for c in declared if low in (c.topic, c.id.lower(), c.item.lower())}
        fits |= set() if fits else {c.id for c in declared if low in c.name}
        if not fits:
            raise KeyError(name)
        wanted |= fits
    return [each for each in declared if not wanted or each.id in wanted]


def examine(lab: Laboratory, check: Check) -> Finding:
    """Carries one check out."""
    began = perf_counter()
    try:
        found, note = check.function(lab), ""
    except Void as void:
        found, note = None, str(void)
    return Finding(check, found, note, perf_counter() - began)


def verify(wanted: Iterable[Check], workers: int = 1) -> list[Finding]:
    """Carries checks out on threads, for the kernel releases the interpreter's lock; findings come in order."""
    with tempfile.TemporaryDirectory(prefix="contraflow-") as folder, ThreadPoolExecutor(workers) as pool:
        lab = Laboratory(Path(folder))
        lab.run()  # compiled once, before threads share it
        return list(pool.map(partial(examine, lab), wanted))
