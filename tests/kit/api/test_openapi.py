"""The OpenAPI document keeps the rules by which clients are generated from it, and every rule can fail."""

import copy
from collections.abc import Callable, Iterator

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from ieum.api.app import BODIES
from ieum.api.docs.openapi import document_of
from ieum.api.problems.referral_kinds import KINDS
from tests.kit.api import openapi_rules as rules
from tests.kit.api.agency_api import Api
from tests.kit.api.openapi_nodes import Json, schemas

pytestmark = pytest.mark.stack
Rule = Callable[[Json], Iterator[str]]


@pytest.fixture
def document(api: Api) -> Json:
    return copy.deepcopy(document_of(api.app, BODIES))


def test_the_document_is_valid_by_the_official_schema(document: Json) -> None:
    assert document["openapi"].startswith("3.1.")
    assert not [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
    for _, schema in schemas(document):
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_document_keeps_the_rule(document: Json, rule: Rule) -> None:
    assert not list(rule(document))


async def test_the_document_names_the_server_that_gave_it(api: Api) -> None:
    served = (await api.http.get("/openapi.json")).json()
    assert [server["url"] for server in served["servers"]] == [str(api.http.base_url).rstrip("/")]
    assert served | {"servers": None} == document_of(api.app, BODIES) | {"servers": None}


def test_every_kind_of_problem_is_an_example_somewhere_but_of_the_method(document: Json) -> None:
    """A method that a path does not have belongs to no operation of it."""
    assert set(document["components"]["examples"]) == set(KINDS) - {"method"}


REFER = "paths./v1/referrals.post"
READ = "paths./v1/referrals/{referral}.get"
FAULTS: list[tuple[Rule, str, Json]] = [
    (rules.unsized_numbers, "components.schemas.FeedEvent.properties.number.format", None),
    (rules.unsized_numbers, "components.schemas.FeedEvent.properties.number.format", "int32"),
    (rules.unsized_numbers, "components.schemas.FeedEvent.properties.wait", {"type": "number"}),
    (rules.strange_names, "components.schemas.Fact_Day_", {"type": "object"}),
    (rules.strange_names, "components.schemas.ReferralInput", {"type": "object"}),
    (rules.strange_names, "components.schemas.BodyPostReferral", {"type": "object"}),
    (rules.strange_names, "components.schemas.OpenAsk.properties.id.title", "Id"),
    (rules.strange_names, f"{REFER}.operationId", "refer_v1_referrals_post"),
    (rules.strange_names, f"{REFER}.operationId", "listReferrals"),
    (rules.missing_headers, f"{REFER}.responses.201.headers.Location", None),
    (rules.missing_headers, f"{REFER}.responses.201.headers.Idempotent-Replayed", None),
    (rules.missing_headers, f"{REFER}.responses.503.headers.Retry-After", None),
    (rules.missing_headers, f"{READ}.responses.200.headers.ETag", None),
    (rules.missing_headers, f"{READ}.responses.404.headers", None),
    (rules.untyped_problems, f"{READ}.responses.404.content", {"application/json": {"schema": {}}}),
    (rules.untyped_problems, f"{READ}.responses.404.content.application/problem+json.schema", {}),
    (rules.untyped_problems, f"{READ}.responses.404.content.application/problem+json.examples", None),
    (rules.untyped_problems, f"{READ}.responses.404", None),
    (rules.untyped_problems, f"{READ}.responses.default", {"description": "Anything."}),
    (rules.loose_parameters, "components.parameters.IdempotencyKey.schema.pattern", None),
    (rules.loose_parameters, "components.parameters.IdempotencyKey.required", False),
    (rules.loose_parameters, "components.parameters.IfMatch.schema", {"type": "string"}),
    (rules.loose_parameters, "components.parameters.IfMatch.schema", {"anyOf": [{"type": "null"}]}),
    (rules.loose_parameters, f"{REFER}.requestBody.required", None),
    (rules.nulls_and_defaults, "components.schemas.OpenAsk.properties.id.anyOf", [{"type": "null"}]),
    (rules.nulls_and_defaults, "components.schemas.Accept.properties.case.default", ""),
    (rules.untold_unions, "components.schemas.AskOrder.discriminator", None),
    (rules.untold_unions, "components.schemas.AskOrder.discriminator.mapping.amended", None),
    (rules.untold_unions, "components.schemas.Amend.properties.ask.const", "said"),
    (rules.untold_unions, "components.schemas.Amend.required", []),
    (rules.unused_or_missing, "components.schemas.Lonely", {"type": "object"}),
    (rules.unused_or_missing, "components.schemas.OpenAsk", None),
    (rules.unused_or_missing, "servers", []),
    (rules.wrong_examples, "components.examples.move.value.state", "nowhere"),
    (rules.wrong_examples, "components.parameters.IfMatch.example", "3"),
    (rules.wrong_examples, "components.schemas.Appointment.required", ["at", "place", "floor"]),
]


@pytest.mark.parametrize(("rule", "place", "fault"), FAULTS)
def test_a_planted_fault_is_found(document: Json, rule: Rule, place: str, fault: Json) -> None:
    """The fault stands at the place; where it is None, what stood there is taken away."""
    *way, last = place.replace("/v1", "~v1").split(".")
    node = document
    for part in way:
        node = node[part.replace("~v1", "/v1")]
    before = copy.deepcopy(document)
    if fault is None:
        del node[last]
    else:
        node[last] = fault
    assert document != before
    assert list(rule(document))
