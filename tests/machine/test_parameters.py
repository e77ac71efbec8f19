"""The table of parameters: ranges, names, sources."""

from collections import Counter

import pytest

from sim.model.parameters import Parameters, defaults, parameters

ALL = parameters()


def test_every_parameter_is_declared_in_full(subtests: pytest.Subtests) -> None:
    for name, parameter in ALL.items():
        with subtests.test(name):
            assert parameter.low <= parameter.default <= parameter.high
            assert parameter.low < parameter.high
            assert all((parameter.symbol, parameter.unit, parameter.text, parameter.source, parameter.mechanism))
            assert parameter.confidence in ("low", "medium", "high")
            if parameter.choices:
                assert parameter.unit == "switch"
                assert (parameter.low, parameter.high) == (0, len(parameter.choices) - 1)
            if parameter.fitted:
                assert not parameter.choices
            if parameter.on is not None:
                assert parameter.low <= parameter.on <= parameter.high
                assert parameter.default == parameter.off != parameter.on


def test_values_in_words_and_as_files_have_them() -> None:
    windows, floor = ALL["windows"], ALL["rd_floor"]
    assert (windows.at_work, windows.written(windows.off), windows.shown(windows.default)) == (1, "off", "on")
    assert [ALL["research"].written(value) for value in (0.0, 1.0)] == ["sales", "chosen"]
    assert (floor.at_work, floor.written(floor.at_work), floor.shown(floor.default)) == (1.2, 1.2, "1.2")
    assert ALL["ambient"].at_work == ALL["ambient"].default


def test_symbols_are_unique() -> None:
    repeated = {symbol: n for symbol, n in Counter(p.symbol for p in ALL.values()).items() if n > 1}
    assert not repeated


def test_at_most_twelve_parameters_are_fitted() -> None:
    fitted = [name for name, parameter in ALL.items() if parameter.fitted]
    assert 0 < len(fitted) <= 12


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
