"""A token is taken when its issuer signed it for this agency and now; one of every wrong kind is refused."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey
from pydantic_core import to_json

from ieum.access.callers import AuthenticationError, Caller, Role
from ieum.access.jwks_url import read_url
from ieum.access.tokens import NAME_CHARACTERS_MAX, REMEMBERED_MAX, Expected, TokenVerifier
from ieum.access.trusted_keys import READ_SECONDS_MAX, READ_SECONDS_MIN, TrustedKeys
from ieum_lab.embedded.ports import LOOPBACK
from tests.kit.access.forging import AGENCY, AUDIENCE, ISSUER, WRONG, Forge

EXPECTED = Expected(ISSUER, "ES256", AUDIENCE, AGENCY)


class Issuer:
    """Keys that may change, a clock that a test moves, and a count of how often the JWKS was read."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.seconds, self.reads, self.is_away = 1_000.0, 0, False
        self.forge = Forge(self.new_key())
        self.trusted = TrustedKeys(self.read, lambda: self.seconds)
        self.verifier = TokenVerifier(EXPECTED, self.trusted)

    def new_key(self) -> ECKey:
        key = ECKey.generate_key("P-256", parameters={"use": "sig"}, auto_kid=True)
        self.keys.append(dict(key.as_dict(private=False)))
        return key

    async def read(self) -> bytes:
        self.reads += 1
        if self.is_away:
            raise OSError("away")
        return to_json({"keys": self.keys})

    async def caller(self, token: str) -> Caller:
        return self.verifier.remembered(token) or await self.verifier.verify(
            token, *self.verifier.read(token)
        )


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_token_is_refused_with_its_reason(issuer: Issuer, name: str) -> None:
    reason, make = WRONG[name]
    token = make(issuer.forge)
    for _ in range(2):  # what was refused once is not remembered either
        with pytest.raises(AuthenticationError) as refused:
            await issuer.caller(token)
        assert refused.value.reason == reason
        assert token not in str(refused.value)


async def test_a_good_token_names_its_caller(issuer: Issuer) -> None:
    token = issuer.forge.token(name="상담 하나(시험)", roles=["case-worker", "king"], aud=AUDIENCE)
    caller = await issuer.caller(token)
    assert (caller.subject, caller.name) == ("worker-1", "상담 하나(시험)")
    assert caller.roles == {Role.CASE_WORKER}


