"""Every act and every read of client details stands in the access log before its answer is seen."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from ieum.access.access_log import AccessLog
from ieum.access.callers import Role
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.api.agency_api import Api, client_of, settle
from tests.kit.api.referring import referral_order

pytestmark = pytest.mark.stack

_ROWS = """
select subject, roles, act, about, why, status, found, request::text as request from access_log
where id > $1 order by id
"""


class Watched:
    """What has come to an agency's access log since the last look."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._last = 0

    async def rows(self) -> list[Mapping[str, Any]]:
        async with self._api.database.acquire() as connection:
            found = await connection.fetch(_ROWS, self._last)
            self._last = await connection.fetchval("select coalesce(max(id), 0) from access_log")
        return [dict(row) for row in found]

    async def row(self) -> Mapping[str, Any]:
        [row] = await self.rows()
        return row


@pytest.fixture
async def log(api: Api) -> Watched:
    watched = Watched(api)
    await watched.rows()
    return watched


async def test_an_act_is_logged_with_its_pseudonyms_in_its_own_transaction(api: Api, log: Watched) -> None:
    order = referral_order(api.peer)
    made = await api.post("/v1/referrals", order)
    row = await log.row()
    assert (row["subject"], row["act"]) == (f"system.{api.me.agency}", "POST /v1/referrals")
    assert row["roles"] == ["auditor", "operator", "system"]
    assert row["about"] == [made.json()["id"], order["client_ref"]]
    assert (row["status"], row["why"], row["found"]) == (201, "casework", None)
    assert row["request"] == made.headers["x-request-id"]
    async with api.database.acquire() as connection:
        same = await connection.fetchval(
            "select (select xmin from access_log order by id desc limit 1)"
            " = (select xmin from referral where id = $1)",
            made.json()["id"],
        )
    assert same


async def test_a_refused_act_and_a_repeated_one_are_logged_too(api: Api, log: Watched) -> None:
    order, key = referral_order(api.peer), str(uuid4())
    for _ in range(2):
        await api.post("/v1/referrals", order, key=key)
    assert (await api.post("/v1/referrals", order)).status_code == 409
    assert (await api.post("/v1/referrals", {})).status_code == 422
    assert [row["status"] for row in await log.rows()] == [201, 201, 409, 422]


async def test_reads_are_logged_with_whom_they_showed_and_why(api: Api, welfare: Api, log: Watched) -> None:
    order = referral_order(api.peer)
    made = (await api.post("/v1/referrals", order)).json()["id"]
    await settle(api, welfare)
    await log.rows()
    await api.http.get(f"/v1/referrals/{made}", headers={"access-reason": "client-asks"})
    row = await log.row()
    assert (row["act"], row["why"]) == ("GET /v1/referrals/{referral}", "client-asks")
    assert row["about"][:2] == [made, order["client_ref"]], "others of the same name may follow"
    await api.http.get("/v1/referrals", params={"client_ref": order["client_ref"]})
    row = await log.row()
    assert (row["about"], row["found"]) == ([order["client_ref"], made], 1)
    for path in (f"/v1/referrals/{made}/events", "/v1/to-dos", "/v1/cases", "/v1/due", "/v1/due.ics"):
        await api.http.get(path)
        assert (await log.row())["status"] == 200


async def test_a_search_that_finds_nobody_and_an_unknown_id_are_logged(api: Api, log: Watched) -> None:
    await api.http.get("/v1/referrals", params={"client_ref": "NOBODY-1"})
    row = await log.row()
    assert (row["about"], row["found"], row["status"]) == (["NOBODY-1"], 0, 200)
    unknown = str(uuid4())
    await api.http.get(f"/v1/referrals/{unknown}")
    row = await log.row()
    assert (row["about"], row["status"]) == ([unknown], 404)
    await api.http.get(f"/v1/referrals/{'x' * 500}")
    assert (await log.row())["about"] == ["?"]


async def test_what_holds_an_identifier_is_not_kept_for_two_years(api: Api, log: Watched) -> None:
    await api.http.get("/v1/cases", headers={"access-reason": "900101-1234568"})
    assert (await log.row())["why"] == "?"
    await api.http.get("/v1/referrals", params={"client_ref": "900101-1234568"})
    assert (await log.row())["about"] == ["?"]


