"""Lines that figures draw for policies: what a scenario has and its base has not."""

from collections.abc import Iterable
from dataclasses import replace

from sim.model.columns import FIRST_YEAR
from sim.scenario.shocks import Shock

Line = tuple[str, float, float, float | None]  # label, year of announcement, start, end (None: it stays)


def line(shock: Shock) -> Line:
    """The line of a shock."""
    return shock.label, _year(shock.announce), _year(shock.start), None if shock.end is None else _year(shock.end)


def differing(shocks: Iterable[Shock], base: Iterable[Shock]) -> list[Line]:
    """Lines of what differs from a base.

    A policy of the base that ends earlier or later is a line from the quarter in which that shows; those of one
    quarter are one line.
    """
    theirs, ours = ({shock.id: shock for shock in each} for each in (base, shocks))
    lines = [
        line(shock)
        for key, shock in ours.items()
        if key not in theirs or _without_end(shock) != _without_end(theirs[key])
    ]
    left_out: dict[int, list[str]] = {}
    for key, old in theirs.items():
        new = ours.get(key)
        if new is None:
            left_out.setdefault(old.announce, []).append(f"without {old.label}")
        elif new.end != old.end and _without_end(new) == _without_end(old):
            ends = [shock.end for shock in (new, old) if shock.end is not None]
            what = "stays on" if new.end is None or (old.end is not None and new.end > old.end) else "ends"
            left_out.setdefault(min(ends) + 1, []).append(f"{old.label} {what}")
    for quarter, labels in sorted(left_out.items()):
        label = labels[0] if len(labels) == 1 else f"{labels[0]}, and {len(labels) - 1} more"
        lines.append((label, _year(quarter), _year(quarter), None))
    return lines


def _without_end(shock: Shock) -> Shock:
    return replace(shock, end=None)


def _year(quarter: int) -> float:
    return FIRST_YEAR + quarter / 4
