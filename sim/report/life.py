"""One partnership as a page: its account, laid out with a figure. How it looks is in `life.html.j2`."""

from collections.abc import Iterable, Sequence
from typing import Any

from sim.explain import Account, Candidate, Option, Reading
from sim.explain.options import money, percent
from sim.model.columns import FIRST_YEAR
from sim.plots import life, style
from sim.report.page import Picture, inline, templates


def render(told: Account, command: str = "", hashes: Sequence[tuple[str, str]] = ()) -> str:
    """The page as HTML, self-contained. command: what makes it again; hashes: name and text of what it rests on."""
    sheet = life.draw(told)
    svg = sheet.rendered("svg").decode("utf-8")
    figure = Picture(sheet.name, sheet.title, sheet.caption, sheet.alt, inline(svg, sheet.name, sheet.alt), [])
    environment = templates()
    environment.filters |= {"money": _signed, "percent": percent, "weighed": _weighed}
    return environment.get_template("life.html.j2").render(
        title=f"{told.partnership}, seed {told.seed}",
        told=told,
        offers=[_offer(each) for each in told.signing.offers],
        figure=figure,
        readings=list(_numbers(told.readings)),
        command=command,
        hashes=hashes,
    )


def _signed(value: float) -> str:
    return money(value).replace("-", "−")


def _offer(each: Candidate) -> dict[str, Any]:
    apart = f"apart {_signed(each.outside_multinational)} and {_signed(each.outside_chinese)}"
    return _row(each.form, each, f"{apart}; {each.reason}")


def _weighed(options: Sequence[Option]) -> list[dict[str, Any]]:
    return [_row(each.choice, each, each.reason) | {"chosen": each.chosen} for each in options]


def _row(name: str, each: Option | Candidate, why: str) -> dict[str, Any]:
    values = {"multinational": each.multinational, "chinese": each.chinese, "surplus": each.surplus}
    return {"name": name, "why": why, **values}


def _numbers(readings: Sequence[Reading]) -> Iterable[dict[str, Any]]:
    for each in readings:
        technology = [percent(value) for value in (each.multinational, each.chinese)]
        over = (each.over_multinational, each.over_chinese)
        values = [*technology, *("–" if value != value else _signed(value) for value in over)]
        yield {"quarter": style.quarter(FIRST_YEAR + each.t / 4), "values": values}
