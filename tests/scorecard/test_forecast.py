"""A forecast's table and page, and what holds them together."""

from pathlib import PurePath

import numpy as np
import pytest

from sim.cli import main
from sim.errors import NotEnough
from sim.evidence.scorecard import forecast
from tests.scorecard.synthetic import path, world


@pytest.fixture
def lines():
    made = world(
        lives=([], []),
        chinese_share_home=path(cars=lambda when: 0.5 + 0 * when, solar=lambda when: 0.25 + 0 * when),
        technology_level=path(cars=lambda when: np.where(when >= 2028, 1.0, 0.9)),
        adoptions_hub=path(cars=lambda when: 1.0 + 0 * when),
        adoptions_globalize=path(solar=lambda when: 3.0 + 0 * when),
    )
    return list(forecast.lines("given", made))


@pytest.fixture
def written(lines, tmp_path):
    """A folder with a page, beside a folder with its table."""
    table, link = forecast.table(lines), PurePath("..", "records", forecast.TABLE)
    page = forecast.page(lines, {"Date": "2026-01-01"}, forecast.digest(table), "python run.py forecast", link)
    for folder in ("records", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "records" / forecast.TABLE).write_bytes(table.encode())
    (tmp_path / "docs" / forecast.PAGE).write_bytes(page.encode())
    return tmp_path / "docs"


def table_of(written):
    return written.parent / "records" / forecast.TABLE


def test_numbers(lines):
    found = {(line.sector, line.measure, line.year): line for line in lines}
    assert found["cars", "flipped_by", 2027].mean == 0.0 and found["cars", "flipped_by", 2028].mean == 1.0
    assert found["cars", "adoptions_hub", 2026].mean == 4.0 and found["all", "adoption_share_hub", 2030].mean == 0.25
    assert found["all", "chinese_share_home", 2030].mean == pytest.approx(
        0.25
    )  # markets of one size: (.5 + .25 + 0) / 3
    nobody = found["rail", "adoption_share_hub", 2030]
    assert nobody.runs == 0 and np.isnan(nobody.mean)
    assert found["cars", "chinese_share_home", 2030].runs == 2


def test_page_and_table_agree(written, lines):
    stamp = forecast.check(written)
    assert len(stamp) == 64 and main(["forecast", "--check", "--out", str(written)]) == 0
    text = (written / forecast.PAGE).read_text(encoding="utf-8")
    assert "| cars | 20.0 | 0.00 (0.00 to 0.00)" in text and "2026-01-01" in text and stamp in text
    assert table_of(written).read_text(encoding="utf-8").count("\n") == len(lines) + 1


def test_the_forecast_of_the_repository_is_as_it_was_stamped(root):
    forecast.check(root / "docs")


@pytest.mark.parametrize("place", [0, 500, -1])
def test_a_changed_byte_of_the_table_is_found(written, place, capsys):
    path_ = table_of(written)
    data = bytearray(path_.read_bytes())
    data[place] ^= 1
    path_.write_bytes(bytes(data))
    assert main(["forecast", "--check", "--out", str(written)]) == 6
    assert "was changed" in capsys.readouterr().err


def test_a_page_without_hash_or_a_lost_file_is_told(written):
    (written / forecast.PAGE).write_text("# Forecast\n")
    with pytest.raises(NotEnough, match="bears no hash"):
        forecast.check(written)
    (written / forecast.PAGE).unlink()
    with pytest.raises(NotEnough, match="there is no"):
        forecast.check(written)


def test_an_old_forecast_is_not_replaced_unasked(written, capsys):
    before = (written / forecast.PAGE).read_bytes()
    assert main(["forecast", "--out", str(written)]) == 73 and "--force" in capsys.readouterr().err
    assert (written / forecast.PAGE).read_bytes() == before
    assert main(["forecast", "--out", str(written / "none")]) == 73
