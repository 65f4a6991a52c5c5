"""Operators see what waits and was kept aside, by codes and numbers, and may retry or skip."""

import asyncio
import hashlib
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from ieum.delivery.blocked.parked_event import ParkedEvent
from ieum.delivery.blocked.parking import park
from ieum.delivery.records.verification import heard
from ieum.delivery.streams.stream import FAMILIES, StreamKey
from ieum_contracts import envelope
from ieum_contracts.envelope import Envelope
from tests.kit.api.agency_api import Api

pytestmark = pytest.mark.stack
STREAM = "insert into stream (key, peer, family) values ($1, $2, $3) on conflict do nothing"
MARK = "가나다 시험 표식 4410"


async def _parked(api: Api, *, sequence: int = 1, dead: bool = False, key: UUID | None = None) -> str:
    """Park an event as delivery does; returns the stream's name."""
    key, now, reason = key or uuid4(), datetime.now(UTC), "fold.failed"
    event = Envelope(
        id=uuid7(),
        source=api.peer,
        type="referral.outcome-disputed.v1",
        time=now,
        subject=str(key),
        recipient=api.api_context.delivery.me,
        dataschema="urn:ieum:referral.outcome-disputed:1.0",
        sequence=sequence,
    )
    headers = envelope.canonical(envelope.write(event))
    body = f'{{"sealed":{{"note":"{MARK}"}}}}'.encode()
    at = StreamKey(key, api.api_context.delivery.peers.number(api.peer), 1)
    found = heard(FAMILIES[1], key, sequence, event, headers=headers, body=body)
    async with api.database.acquire() as connection:
        await park(connection, [ParkedEvent(at, found, reason, now, dead=dead)])
        await connection.execute(STREAM, *at)
    return f"{api.peer.agency}.referral.{key}"


async def _post(api: Api, path: str, **body: object) -> tuple[int, dict[str, object]]:
    answer = await api.http.post(path, json=body, headers={"idempotency-key": str(uuid4())})
    return answer.status_code, answer.json()


async def _states(api: Api, stream: str) -> list[tuple[str, int, str]]:
    found, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = await api.http.get("/v1/streams", params=params)
        assert MARK not in answer.text
        page = answer.json()
        found += [
            (each["state"], each["sequence"], each["reason"])
            for each in page["streams"]
            if each["id"] == stream
        ]
        cursor = page.get("next")
        if cursor is None:
            return found


async def test_what_waits_is_listed_with_its_reason(api: Api) -> None:
    stream = await _parked(api)
    dead = await _parked(api, dead=True)
    assert await _states(api, stream) == [("parked", 1, "fold.failed")]
    assert await _states(api, dead) == [("dead", 1, "fold.failed")]
    only_dead = (await api.http.get("/v1/streams", params={"state": "dead"})).json()["streams"]
    assert {each["state"] for each in only_dead} == {"dead"}


async def test_a_dry_run_tells_and_changes_nothing(api: Api) -> None:
    stream = await _parked(api, dead=True)
    status, told = await _post(api, f"/v1/streams/{stream}/skip", reason="peer-restored", dry_run=True)
    assert (status, told["sequence"], told["waited_for"]) == (200, 1, "fold.failed")
    assert await _states(api, stream) == [("dead", 1, "fold.failed")]


async def test_retry_brings_a_dead_event_back(api: Api) -> None:
    stream = await _parked(api, dead=True)
    status, _ = await _post(api, f"/v1/streams/{stream}/retry", reason="fold-mended", by="op-1", sequence=1)
    assert status == 200
    assert await _states(api, stream) == [("parked", 1, "fold.failed")]


@pytest.mark.parametrize("account", ["f:6b0c:kim", "auth0|9f", "kim@agency.example", "operator_1", "a" * 64])
async def test_any_account_that_a_token_may_name_may_be_named(api: Api, account: str) -> None:
    """The console names the account of its operator, whatever the issuer calls it."""
    stream = await _parked(api, dead=True)
    status, told = await _post(api, f"/v1/streams/{stream}/retry", reason="mended", by=account, sequence=1)
    assert status == 200, told


async def test_skip_passes_over_exactly_one_number_and_is_kept(api: Api) -> None:
    stream = await _parked(api, dead=True)
    act = {"reason": "peer-restored", "sequence": 1}
    status, _ = await _post(api, f"/v1/streams/{stream}/skip", **act, by="op-1")
    assert status == 200
    assert await _states(api, stream) == [("skipped", 1, "peer-restored")]
    status, problem = await _post(api, f"/v1/streams/{stream}/skip", **act)
    assert (status, problem["type"]) == (409, "urn:ieum:problem:nothing-waits")


