"""Numbers of findings in words, for terminals and documents."""

from typing import Any

SCALES = {
    "share": (100.0, "% points"),
    "probability": (100.0, "% points a quarter"),
    "log": (1.0, "log"),
    "count": (1.0, ""),
    "year": (1.0, "years"),
}


def effect_words(told: dict[str, Any]) -> str:
    """An effect with its interval and unit, three digits: `+1.2 [+0.8, +1.6] % points`."""
    if told["difference"] is None:
        return "-"
    if told["compare"] == "difference":
        scale, unit = SCALES.get(told["unit"], (1.0, told["unit"]))
    else:
        scale, unit = (1.0, "years") if told["compare"] == "recovery" else (100.0, "%")
    numbers = [_number(told[key], scale) for key in ("difference", "lo", "hi")]
    interval = f" [{numbers[1]}, {numbers[2]}]" if told["lo"] is not None else ""
    return f"{numbers[0]}{interval} {'' if unit in ('ratio', 'index') else unit}".rstrip()


def _number(value: float | None, scale: float) -> str:
    if value is None:
        return "-"
    scaled = value * scale
    if abs(scaled) >= 1000:
        return f"{scaled:+,.0f}"
    return "0" if abs(scaled) < 5e-6 else f"{scaled:+.3g}"
