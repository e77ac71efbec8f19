"""Outcomes as options and files write them: one reader."""

import pytest
from pydantic import ValidationError

from sim.errors import UsageError
from sim.scenario.experiment import Measured
from sim.scenario.outcome import Named, check_place, form, of_one_number, parse


def test_year_sector_and_region_may_each_be_left_out() -> None:
    told = {
        "trust": Named("trust"),
        "trust@2040": Named("trust", 2040),
        "trust@cars": Named("trust", None, "cars"),
        "chinese_share@cars@eu": Named("chinese_share", None, "cars", "eu"),
        "chinese_share@2040@cars@eu": Named("chinese_share", 2040, "cars", "eu"),
        "welfare@all@eu": Named("welfare", None, "all", "eu"),
    }
    for text, named in told.items():
        assert parse(text) == named and str(named) == text
    assert parse(" trust @ 2040 @ all @ all ") == Named("trust", 2040)
    assert parse("chinese_share@cars@eu@2040") == parse("chinese_share@2040@cars@eu")
    assert parse("welfare").field.text == "World welfare" and parse("welfare@cars@eu").field.text == "Welfare"


def test_what_is_wrong_is_said() -> None:
    wrong = {
        "@2040": "is not METRIC",
        "chinese_share@cars@2040@eu": "is not METRIC",
        "trust@@eu": "is not METRIC",
        "trust@2030@cars@2040": "is not METRIC",
        "trsut": "no metric 'trsut'",
        "trust@cars@eu": "trust is not told by region",
        "local_chinese@cars": "local_chinese is told by region",
    }
    for text, told in wrong.items():
        with pytest.raises(UsageError, match=f"--x '?{text}.*{told}"):
            of_one_number(text, "--x")
    with pytest.raises(UsageError, match="no region 'uk'") as caught:
        check_place(parse("chinese_share@cars@uk"), ["cars"], ["us", "eu"])
    assert caught.value.hint == "did you mean us?"


def test_an_experiment_reads_them_too() -> None:
    """Also metrics that are derived from others, of which the reader of files knows nothing."""
    assert form("powered_share@2035@cars@eu").metric == "powered_share"
    written = Measured.model_validate("powered_share@2035@cars@eu")
    assert written == Measured(metric="powered_share", year=2035, sector="cars", region="eu")
    assert Measured.model_validate("trust") == Measured(metric="trust")
    with pytest.raises(ValidationError, match="is not METRIC"):
        Measured.model_validate("trust@@")
