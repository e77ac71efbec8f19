"""The kinds of values a file may hold: quantities with units and bounds, dates, dated paths, names.

Each is a type for pydantic that checks a value, says in one line what was found and what is allowed, and describes
itself to editors.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from sim.model.columns import FIRST_YEAR

_PERCENT = re.compile(r"([-+]?(?:\d+(?:\.\d+)?|\.\d+))\s*%")
_QUARTER = re.compile(r"(\d{4})\s*[Qq]([1-4])")
_YEAR = re.compile(r"\d{4}(\.\d+)?")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_LONGEST = 60


class Model(BaseModel):
    """What the mappings of files are made of: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def wrong(message: str) -> PydanticCustomError:
    """An error whose message is shown as it is."""
    return PydanticCustomError("contraflow", "{message}", {"message": message})


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """A name safe in paths and file names; one that loses something on the way keeps a short hash, for uniqueness."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9_-]+", "_", plain.lower()).strip("_-")
    lost = any(ord(letter) > 127 and letter.isalnum() for letter in unicodedata.normalize("NFKD", text))
    if lost or not name or len(name) > _LONGEST or name in _RESERVED:
        return f"{name[:_LONGEST] or 'name'}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    return name


def takes_percent(unit: str) -> bool:
    """Whether `60%` is understood for a quantity of this unit."""
    return unit.startswith(("share", "probability", "ratio"))


def _number(value: Any, unit: str) -> float:
    percent = takes_percent(unit)
    if isinstance(value, str) and percent and (match := _PERCENT.fullmatch(value.strip())):
        return float(match[1]) / 100
    if isinstance(value, bool) or not isinstance(value, int | float):
        digits = re.search(r"\d+(\.\d+)?", value) if isinstance(value, str) and percent else None
        hint = f"; write {digits[0]}% or {float(digits[0]) / 100:g}" if digits else ""
        raise wrong("empty; must be a number" if value is None else f"{value!r} is not a number{hint}")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise wrong(f"{value}; must be finite")
    return number


def _bounds(low: float, high: float, percent: bool) -> str:
    top = f"{high:g} ({high * 100:g} %)" if percent and isfinite(high) and high > 1 else f"{high:g}"
    if isfinite(low) and isfinite(high):
        return f"between {low:g} and {top}"
    return f"at least {low:g}" if isfinite(low) else f"at most {top}"


def checked(value: Any, unit: str, low: float, high: float, whole: bool = False) -> float:
    """`value` as a finite number within bounds; percent strings are read where the unit is a share."""
    number = _number(value, unit)
    percent = takes_percent(unit)
    if not low <= number <= high:
        hint = (
            f"; write {number:g}% or {number / 100:g}"
            if percent and number > high and low <= number / 100 <= high
            else ""
        )
        raise wrong(f"{value}; must be {_bounds(low, high, percent)}{hint}")
    if whole and number != int(number):
        raise wrong(f"{value}; must be a whole number")
    return number + 0.0  # -0.0 would change bytes without changing anything


@dataclass(frozen=True)
class Quantity:
    """Annotation of a number with a unit and bounds."""

    unit: str
    text: str
    low: float
    high: float
    whole: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        kind = int if self.whole else float

        def check(value: Any) -> float:
            return kind(checked(value, self.unit, self.low, self.high, self.whole))

        return core_schema.no_info_before_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        if isfinite(self.low):
            number["minimum"] = int(self.low) if self.whole else self.low
        if isfinite(self.high):
            number["maximum"] = int(self.high) if self.whole else self.high
        percent = {"anyOf": [number, {"type": "string", "pattern": "%$"}]}
        return {"description": f"{self.text} [{self.unit}]", **(percent if takes_percent(self.unit) else number)}


@dataclass(frozen=True)
class Dated:
    """Annotation of a dated path: year -> number, linear between, flat outside; at least one, in any order."""

    unit: str
    text: str
    low: float
    high: float

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        def check(value: Any) -> dict[float, float]:
            if not isinstance(value, dict) or not value:
                raise wrong(f"{value!r}; must be dated values such as {{1990: 1.0, 2020: 2.0}}")
            path = {_year(year): checked(number, self.unit, self.low, self.high) for year, number in value.items()}
            if len(path) < len(value):
                raise wrong("two values for one date")
            return dict(sorted(path.items()))

        def years(path: dict[float, float]) -> dict[str, float]:
            return {f"{year:g}": number for year, number in path.items()}

        named = core_schema.plain_serializer_function_ser_schema(years)
        return core_schema.no_info_before_validator_function(check, handler(source), serialization=named)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "object", "description": f"{self.text} [{self.unit}], by year", "minProperties": 1}


def switch(text: str, choices: tuple[str, ...]) -> Any:
    """The type of a switch: files give the name of a choice, programs may give its number."""

    def check(value: Any) -> float:
        if isinstance(value, str) and value in choices:
            return float(choices.index(value))
        if isinstance(value, int | float) and not isinstance(value, bool) and value in range(len(choices)):
            return float(value)
        raise wrong(f"{value!r}; must be one of {', '.join(choices)}")

    schema = {"enum": list(choices), "description": text}
    name = PlainSerializer(lambda value: choices[int(value)], return_type=str)
    return Annotated[float, BeforeValidator(check), name, WithJsonSchema(schema), Field(description=text)]


def quarter_of(value: Any, end: bool = False) -> int:
    """Quarters since 1979Q1 of `2027Q3`, `2027` (its first quarter, or as an inclusive `end` its last) or `2027.5`."""
    text = str(value).strip()
    if match := _QUARTER.fullmatch(text):
        return (int(match[1]) - FIRST_YEAR) * 4 + int(match[2]) - 1
    if not isinstance(value, bool) and _YEAR.fullmatch(text) and (float(text) * 4).is_integer():
        last = 3 if end and float(text).is_integer() and "." not in text else 0
        return int((float(text) - FIRST_YEAR) * 4) + last
    raise wrong(f"{value!r} is not a date; write 2027Q3 or 2027")


def quarter_name(quarter: int) -> str:
    """`2027Q3` of a count of quarters since 1979Q1."""
    return f"{FIRST_YEAR + quarter // 4}Q{quarter % 4 + 1}"


_DATE = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\d{4}[Qq][1-4]$"}]}
_named = PlainSerializer(quarter_name, return_type=str)
Quarter = Annotated[int, BeforeValidator(quarter_of), _named, WithJsonSchema(_DATE)]
Date = Annotated[str, BeforeValidator(lambda value: quarter_name(quarter_of(value))), WithJsonSchema(_DATE)]
LastQuarter = Annotated[int, BeforeValidator(lambda value: quarter_of(value, end=True)), _named, WithJsonSchema(_DATE)]


def _year(value: Any) -> float:
    text = str(value).strip()
    if match := _QUARTER.fullmatch(text):
        return int(match[1]) + (int(match[2]) - 1) / 4
    if isinstance(value, bool) or not _YEAR.fullmatch(text):
        raise wrong(f"{value!r} is not a year")
    return float(text)


def is_dated(keys: Any) -> bool:
    """Whether the keys of a mapping are dates: such a mapping is one value, replaced as a whole."""
    return bool(keys) and all(_YEAR.fullmatch(str(key)) or _QUARTER.fullmatch(str(key)) for key in keys)


def _names(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    if not items or not all(isinstance(item, str) and item for item in items):
        raise wrong(
            "empty; name at least one, or leave the key out" if not items else f"{value!r}; must be a name or a list"
        )
    return tuple(dict.fromkeys(items))


_NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Names = Annotated[tuple[str, ...], BeforeValidator(_names), WithJsonSchema(_NAMES)]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"{value!r}; must be text")
    return value.strip()


def _slugged(value: Any) -> str:
    return slug(str(value) if isinstance(value, int | float) else _text(value))


Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": "string"})]
Slug = Annotated[str, BeforeValidator(_slugged), WithJsonSchema({"type": "string"})]
