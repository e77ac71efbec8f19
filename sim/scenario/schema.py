"""JSON Schema of scenario, world, sweep and group files, for completion and help in editors; made from the models."""

from typing import Any

from sim.scenario.files import SHOCKS, File
from sim.scenario.groups import GroupFile
from sim.scenario.sweeps import SweepFile


def json_schema() -> dict[str, Any]:
    """One schema for all kinds of file: any file may give any part, so only ids are required. A file that varies
    something is a sweep, one that lists scenarios a group; both have keys of their own."""
    schema = File.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    shock = _shock(definitions)
    for model in (schema, *definitions.values()):
        model.pop("required", None)
        model.pop("title", None)
    for name in ("Generation", "NamedFirm"):
        definitions[name]["required"] = ["name"]
    schema["properties"]["shocks"] = {"type": "array", "items": shock, "description": "policy and events"}
    _add_others(schema, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Contraflow scenario, world, sweep or group file",
        **_without_titles(schema),
    }


def _add_others(schema: dict[str, Any], definitions: dict[str, Any]) -> None:
    sweep, group = (model.model_json_schema(by_alias=True) for model in (SweepFile, GroupFile))
    for other in (sweep, group):
        definitions.update(other.pop("$defs", {}))
    own, of_sweep, of_group = ({"propertyNames": {"enum": list(each["properties"])}} for each in (schema, sweep, group))
    varies = {"anyOf": [{"required": ["vary"]}, {"required": ["points"]}]}
    lists = {"required": ["scenarios"]}
    sweeps = {"if": varies, "then": {**of_sweep, "required": ["scenario"]}, "else": own}
    schema["properties"] = {**group["properties"], **sweep["properties"], **schema["properties"]}
    schema["allOf"] = [{"if": lists, "then": {**of_group, "required": ["base"]}, "else": {"allOf": [sweeps]}}]


def _shock(definitions: dict[str, Any]) -> dict[str, Any]:
    """A shock of any kind: all kinds' keys, and for each kind which of them it knows."""
    properties: dict[str, Any] = {}
    rules = []
    for kind, model in SHOCKS.items():
        schema = model.model_json_schema(by_alias=True)
        definitions.update(schema.pop("$defs", {}))
        for key, said in schema["properties"].items():
            known = properties.setdefault(key, said)
            if known != said and key not in ("kind", "id"):
                variants = known.get("anyOf", [known]) if known.get("x-kinds") else [known]
                new = [*variants, said] if said not in variants else variants
                properties[key] = {"anyOf": new, "x-kinds": True}
        names = {"propertyNames": {"enum": list(schema["properties"])}}
        rules.append({"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": names})
    for said in properties.values():
        said.pop("x-kinds", None)
    properties["kind"] = {"enum": list(SHOCKS), "description": "the instrument or event"}
    return {
        "type": "object",
        "properties": properties,
        "required": ["id"],
        "additionalProperties": False,
        "allOf": rules,
    }


def _without_titles(schema: Any) -> Any:
    """Pydantic's titles repeat the keys; a property named `title` is kept."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    return {key: _without_titles(value) for key, value in kept.items()}
