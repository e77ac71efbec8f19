"""A figure on its page: title, key, grid of panels, footer; saved with its table, the same bytes on every run."""

import io
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.files import make_folder, write_bytes, write_text
from sim.plots import style
from sim.plots.letters import lettered
from sim.plots.stored import Stored
from sim.runs.inert import inert_frame

INDEX = "figures.json"  # what each figure shows, for the report
PACKED = 3  # of 9: PNG files a twentieth larger than at 6, in two thirds of the time

_narrowed: ContextVar[tuple[str, ...]] = ContextVar("narrowed", default=())


@contextmanager
def narrowed(sectors: Sequence[str] | None) -> Iterator[None]:
    """Sheets made meanwhile are of these sectors only, and say so."""
    token = _narrowed.set(tuple(sectors or ()))
    try:
        yield
    finally:
        _narrowed.reset(token)


class Entry(NamedTuple):
    """One entry of a figure's key: a line (unless `linewidth` is 0), over a shade if `alpha` is given."""

    label: str
    color: str
    linestyle: Any = "-"
    linewidth: float = 1.4
    alpha: float = 0.0
    edged: bool = False
    marker: str = ""
    hatch: str = ""


@dataclass
class Sheet:
    """A figure under construction; sizes in inches. `axes` is [row, column]."""

    name: str
    title: str
    rows: int
    columns: int
    height: float  # of one panel
    left: float = 0.55
    right: float = 0.12
    gap_x: float = 0.14
    gap_y: float = 0.32
    below: float = 0.32  # room for tick labels under the lowest panel
    above: float = 0.0  # room above the first panels
    key: Sequence[Entry | None] = ()  # None breaks the row
    caption: str = ""
    alt: str = ""
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    heights: Sequence[float] = ()  # of rows, if they differ

    def __post_init__(self) -> None:
        self.title, self.caption = style.polish(self.title), style.polish(self.caption)
        self._name_sectors()
        heights = list(self.heights) or [self.height] * self.rows
        self._key_rows = _rows_of_key(self.key)
        # A no-break space keeps a number and its % on one line.
        self._foot = textwrap.wrap(self.caption.replace(" %", "\u00a0%"), 138)
        top = 0.36 + 0.17 * len(self._key_rows) + 0.18 + self.above
        bottom = self.below + 0.14 * len(self._foot) + 0.12
        self.total = top + sum(heights) + self.gap_y * (self.rows - 1) + bottom
        self.figure = style.setup()(figsize=(style.WIDTH, self.total))
        width = (style.WIDTH - self.left - self.right - self.gap_x * (self.columns - 1)) / self.columns
        self.axes = np.empty((self.rows, self.columns), dtype=object)
        y = self.total - top
        for row in range(self.rows):
            y -= heights[row]
            for column in range(self.columns):
                x = self.left + column * (width + self.gap_x)
                place = (x / style.WIDTH, y / self.total, width / style.WIDTH, heights[row] / self.total)
                self.axes[row, column] = self.figure.add_axes(place)
            y -= self.gap_y
        self._write_margins()

    def _name_sectors(self) -> None:
        """In title and caption, unless these name them already."""
        told = ", ".join(style.place_words(name, inside=True) for name in _narrowed.get())
        if told and told not in self.title:
            self.title = f"{self.title}: {told}"
        if told and told not in self.caption.lower():
            self.caption = f"{told[:1].upper()}{told[1:]}. {self.caption}"

    def _write_margins(self) -> None:
        def place(x: float, inches_from_top: float) -> tuple[float, float]:
            return x / style.WIDTH, 1 - inches_from_top / self.total

        self.figure.text(*place(0.1, 0.2), self.title, fontsize=9.5, fontweight="bold", va="center", ha="left")
        for row, entries in enumerate(self._key_rows):
            x = 0.1
            for entry in entries:
                self._draw_entry(entry, x, 0.44 + 0.17 * row)
                x += _width_of(entry)
        for row, line in enumerate(reversed(self._foot)):
            self.figure.text(
                0.1 / style.WIDTH,
                (0.08 + 0.14 * row) / self.total,
                line,
                fontsize=7,
                color="#444444",
                va="bottom",
                ha="left",
            )

    def _draw_entry(self, entry: Entry, x: float, from_top: float) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        y = 1 - from_top / self.total
        left, right = x / style.WIDTH, (x + 0.26) / style.WIDTH
        frame: dict[str, Any] = {
            "xy": (left, y - 0.045 / self.total),
            "width": right - left,
            "height": 0.09 / self.total,
        }
        frame["transform"] = self.figure.transFigure
        if entry.alpha:
            self.figure.add_artist(Rectangle(**frame, facecolor=entry.color, alpha=entry.alpha, linewidth=0))
        if entry.edged:
            self.figure.add_artist(Rectangle(**frame, fill=False, edgecolor=entry.color, linewidth=0.6))
        if entry.hatch:
            self.figure.add_artist(
                Rectangle(**frame, fill=False, hatch=entry.hatch, edgecolor=entry.color, linewidth=0)
            )
        if entry.linewidth or entry.marker:
            line = Line2D(
                [left, (left + right) / 2, right],
                [y, y, y],
                color=entry.color,
                linestyle=entry.linestyle if entry.linewidth else "none",
                linewidth=entry.linewidth,
                marker=entry.marker or None,
                markevery=[1],
                markersize=4,
                markerfacecolor=entry.color if entry.linewidth else "white",
                transform=self.figure.transFigure,
            )
            self.figure.add_artist(line)
        self.figure.text(right + 0.06 / style.WIDTH, y, entry.label, fontsize=7.5, va="center", ha="left")

    @property
    def panels(self) -> list[Any]:
        """All panels, row by row."""
        return list(self.axes.ravel())

    def share(self, used: int) -> None:
        """Hide unused panels, and keep tick labels at the left and at the lowest panel of each column only."""
        for place, axes in enumerate(self.panels):
            axes.set_visible(place < used)
            axes.tick_params(labelleft=place % self.columns == 0, labelbottom=place + self.columns >= used)

    def label_left(self, text: str, x: float = 0.13) -> None:
        """One vertical label for all panels."""
        boxes = [axes.get_position() for axes in self.panels if axes.get_visible()]
        middle = (min(box.y0 for box in boxes) + max(box.y1 for box in boxes)) / 2
        self.figure.text(x / style.WIDTH, middle, text, rotation=90, fontsize=8, va="center", ha="center")

    def label_below(self, text: str) -> None:
        """One horizontal label for all panels."""
        boxes = [axes.get_position() for axes in self.panels if axes.get_visible()]
        middle = (min(box.x0 for box in boxes) + max(box.x1 for box in boxes)) / 2
        lowest = min(box.y0 for box in boxes)
        self.figure.text(middle, lowest - 0.3 / self.total, text, fontsize=8, va="center", ha="center")

    def save(self, folder: Path, formats: Sequence[str]) -> list[Path]:
        """Write the figure in each format and its CSV, and note it in the index; returns the paths."""
        paths = self.write(folder, formats)
        note_figures(folder, [self.entry(formats)])
        return paths

    def write(self, folder: Path, formats: Sequence[str]) -> list[Path]:
        """Write the figure in each format and its CSV; returns the paths."""
        make_folder(folder)
        self.alt = style.polish(self.alt)
        self._settle()
        paths = []
        for suffix in formats:
            path = folder / f"{self.name}.{suffix}"
            write_bytes(path, self.rendered(suffix))
            paths.append(path)
        path = folder / f"{self.name}.csv"
        write_text(path, inert_frame(self.table).to_csv(index=False, float_format="%.10g", lineterminator="\n"))
        return [*paths, path]

    def entry(self, formats: Sequence[str]) -> dict[str, Any]:
        """What the index says of the figure."""
        told = {"name": self.name, "title": self.title, "caption": self.caption, "alt": self.alt}
        return {**told, "formats": list(formats)}

    def _settle(self) -> None:
        """Polish texts; and no place is looked for where a label is empty, for which all ticks would be measured."""
        from matplotlib.text import Text

        found = [*self.figure.texts]
        for axes in self.figure.axes:
            found += [each for each in axes.get_children() if isinstance(each, Text)]
            for axis in (axes.xaxis, axes.yaxis):
                found.append(axis.label)
                if not axis.label.get_text():
                    axis.set_label_coords(0, 0)
        for text in found:
            text.set_text(style.polish(text.get_text()))

    def rendered(self, suffix: str) -> bytes:
        """The figure as a file of this format."""
        # No dates and no versions: a rerun must give the same bytes.
        metadata: dict[str, dict[str, Any]] = {
            "svg": {"Date": None, "Creator": None, "Title": self.title},
            "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None, "Title": self.title},
            "png": {"Title": self.title, "Description": self.alt},
        }
        buffer = io.BytesIO()
        with lettered():
            if suffix == "png":
                return self._pixels(metadata["png"])
            self.figure.savefig(buffer, format=suffix, metadata=metadata.get(suffix))
        if suffix != "svg":
            return buffer.getvalue()
        from xml.sax.saxutils import escape

        # A hundredth of a point is exact enough, and halves the file.
        text = re.sub(r"(\d\.\d\d)\d+(?=[ \"\n])", r"\1", buffer.getvalue().decode("utf-8"))
        return text.replace("</title>", f"</title>\n <desc>{escape(self.alt)}</desc>", 1).encode("utf-8")

    def _pixels(self, texts: dict[str, str]) -> bytes:
        """The figure as PNG with these texts; nothing shines through it, so that no channel is kept for that."""
        from matplotlib import rcParams
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image, PngImagePlugin

        canvas: Any = FigureCanvasAgg(self.figure)  # its methods bear no types
        dpi = rcParams["savefig.dpi"]
        self.figure.set_dpi(dpi)
        canvas.draw()
        told = PngImagePlugin.PngInfo()
        for name, text in texts.items():
            told.add_text(name, text)
        buffer = io.BytesIO()
        drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        drawn.save(buffer, "png", compress_level=PACKED, dpi=(dpi, dpi), pnginfo=told)
        return buffer.getvalue()


