"""What is asked of speed, declared once, and the table of what was measured."""

import os
import platform
from pathlib import Path
from typing import NamedTuple

import numba

BEGIN, END = "<!-- speed -->\n", "<!-- /speed -->\n"


class Asked(NamedTuple):
    """A limit that must hold and one to aim at, in the unit of the measurement; None: told, not asked."""

    text: str
    unit: str = ""
    must: float | None = None
    aim: float | None = None


RUN = "of a run"  # of one of them by itself, in the same process
W = "of W"  # times the reference workload, interleaved with it in one process
ASKED = {
    "default": Asked("default run, everything recorded, 248 quarters", W, 1.3, 0.65),
    # W took 16 s for 1,000 runs on two cores of the machine on which 25, 10 and 50, 25 s were asked
    "summary": Asked("1,000 runs, summary kept: CPU time", W, 25 / 16, 10 / 16),
    "trajectories": Asked("1,000 runs, trajectories kept: CPU time", W, 50 / 16, 25 / 16),
    "summary_wall": Asked("1,000 runs on two cores, summary kept", "s", 25, 10),
    "trajectories_wall": Asked("1,000 runs on two cores, trajectories kept", "s", 50, 25),
    "two_workers": Asked("wall time of a run with two workers, summary kept", "of one worker's", 1 / 1.7, 0.55),
    "two_dask_workers": Asked("the same with two Dask workers on loopback", "of one worker's", 1 / 1.8, 0.52),
    "compared": Asked("a base and three what-ifs, summary kept: CPU time", RUN, 2.2, 2.0),
    "swept": Asked("22 points of a policy from 2027, summary kept: CPU time", RUN, 7.0, 6.0),
    "main_job": Asked("main job with figures and report, warm, two cores", "of 100 runs of W", 10 / 3.2, 8 / 3.2),
    "main_job_cpu": Asked("the same: CPU time of all its processes", "of 100 runs of W"),
    "drawing": Asked("wall time of figures with two processes", "of one process's", 0.65, 0.55),
    "overhead": Asked("runner around the kernel, summary kept", "of the kernel", 1.0, 0.2),
    "verified": Asked("10,000 runs verified, summary kept", "s", 5, 2),
    "cold": Asked("cold start on two cores, with compiling", "s", 30, 12),
    "cold_ratio": Asked("compiling: CPU time", "of W's compiling"),
    "warm": Asked("warm start to the first result", "s", 1.5, 1.0),
    "million": Asked("a quarter of 1,000,000 firms, one core", "s", 0.6, 0.3),
    "million_ratio": Asked("the same", W, 0.6 / 0.508, 0.3 / 0.508),  # W took 508 ns a firm where 0.6 s was asked
    "bytes": Asked("memory a firm", "bytes", 600, 250),
    "more_sectors": Asked("cost is firms to the power of, by more sectors", "", 1.1, 1.05),
    "larger_sectors": Asked("cost is firms to the power of, by larger sectors", "", 1.1, 1.05),
}


class Table:
    """Measurements in the order of `ASKED`; `load`: how busy the machine was before."""

    def __init__(self, load: float) -> None:
        self.load = load
        self.found: dict[str, float] = {}
        self.notes: dict[str, str] = {}

    def add(self, key: str, value: float, note: str = "") -> str:
        """Notes a measurement and returns its verdict: "aim", "must", "MISS", or "" where nothing is asked."""
        self.found[key], self.notes[key] = value, note
        return self.verdict(key)

    def verdict(self, key: str) -> str:
        asked, value = ASKED[key], self.found[key]
        if asked.must is None or asked.aim is None:
            return ""
        return "aim" if value <= asked.aim else "must" if value <= asked.must else "MISS"

    def rows(self) -> list[list[str]]:
        """Header and rows as text."""
        told = [["what", "measured", "must", "aim", "reached", "how"]]
        for key, asked in ASKED.items():
            if key in self.found:
                value = f"{_number(self.found[key])} {asked.unit}".strip()
                limits = ["" if limit is None else _number(limit) for limit in (asked.must, asked.aim)]
                told.append([asked.text, value, *limits, self.verdict(key), self.notes[key]])
        return told

    def text(self) -> str:
        rows = self.rows()
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
        return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    def markdown(self) -> str:
        header, *rows = [f"| {' | '.join(row[:5])} |" for row in self.rows()]
        return "\n".join([header, "|---|---|---|---|---|", *rows]) + "\n"

    def write_into(self, path: Path) -> None:
        """Replaces the table between the marks of a Markdown file."""
        before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"{path.name} has no place for the table: {BEGIN.strip()} and {END.strip()}")
        told = f"{self.markdown()}\nOn {machine()}.\n"
        path.write_text(f"{before}{BEGIN}\n{told}\n{END}{after}", encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    """Processor, cores and versions."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {name}, Python {platform.python_version()}, Numba {numba.__version__}"
