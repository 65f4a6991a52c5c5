"""The document is valid, and the pages for people need nothing from outside."""

import html
import re

import pytest

from ieum.api.problems.http_kinds import ProblemKind
from ieum.api.problems.referral_kinds import KINDS
from tests.kit.api.agency_api import Api

pytestmark = pytest.mark.stack
ELSEWHERE = re.compile(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""")


async def test_bodies_in_the_document_refuse_unknown_fields(api: Api) -> None:
    schemas = (await api.http.get("/openapi.json")).json()["components"]["schemas"]
    assert schemas["ReferralOrder"]["additionalProperties"] is False
    assert schemas["ClientDetails"]["additionalProperties"] is False


@pytest.mark.parametrize(
    "path", ["/docs", "/docs/start.js", "/docs/assets/swagger-ui.css", "/problems", "/problems/move"]
)
async def test_a_page_loads_nothing_from_elsewhere(api: Api, path: str) -> None:
    answer = await api.http.get(path)
    assert answer.status_code == 200
    assert ELSEWHERE.search(re.sub(r"<a [^>]*>", "", answer.text)) is None, "a link is followed, not loaded"


async def test_the_documentation_may_load_from_its_own_address_only(api: Api) -> None:
    answer = await api.http.get("/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert not re.search(r"https?:", policy)
    for asset in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        assert (await api.http.get(asset)).status_code == 200


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_every_kind_of_problem_has_a_page_in_both_languages(api: Api, kind: ProblemKind) -> None:
    page = (await api.http.get(f"/problems/{kind.name}")).text
    assert kind.title.ko in page
    assert html.escape(kind.title.en) in page
    assert kind.type in page