def scenario_key(stored: Stored) -> list[Entry]:
    """The scenarios of a folder; the base with the shade of its runs."""
    names = [stored.base, *stored.others]
    shade = {stored.base: 0.15}
    return [Entry(style.short(stored.title(n)), *style.stroke(n, names), alpha=shade.get(n, 0.0)) for n in names]


def grid(panels: int, columns: int = 4) -> tuple[int, int]:
    """Rows and columns for so many small panels."""
    columns = min(columns, max(panels, 1))
    return -(-panels // columns), columns


def _width_of(entry: Entry) -> float:
    return 0.26 + 0.06 + style.text_width(entry.label, 7.5) + 0.22


def _rows_of_key(entries: Sequence[Entry | None]) -> list[list[Entry]]:
    rows: list[list[Entry]] = []
    room = 0.0
    for entry in entries:
        if entry is None:
            room = 0.0
            continue
        if room < _width_of(entry) - 0.22:
            rows.append([])
            room = style.WIDTH - 0.2
        rows[-1].append(entry)
        room -= _width_of(entry)
    return rows


def note_figures(folder: Path, entries: Sequence[dict[str, Any]]) -> None:
    """Keep the index of figures: what each shows, in the order of their names."""
    if not entries:
        return
    path = folder / INDEX
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    new = {entry["name"]: entry for entry in entries}
    kept = [other for other in known if other["name"] not in new and (folder / f"{other['name']}.csv").is_file()]
    text = json.dumps(sorted([*kept, *new.values()], key=lambda one: one["name"]), indent=1, ensure_ascii=False)
    write_text(path, f"{text}\n")
