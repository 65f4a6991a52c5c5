"""Every way in that is none, tried many times at once: refused, told without the token, others are served."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from tests.kit.access.forging import WRONG, Forge
from tests.kit.api.agency_api import Api, client_of

pytestmark = [pytest.mark.stack, pytest.mark.quiet]

TIMES, AT_ONCE = 10, 2
"""What is refused in a transaction waits for a connection; the others must not wait with it."""
ELEVATED_BEFORE = "operator-elevated-before"
OVER = """
insert into elevation (subject, reason, at, until)
values ($1, 'earlier', now() - interval '61 minutes', now() - interval '1 second')
"""
SKIP = {"reason": "mended", "sequence": 1}


@dataclass(frozen=True)
class Attack:
    """A request that may not come in: its headers, its refusal, and why the log says so."""

    headers: Callable[[Forge], Mapping[str, str]]
    status: int
    problem: str
    reason: str | None = None
    """What the line `access.refused` says; None where the line of the request's answer says it alone."""
    path: str = "/v1/referrals"
    body: Mapping[str, object] | None = None


def _wrong(name: str) -> Attack:
    reason, make = WRONG[name]
    return Attack(lambda forge: _bearer(make(forge)), 401, "not-authenticated", reason)


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _good(forge: Forge, **headers: str) -> dict[str, str]:
    return {**_bearer(forge.token()), **{name.replace("_", "-"): value for name, value in headers.items()}}


def _operator(forge: Forge) -> dict[str, str]:
    return _bearer(forge.token(sub=ELEVATED_BEFORE, roles=["operator"]))


ATTACKS: Mapping[str, Attack] = {
    "no token": Attack(lambda _: {}, 401, "not-authenticated", "missing"),
    "expired": _wrong("expired"),
    "from the future": _wrong("of the future"),
    "alg none": _wrong("alg none"),
    "HS256 by the public key": _wrong("HMAC by the public key"),
    "RS256 under the key's name": _wrong("RSA under the key's name"),
    "a foreign kid": _wrong("a foreign kid"),
    "another agency's aud": _wrong("another agency's"),
    "a case worker on operators' paths": Attack(_good, 403, "role", "role", "/v1/streams"),
    "an elevation that has ended": Attack(
        _operator, 403, "elevation", None, "/v1/streams/{stream}/skip", SKIP
    ),
    "a foreign host": Attack(lambda forge: _good(forge, host="evil.example"), 421, "misdirected"),
    "a page of another site": Attack(
        lambda forge: _good(forge, origin="https://evil.example", sec_fetch_site="cross-site"),
        *(403, "foreign-origin"),
    ),
}


async def _elevated_before(api: Api) -> None:
    """Write an elevation that has ended; opens all connections, which takes long on a busy machine."""
    async with AsyncExitStack() as opened:
        for _ in range(2 * AT_ONCE):
            connection = await opened.enter_async_context(api.database.acquire())
        await connection.execute(OVER, ELEVATED_BEFORE)


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused_and_told_without_its_token_while_others_are_served(
    api: Api, fresh: FastAPI, forge: Forge, name: str
) -> None:
    attack = ATTACKS[name]
    headers = {**attack.headers(forge)}
    token = headers.get("authorization", "").removeprefix("Bearer ")
    path = attack.path.replace("{stream}", f"{api.peer.agency}.referral.{uuid4()}")
    await _elevated_before(api)

    async def ask(number: int) -> tuple[int, str, str]:
        key = {"idempotency-key": f"attack-{number}-{uuid4()}"} if attack.body else {}
        method = "POST" if attack.body else "GET"
        async with few:
            answer = await attacker.request(method, path, headers={**headers, **key}, json=attack.body)
        return answer.status_code, answer.json()["type"], answer.text + str(answer.headers)

    async def work() -> int:
        async with some:
            return (await worker.get("/v1/me")).status_code

    some = asyncio.Semaphore(AT_ONCE)
    few, calm = asyncio.Semaphore(AT_ONCE), _bearer(forge.token(sub="calm"))
    async with client_of(fresh) as attacker, client_of(fresh, calm) as worker:
        with capture_logs() as logs:
            refused, served = await asyncio.gather(
                asyncio.gather(*map(ask, range(TIMES))),
                asyncio.gather(*(work() for _ in range(TIMES))),
            )
    expected = (attack.status, f"urn:ieum:problem:{attack.problem}")
    assert {each[:2] for each in refused} == {expected}
    assert served == [200] * TIMES
    answered = [each for each in logs if each["event"] == "http.answered" and each["status"] != 200]
    assert [(each["problem"], each["status"]) for each in answered] == [
        (attack.problem, attack.status)
    ] * TIMES
    told = [each["reason"] for each in logs if each["event"] == "access.refused"]
    assert told == ([attack.reason] * TIMES if attack.reason else [])
    for said in (str(logs), *(each[2] for each in refused)):
        assert not token or token not in said
