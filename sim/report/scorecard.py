"""The scorecard's page: one file with the figure in it, made from the record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.evidence.scorecard import words
from sim.report.page import inline, templates


def page(record: Mapping[str, Any], figure: Path, caption: str, alt: str) -> str:
    """The page as HTML; `figure`: the SVG of history."""
    told = "variants" in record
    return (
        templates()
        .get_template("scorecard.html.j2")
        .render(
            title="Scorecard: the evidence on the model",
            about=record["about"],
            titles=record["sections"],
            summary=list(words.summary(record)),
            figure=inline(figure.read_text(encoding="utf-8"), figure.stem, alt),
            caption=caption,
            alt=alt,
            sections=[
                {
                    "key": part["key"],
                    "title": part["title"],
                    "rows": [_row(r) for r in record["facts"] if r["section"] == part["key"]],
                }
                for part in words.summary(record)
            ],
            regressions=[
                _row(row)
                | {
                    "error": words.number(row["error"]),
                    "spread": words.number(row["spread"]),
                    "design": row["design"],
                    "size": f"{row['rows']} rows, {row['clusters']} clusters",
                }
                for row in record["regressions"]
            ],
            absent=record["absent"],
            variants=words.variants(record) if told else [],
            placebos=words.placebos(record) if told else [],
            worlds=[
                {"name": name, "scenario": world["scenario"], "settings": words.settings(world)}
                for name, world in record["worlds"].items()
            ],
        )
    )


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    middle, interval = words.simulated(row)
    compared = " against ".join(row.get("worlds", ()))
    return {
        "id": row["id"],
        "text": row["text"],
        "worlds": compared if compared != "base" else "",
        "unit": row["unit"],
        "observed": words.observed(row),
        "simulated": middle,
        "interval": interval,
        "verdict": words.verdict(row),
        "tone": {True: "in", False: "out", None: ""}[row["inside"]],
        "use": words.use(row) if "use" in row else "",
        "source": row["source"],
    }