async def test_of_two_operators_who_skip_the_same_number_the_second_gives_up_nothing(api: Api) -> None:
    stream = await _parked(api, dead=True)
    await _parked(api, dead=True, sequence=2, key=UUID(stream.rpartition(".")[2]))
    act = {"reason": "peer-restored", "sequence": 1}
    answers = await asyncio.gather(*(_post(api, f"/v1/streams/{stream}/skip", **act) for _ in range(2)))
    assert sorted(status for status, _ in answers) == [200, 409]
    problem = next(body for status, body in answers if status == 409)
    assert problem["type"] == "urn:ieum:problem:another-number-waits"
    assert (problem["sequence"], problem["waits"], problem["waited_for"]) == (1, 2, "fold.failed")
    assert await _states(api, stream) == [("skipped", 1, "peer-restored"), ("dead", 2, "fold.failed")]


@pytest.mark.parametrize("verb", ["skip", "retry"])
@pytest.mark.parametrize("seen", [{"sequence": 2}, {"sequence": 1, "waited_for": "value.unknown"}])
async def test_what_was_not_seen_to_wait_is_left_alone(api: Api, verb: str, seen: dict[str, object]) -> None:
    stream = await _parked(api, dead=True)
    status, problem = await _post(api, f"/v1/streams/{stream}/{verb}", reason="looked-at", **seen)
    assert (status, problem["type"]) == (409, "urn:ieum:problem:another-number-waits")
    assert await _states(api, stream) == [("dead", 1, "fold.failed")]


@pytest.mark.parametrize("verb", ["skip", "retry"])
async def test_an_act_names_what_it_acts_upon(api: Api, verb: str) -> None:
    stream = await _parked(api, dead=True)
    status, problem = await _post(api, f"/v1/streams/{stream}/{verb}", reason="looked-at")
    assert status in {400, 422}
    assert "what-was-seen-missing" in str(problem["errors"])
    assert await _states(api, stream) == [("dead", 1, "fold.failed")]


@pytest.mark.parametrize(
    "stream", ["nobody.referral.0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b01", "city-welfare-team.referral", "a.b.c"]
)
async def test_a_stream_that_does_not_exist_is_not_found(api: Api, stream: str) -> None:
    status, _ = await _post(api, f"/v1/streams/{stream}/retry", reason="fold-mended", sequence=1)
    assert status == 404


QUARANTINE = """
insert into quarantine (topic, partition, "offset", reason, digest, headers, body, at)
values ('t', 0, $1, 'place.key', $2, $3, $4, now())
"""


async def test_quarantine_shows_where_and_why_and_never_the_bytes(api: Api) -> None:
    digest = hashlib.sha256(b"x").digest()
    headers = f"ce_id=1\nce_type={MARK}\n{MARK}=1".encode()
    async with api.database.acquire() as connection:
        for offset in range(3):
            await connection.execute(QUARANTINE, offset, digest, headers, MARK.encode())
    answer = await api.http.get("/v1/quarantine", params={"limit": 2})
    assert MARK not in answer.text
    first = answer.json()
    assert [each["offset"] for each in first["records"]] == [0, 1]
    assert first["records"][0]["headers"] == ["ce_id", "ce_type", "?"]
    assert first["records"][0]["digest"] == digest.hex()
    rest = (await api.http.get("/v1/quarantine", params={"after": first["next"]})).json()
    assert [each["offset"] for each in rest["records"]] == [2]


TROUBLES = (
    """
    insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, fate, reason)
    select key, peer, 1, false, n, gen_random_uuid(), 'referral.amended.v1', now(), '', '', 'refused',
        'body.invalid'
    from unnest($1::uuid[]) as k (key), generate_series(1, 2) as n, (select $2::smallint as peer) p
    """,
    """
    insert into told (key, peer, family, sequence, kind, reason, at)
    select key, $2, 1, 1, kind, 'body.invalid', now()
    from unnest($1::uuid[]) as k (key), unnest(array['refused', 'skipped', 'parked']) as kind
    """,
    """
    insert into outbox (key, peer, family, sequence, held)
    select key, $2, 1, 3, true from unnest($1::uuid[]) key
    """,
    """
    insert into stream (key, peer, family, heard, stopped)
    select key, $2, 1, 7, 'sequence.conflict' from unnest($1::uuid[]) key
    """,
)


async def test_pages_of_one_give_what_one_page_gives(api: Api) -> None:
    keys = [uuid4() for _ in range(3)]
    async with api.database.acquire() as connection:
        for trouble in TROUBLES:
            await connection.execute(trouble, keys, api.api_context.delivery.peers.number(api.peer))
    whole = (await api.http.get("/v1/streams", params={"limit": 200})).json()["streams"]
    mine = [each for each in whole if each["key"] in set(map(str, keys))]
    assert len(mine) == 3 * 7
    for state in (None, *sorted({each["state"] for each in whole})):
        wanted = {"state": state} if state else {}
        found, cursor = [], None
        while True:
            page = await api.http.get("/v1/streams", params={"limit": "1", **wanted, **(cursor or {})})
            found += page.json()["streams"]
            if (following := page.json().get("next")) is None:
                break
            cursor = {"cursor": following}
        assert found == [each for each in whole if state in {None, each["state"]}]
