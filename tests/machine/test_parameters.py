"""The table of parameters: ranges, names, sources."""

import re
from collections import Counter
from pathlib import Path

import pytest

from sim.parameters import Parameter, Parameters, defaults, parameters

ALL = parameters()
KEY = re.compile(r"\b[A-Z][A-Za-z]*[a-z](?:19|20)\d{2}\b")


def cited(folder: Path) -> set[str]:
    """Every key of a source named in the package."""
    return {key for path in folder.rglob("*.py") for key in KEY.findall(path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def bibliography(root: Path) -> list[str]:
    """The keys of docs/bibliography.md, in order."""
    text = (root / "docs/bibliography.md").read_text(encoding="utf-8")
    return re.findall(r"^- \*\*(\w+)\*\*", text, re.MULTILINE)


@pytest.mark.parametrize(("name", "parameter"), ALL.items(), ids=ALL)
def test_every_parameter_is_declared_in_full(name: str, parameter: Parameter) -> None:
    assert parameter.low <= parameter.default <= parameter.high
    assert parameter.low < parameter.high
    assert all((parameter.symbol, parameter.unit, parameter.text, parameter.source, parameter.mechanism))
    assert parameter.confidence in ("low", "medium", "high")
    if parameter.choices:
        assert parameter.unit == "switch"
        assert (parameter.low, parameter.high) == (0, len(parameter.choices) - 1)
    if parameter.fitted:
        assert not parameter.choices


def test_symbols_are_unique() -> None:
    repeated = {symbol: n for symbol, n in Counter(p.symbol for p in ALL.values()).items() if n > 1}
    assert not repeated


def test_at_most_ten_parameters_are_fitted() -> None:
    fitted = [name for name, parameter in ALL.items() if parameter.fitted]
    assert 0 < len(fitted) <= 10


def test_every_source_stands_in_the_bibliography(root: Path, bibliography: list[str]) -> None:
    assert cited(root / "sim") - set(bibliography) == set()


def test_the_bibliography_is_sorted(bibliography: list[str]) -> None:
    assert len(bibliography) >= 15
    assert bibliography == sorted(set(bibliography))


def test_defaults() -> None:
    assert isinstance(defaults(), Parameters)
    assert defaults()._asdict() == {name: parameter.default for name, parameter in ALL.items()}
    assert all(isinstance(value, float) for value in defaults())


def test_defaults_with_changes() -> None:
    changed = defaults(horizon=24)
    assert changed.horizon == 24
    assert changed._replace(horizon=ALL["horizon"].default) == defaults()


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(TypeError, match="horizen"):
        defaults(horizen=24)
