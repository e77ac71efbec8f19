"""The page of inputs says what the file says."""

import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8")
with (ROOT / "sim" / "data" / "inputs.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def test_every_value_stands_on_the_page_with_its_range() -> None:
    for row in ROWS:
        name, _, year = row["input"].partition("@")
        value = f"{row['central']} ({row['low']}-{row['high']})"
        lines = [line for line in PAGE.splitlines() if name in line and row["sector"] in line] if year else []
        where = lines or [line for line in PAGE.splitlines() if row["sector"] in line or name in line]
        assert any((f"{year}: {value}" if year else value) in line for line in where), row


def test_every_source_is_described_and_every_range_holds_its_value() -> None:
    for row in ROWS:
        assert float(row["low"]) <= float(row["central"]) <= float(row["high"]), row
        for key in row["source_key"].split(";"):
            assert key.endswith(".csv") or f"**{key}**" in PAGE or key == "expert", key
