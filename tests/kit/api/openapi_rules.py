"""Rules on the OpenAPI document: each gives back a sentence for what makes a generated client fail."""

import re
from collections import Counter
from collections.abc import Iterator

from jsonschema import Draft202012Validator

from tests.kit.api.openapi_nodes import (
    Json,
    answered,
    answers,
    operations,
    parameters,
    references,
    resolved,
    schemas,
)

PROBLEM = "application/problem+json"
INT32 = -(2**31), 2**31 - 1
_COMPONENT = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)*")
_INSIDES = re.compile(r"Annotated|FieldInfo|Validat|Json|Body|.+(?:Input|Output)$")
_OPERATION = re.compile(r"[a-z]+(?:[A-Z][a-z]+)+")
_BOUNDS = frozenset({"pattern", "enum", "const", "format", "maxLength", "$ref"})


def unsized_numbers(document: Json) -> Iterator[str]:
    """Say which number does not tell how large it may be: a client would take 32 bits for it."""
    for place, schema in schemas(document):
        match schema.get("type"), schema.get("format"):
            case "integer", "int64":
                pass
            case "integer", "int32":
                least, most = schema.get("minimum", -(2**63)), schema.get("maximum", 2**63)
                if least < INT32[0] or most > INT32[1]:
                    yield f"{place} is an int32 without bounds that fit."
            case "integer", other:
                yield f"{place} is an integer of format {other}; say int32 or int64."
            case "number", form if form != "double":
                yield f"{place} is a number of format {form}; say double."


def strange_names(document: Json) -> Iterator[str]:
    """Say which name is not one of the domain: generators make classes and methods of them."""
    for name in document["components"]["schemas"]:
        if not _COMPONENT.fullmatch(name) or _INSIDES.match(name):
            yield f"The component {name} is named after a library's insides."
    for place, schema in schemas(document):
        if isinstance(schema.get("title"), str):
            yield f"{place} has a title, after which generators name inner classes."
    ids = Counter(operation.get("operationId", "") for _, _, operation in operations(document))
    for name, times in ids.items():
        if times > 1 or not _OPERATION.fullmatch(name):
            yield f"The operationId {name} is not one verb and its object, once."


def missing_headers(document: Json) -> Iterator[str]:
    """Say which answer does not declare a header that it has."""
    for place, status, answer in answers(document):
        expected = {"X-Request-Id", "Cache-Control"}
        content = answer.get("content", {})
        if PROBLEM in content:
            expected |= {"Content-Language", "Vary"}
        if "application/json" in content:
            schema = resolved(document, content["application/json"]["schema"])
            expected |= {"ETag"} if "version" in schema.get("properties", {}) else set()
        if (
            place.startswith("post ")
            and status < 300
            and "Preference-Applied" not in answer.get("headers", ())
        ):
            expected |= {"Idempotent-Replayed"}  # a dry run does nothing that could be repeated
        expected |= {201: {"Location"}, 412: {"ETag"}, 503: {"Retry-After"}}.get(status, set())
        for name in sorted(expected - set(answer.get("headers", ()))):
            yield f"{place} does not declare the header {name}."


def untyped_problems(document: Json) -> Iterator[str]:
    """Say which error is no problem by its schema, or which status nobody declares."""
    for place, status, answer in answers(document):
        if status == 0:
            yield f"{place} stands for statuses that are not named."
        if status < 400 or "/health/ready 503" in place:
            continue
        problem = answer.get("content", {}).get(PROBLEM)
        if problem is None or set(answer["content"]) != {PROBLEM}:
            yield f"{place} is no {PROBLEM}."
        elif problem["schema"] != {"$ref": "#/components/schemas/Problem"} or not problem.get("examples"):
            yield f"{place} does not say by schema and example what the problem is."
    for method, path, operation in operations(document):
        expected = {"500"} | ({"400", "413", "415", "422", "503"} if method == "post" else set())
        expected |= {"400", "404"} if "{" in path else set()
        for missing in sorted(expected - set(operation["responses"])):
            yield f"{method} {path} does not declare {missing}."