async def test_what_a_provider_says_beside_refuses_no_token(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = [f"group-{number}" for number in range(200)]
    claims = issuer.forge.claims(name="이" * 100, roles=[*roles, "case-worker"])
    monkeypatch.setattr(issuer.forge, "claims", lambda: {**claims, "nbf": None})
    caller = await issuer.caller(issuer.forge.token())
    assert caller.name == "이" * NAME_CHARACTERS_MAX
    assert caller.roles == {Role.CASE_WORKER}


@pytest.mark.parametrize(
    ("agency", "roles"),
    [
        (AGENCY, {"supervisor", "operator"}),
        ([AGENCY, "city-welfare-team"], {"supervisor", "operator"}),
        ("city-welfare-team", {"operator"}),
        (None, {"operator"}),
    ],
)
async def test_a_desks_roles_hold_at_its_own_agency_alone(
    issuer: Issuer, agency: object, roles: set[str]
) -> None:
    caller = await issuer.caller(issuer.forge.token(agency=agency, roles=["supervisor", "operator"]))
    assert caller.roles == roles


async def test_what_was_verified_is_remembered_without_the_token_until_it_expires(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, checked = issuer.forge.token(), []
    real = jws.deserialize_compact

    def counted(*arguments: Any, **named: Any) -> Any:
        checked.append(1)
        return real(*arguments, **named)

    monkeypatch.setattr("ieum.access.tokens.jws.deserialize_compact", counted)
    for _ in range(5):
        await issuer.caller(token)
    assert len(checked) == 1
    assert token not in repr(vars(issuer.verifier))
    now = json.loads(json.dumps(issuer.forge.claims()["exp"])) + 31
    late = TokenVerifier(EXPECTED, issuer.trusted, lambda: float(now))
    late._remembered = dict(issuer.verifier._remembered)
    assert late.remembered(token) is None
    with pytest.raises(AuthenticationError, match="expired"):
        late.read(token)


async def test_memory_is_bounded(issuer: Issuer) -> None:
    await issuer.trusted.key("first")
    caller = Caller("worker-1", frozenset(), 2e9, str(issuer.forge.key.kid))
    for number in range(2 * REMEMBERED_MAX):
        issuer.verifier._remember(f"token {number}", caller)
    assert len(issuer.verifier._remembered) <= REMEMBERED_MAX
    assert issuer.verifier.remembered(f"token {2 * REMEMBERED_MAX - 1}") == caller


async def test_a_new_key_is_found_and_strange_ones_have_the_jwks_read_seldom(issuer: Issuer) -> None:
    await issuer.caller(issuer.forge.token())
    for number in range(50):
        with pytest.raises(AuthenticationError, match="key-unknown"):
            await issuer.caller(issuer.forge.token({"kid": f"strange-{number}"}))
    assert issuer.reads == 1
    issuer.seconds += READ_SECONDS_MIN
    rotated = Forge(issuer.new_key())
    assert (await issuer.caller(rotated.token())).subject == "worker-1"
    assert issuer.reads == 2


async def test_those_who_come_while_the_keys_are_read_wait_for_them(issuer: Issuer) -> None:
    real = issuer.read

    async def slowly() -> bytes:
        await asyncio.sleep(0.05)
        return await real()

    issuer.trusted._read = slowly
    tokens = [issuer.forge.token(sub=f"worker-{number}") for number in range(5)]
    callers = await asyncio.gather(*map(issuer.caller, tokens))
    assert [caller.subject for caller in callers] == [f"worker-{number}" for number in range(5)]
    assert issuer.reads == 1


async def test_a_withdrawn_key_takes_its_tokens_with_it(issuer: Issuer) -> None:
    token = issuer.forge.token()
    await issuer.caller(token)
    issuer.keys = []
    issuer.new_key()
    issuer.seconds += READ_SECONDS_MAX
    assert issuer.verifier.remembered(token) is not None  # the keys are read beside it
    while issuer.verifier._looking:
        await next(iter(issuer.verifier._looking))
    assert issuer.verifier.remembered(token) is None
    with pytest.raises(AuthenticationError, match="key-unknown"):
        await issuer.caller(token)


async def test_a_withdrawn_key_takes_its_tokens_with_it_whoever_had_the_keys_read(issuer: Issuer) -> None:
    """An unknown key has them read as well: nothing is due after that, for as long as others come."""
    token = issuer.forge.token()
    await issuer.caller(token)
    issuer.keys = []
    issuer.new_key()
    issuer.seconds += READ_SECONDS_MAX - 1
    with pytest.raises(AuthenticationError, match="key-unknown"):
        await issuer.caller(issuer.forge.token({"kid": "strange"}))
    assert issuer.verifier.remembered(token) is None


async def test_an_issuer_that_is_away_keeps_nobody_out_who_is_known(issuer: Issuer) -> None:
    await issuer.caller(issuer.forge.token())
    issuer.is_away = True
    issuer.seconds += READ_SECONDS_MAX
    assert (await issuer.caller(issuer.forge.token(sub="worker-2"))).subject == "worker-2"
    assert issuer.reads == 2


async def test_a_secret_in_the_jwks_verifies_nothing(issuer: Issuer) -> None:
    secret = OctKey.generate_key(256, parameters={"kid": "secret"})
    issuer.keys.append(dict(secret.as_dict(private=True)))
    issuer.keys.append({"kty": "EC", "kid": "broken"})
    assert await issuer.trusted.key("secret") is None
    assert await issuer.trusted.key("broken") is None
    assert await issuer.trusted.key(str(issuer.forge.key.kid)) is not None


async def test_an_issuer_that_trickles_its_keys_is_given_up() -> None:
    """Each part comes in time, and the whole never does."""

    async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)

    async with await asyncio.start_server(trickle, LOOPBACK, 0) as server, asyncio.timeout(10):
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TimeoutError):  # an OSError, as any other failure to read
            await read_url(f"http://{LOOPBACK}:{port}/jwks", seconds_max=0.3)()