async def test_a_dry_run_names_its_client(api: Api, log: Watched) -> None:
    order = referral_order(api.peer)
    await api.post("/v1/referrals", order, prefer="dry-run")
    assert (await log.row())["about"] == [order["client_ref"]]


@pytest.mark.parametrize("reason", ["Client asks", "client asks", "a" * 65, "=cmd", "", "사유"])
async def test_a_reason_that_is_no_code_is_not_kept(api: Api, log: Watched, reason: str) -> None:
    await api.http.get("/v1/cases", headers=[(b"access-reason", reason.encode())])
    assert (await log.row())["why"] == "casework"


async def test_what_shows_no_client_is_not_logged(api: Api, log: Watched) -> None:
    for path in ("/v1/programmes", "/v1/reports/gaps", "/v1/streams", "/v1/me", "/metrics", "/health/live"):
        assert (await api.http.get(path)).status_code == 200
    async with client_of(api.app) as nobody:
        await nobody.get("/v1/referrals")
    assert await log.rows() == []


async def test_who_may_not_is_logged_as_refused(api: Api, api_centre: CentreUnderTest, log: Watched) -> None:
    async with client_of(api.app, api_centre.header(api.me.agency, Role.OPERATOR)) as http:
        made = str(uuid4())
        await http.get(f"/v1/referrals/{made}")
    row = await log.row()
    assert (row["subject"], row["status"], row["about"]) == (f"operator.{api.me.agency}", 403, [made])


async def test_without_its_row_nothing_is_shown(
    api: Api, log: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = referral_order(api.peer)
    made = (await api.post("/v1/referrals", order)).json()["id"]
    await log.rows()

    async def away(_: AccessLog, __: object) -> None:
        raise asyncpg.CannotConnectNowError("away")

    monkeypatch.setattr(AccessLog, "write", away)
    answer = await api.http.get(f"/v1/referrals/{made}")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:ieum:problem:unavailable")
    assert order["client_ref"] not in answer.text
    assert await log.rows() == []


async def test_rows_that_come_together_are_each_written(api: Api, log: Watched) -> None:
    await asyncio.gather(*(api.http.get("/v1/cases") for _ in range(50)))
    assert len(await log.rows()) == 50


@pytest.mark.parametrize(
    "statement",
    [
        "update access_log set subject = 'somebody else'",
        "delete from access_log",
        "truncate access_log",
        "update elevation set until = now() + interval '1 year'",
        "delete from elevation",
        "truncate elevation",
    ],
)
async def test_the_log_is_append_only_for_the_service_itself(api: Api, statement: str) -> None:
    await api.http.get("/v1/cases")
    async with api.database.acquire() as connection:
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(statement)


async def test_an_auditor_reads_who_looked_at_whom(
    api: Api, api_centre: CentreUnderTest, log: Watched
) -> None:
    order = referral_order(api.peer)
    made = (await api.post("/v1/referrals", order)).json()["id"]
    await api.http.get(f"/v1/referrals/{made}")
    async with client_of(api.app, api_centre.header(api.me.agency, Role.AUDITOR)) as http:
        page = (await http.get("/v1/access-log", params={"about": made, "limit": 1})).json()
        rest = (await http.get("/v1/access-log", params={"about": made, "before": page["next"]})).json()
        nobody = (await http.get("/v1/access-log", params={"subject": "nobody"})).json()
    acts = [each["act"] for each in (*page["entries"], *rest["entries"])]
    assert acts == ["GET /v1/referrals/{referral}", "POST /v1/referrals"]
    assert nobody["entries"] == []
    assert [row["act"] for row in await log.rows()][-3:] == ["GET /v1/access-log"] * 3


async def test_the_log_holds_pseudonyms_and_no_details(api: Api, log: Watched) -> None:
    order = referral_order(api.peer)
    await api.post("/v1/referrals", order)
    text = str(await log.rows())
    for detail in ("가나다", "010-0000-0000", "시험 1창구"):
        assert detail not in text
