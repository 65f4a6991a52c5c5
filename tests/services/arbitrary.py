"""Arbitrary circumstances that the contract takes, made from its own schema."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from ieum_contracts.circumstances import Circumstances

SCHEMA = Circumstances.model_json_schema()
FACTS = tuple(SCHEMA["properties"])
AMOUNTS = (0, 1, 30, 35, 60, 90, 100, 120, 180, 800, 1_000_000, 3_000_000, 35_000_000, 400_000_000)
"""Numbers near which rules decide."""
FIRST_DAY, LAST_DAY = date(2006, 1, 1), date(2089, 12, 31)
"""Days that every kind of day may be; births are older."""
PLACES = ("양주시", "경기도 양주시", "양주", "의정부시", "Yangju-si", "4163000000", "미상")


def facts(name: str) -> st.SearchStrategy[JsonValue]:
    """Draw a fact of this name, with its source."""
    return _value(
        next(each for each in SCHEMA["properties"][name]["anyOf"] if each.get("type") != "null"), name
    )


def circumstances_with(names: Iterable[str], *, all_known: bool = False) -> st.SearchStrategy[Any]:
    """Draw circumstances, as JSON, in which any of these facts are known, or all of them."""
    drawn = {name: facts(name) for name in names}
    drawing = st.fixed_dictionaries(drawn if all_known else {}, optional={} if all_known else drawn)
    return drawing.map(without_contradictions)


def without_contradictions(circumstances: dict[str, Any]) -> dict[str, Any]:
    """Leave out the facts that contradict an earlier one: the contract refuses them."""
    try:
        Circumstances.model_validate(circumstances)
    except ValidationError as error:
        refused = {each["loc"][0] for each in error.errors()}
        return {name: fact for name, fact in circumstances.items() if name not in refused}
    return circumstances


def _value(schema: Mapping[str, Any], name: str) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any]
    if "$ref" in schema:
        found = _value(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], name)
    elif "anyOf" in schema:
        found = st.one_of(*(_value(each, name) for each in schema["anyOf"] if each.get("type") != "null"))
    elif "enum" in schema:
        found = st.sampled_from(schema["enum"])
    else:
        found = _OF_TYPE[schema["type"]](schema, name)
    return found


def _number(schema: Mapping[str, Any], _name: str) -> st.SearchStrategy[Any]:
    low, high = schema["minimum"], schema["maximum"]
    near = [each for each in AMOUNTS if low <= each <= high]
    return st.one_of(st.sampled_from(near or [low]), st.integers(low, high))


def _object(schema: Mapping[str, Any], name: str) -> st.SearchStrategy[Any]:
    required = schema.get("required", [])
    drawn = {key: _value(each, name) for key, each in schema["properties"].items()}
    return st.fixed_dictionaries(
        {key: drawn[key] for key in required},
        optional={key: each for key, each in drawn.items() if key not in required},
    ).map(_in_order)


def _in_order(drawn: dict[str, Any]) -> dict[str, Any]:
    """Let what begins and ends do so in this order."""
    for first, last in (("since", "until"), ("taken_on", "repaid_on")):
        if first in drawn and last in drawn:
            drawn[first], drawn[last] = sorted((drawn[first], drawn[last]))
    return drawn


def _text(schema: Mapping[str, Any], name: str) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date":
        first = date(1901, 1, 1) if name == "birth_date" else FIRST_DAY
        return st.dates(first, LAST_DAY).map(date.isoformat)
    if "[0-9]{5}" in schema.get("pattern", ""):
        return st.sampled_from(["41630", "4115000000", "9999999999"])
    line = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20)
    return st.one_of(st.sampled_from(PLACES), line) if name.endswith("municipality") else line


_OF_TYPE: Mapping[str, Callable[[Mapping[str, Any], str], st.SearchStrategy[Any]]] = {
    "boolean": lambda _schema, _name: st.booleans(),
    "integer": _number,
    "array": lambda schema, name: st.lists(_value(schema["items"], name), max_size=3),
    "object": _object,
    "string": _text,
}