def loose_parameters(document: Json) -> Iterator[str]:
    """Say which parameter has no bound, or might be null, and which POST has no key or body."""
    for place, parameter in parameters(document):
        schema = parameter["schema"]
        if schema.get("type") == "string" and _BOUNDS.isdisjoint(schema):
            yield f"{place} has no pattern, no length and no values."
        if "anyOf" in schema or "null" in schema.get("type", ""):
            yield f"{place} might be null; a parameter is there or absent."
    for method, path, operation in operations(document):
        if method != "post":
            continue
        named = {
            each["name"]: each for each in (resolved(document, p) for p in operation.get("parameters", ()))
        }
        key = named.get("Idempotency-Key", {"schema": {}, "required": False})
        if not key["required"] or not {"pattern", "minLength", "maxLength"} <= key["schema"].keys():
            yield f"{method} {path} does not say which Idempotency-Key it needs."
        if operation.get("requestBody", {}).get("required") is not True:
            yield f"{method} {path} does not require its body."


def nulls_and_defaults(document: Json) -> Iterator[str]:
    """Say which answer might be null: what has no value is absent. And which field has a default."""
    names = answered(document)
    for place, schema in schemas(document):
        if place.split(".")[0] in names and schema.get("type") == "null":
            yield f"{place} might be null; answers leave out what has no value."
        if "default" in schema and " " not in place:
            yield f"{place} has a default, for which TypeScript's generator takes it to be needed."


def untold_unions(document: Json) -> Iterator[str]:
    """Say which union of objects does not tell by which member they are told apart."""
    for place, schema in schemas(document):
        options = [each for each in schema.get("oneOf", schema.get("anyOf", ())) if "$ref" in each]
        if len(options) < 2:
            continue
        told = schema.get("discriminator", {"propertyName": "", "mapping": {}})
        by_value: dict[str, set[str]] = {each["$ref"]: set() for each in options}
        for value, target in told["mapping"].items():
            by_value.setdefault(target, set()).add(value)
        for target, values in by_value.items():
            model = resolved(document, {"$ref": target})
            member = model.get("properties", {}).get(told["propertyName"], {})
            known = set(member.get("enum", [member["const"]] if "const" in member else []))
            if known != values or told["propertyName"] not in model.get("required", ()):
                yield f"{place} does not tell {target.rpartition('/')[2]} from the others."


def unused_or_missing(document: Json) -> Iterator[str]:
    """Say which reference leads nowhere, and which component is used by nobody; and that servers lack."""
    used = set(references(document))
    required = [each for one in document.get("security", ()) for each in one]
    used |= {f"#/components/securitySchemes/{name}" for name in required}
    for reference in sorted(used):
        try:
            resolved(document, {"$ref": reference})
        except KeyError:
            yield f"{reference} does not exist."
    for kind, components in document["components"].items():
        for name in components:
            if f"#/components/{kind}/{name}" not in used:
                yield f"The component {kind}/{name} is used by nobody."
    if not all(server.get("url") for server in document.get("servers", ())) or not document.get("servers"):
        yield "No server is named."


def wrong_examples(document: Json) -> Iterator[str]:
    """Say which example does not fit its schema."""
    for method, path, operation in operations(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in (each for one in contents for each in one.values()):
            for name, example in content.get("examples", {}).items():
                value = resolved(document, example)["value"]
                for fault in misfits(document, content["schema"], value):
                    yield f"The example {name} of {method} {path} does not fit: {fault}"
    for place, parameter in parameters(document):
        for fault in (
            misfits(document, parameter["schema"], parameter.get("example")) if "example" in parameter else ()
        ):
            yield f"The example of {place} does not fit: {fault}"


def misfits(document: Json, schema: Json, value: Json) -> Iterator[str]:
    """Say where a value does not fit a schema of the document, formats included."""
    validator = Draft202012Validator(
        {**schema, "components": document["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for error in validator.iter_errors(value):
        yield f"{error.json_path}: {error.message}"


RULES = (
    unsized_numbers,
    strange_names,
    missing_headers,
    untyped_problems,
    loose_parameters,
    nulls_and_defaults,
    untold_unions,
    unused_or_missing,
    wrong_examples,
)
