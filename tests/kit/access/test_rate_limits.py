"""Rates are kept per subject and address; a flood of wrong tokens costs others nothing."""

import time

import pytest
from joserfc.jwk import ECKey
from pydantic_core import to_json

from ieum.access.authentication import SIGNATURES, WRONG_TOKENS, Authentication, SubjectRates
from ieum.access.callers import AuthenticationError, KeysUnreadError, RateLimitError
from ieum.access.rate_limits import KEYS_MAX, Rate, RateLimit, network_of
from ieum.access.tokens import Expected, TokenVerifier
from ieum.access.trusted_keys import READ_SECONDS_MIN, TrustedKeys
from tests.kit.access.forging import AGENCY, AUDIENCE, ISSUER, Forge


class Time:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_is_kept_and_comes_back_with_time() -> None:
    now = Time()
    limit = RateLimit(Rate(per_second=2, at_once=3), now)
    assert [limit.take("a") for _ in range(3)] == [0, 0, 0]
    assert limit.take("a") == pytest.approx(0.5)
    assert limit.take("b") == 0
    now.now += 0.5
    assert limit.take("a") == 0
    assert limit.take("a") == pytest.approx(0.5)
    now.now += 3_600
    assert [limit.take("a") for _ in range(4)][-1] > 0


def test_memory_is_bounded_whoever_comes() -> None:
    limit = RateLimit(Rate(1, 1))
    for number in range(2 * KEYS_MAX):
        limit.take(f"10.0.{number // 256}.{number % 256}")
    assert len(limit) == KEYS_MAX


def test_a_network_of_ipv6_is_one_address() -> None:
    assert network_of("fd00::1") == network_of("fd00::ffff:2") != network_of("fd00:0:0:1::1")
    assert network_of("10.0.0.1") != network_of("10.0.0.2")


@pytest.fixture
def forge() -> Forge:
    return Forge(ECKey.generate_key("P-256", auto_kid=True))


@pytest.fixture
def authentication(forge: Forge) -> Authentication:
    async def read() -> bytes:
        return to_json({"keys": [forge.key.as_dict(private=False)]})

    return _with_keys(TrustedKeys(read))


def _with_keys(keys: TrustedKeys) -> Authentication:
    verifier = TokenVerifier(Expected(ISSUER, "ES256", AUDIENCE, AGENCY), keys)
    return Authentication(verifier, SubjectRates(Rate(1, 5), Rate(1, 50)))


async def _outcome(authentication: Authentication, token: str, address: str = "10.0.0.1") -> str:
    try:
        return (await authentication.caller([f"Bearer {token}"], address)).subject
    except AuthenticationError as error:
        return error.reason
    except RateLimitError as error:
        return f"wait:{error.whose}"


async def test_wrong_tokens_from_an_address_are_held_back_and_good_ones_from_it_are_served(
    authentication: Authentication, forge: Forge
) -> None:
    known = forge.token()
    assert await _outcome(authentication, known) == "worker-1"
    outcomes = [await _outcome(authentication, f"a.b.{number}") for number in range(1_000)]
    assert outcomes.count("malformed") <= WRONG_TOKENS.at_once + 5
    assert outcomes[-1] == "wait:address"
    assert authentication.is_flooding("10.0.0.1")
    assert await _outcome(authentication, known) == "worker-1"
    assert await _outcome(authentication, forge.token(sub="worker-2")) == "worker-2"
    assert not authentication.is_flooding("10.0.0.2")


async def test_while_the_keys_cannot_be_read_nobody_is_told_that_the_token_is_wrong(forge: Forge) -> None:
    now, away = Time(), True

    async def read() -> bytes:
        if away:
            raise OSError("away")
        return to_json({"keys": [forge.key.as_dict(private=False)]})

    authentication = _with_keys(TrustedKeys(read, now))
    for number in range(2 * WRONG_TOKENS.at_once):
        with pytest.raises(KeysUnreadError):
            await authentication.caller([f"Bearer {forge.token(sub=f'worker-{number}')}"], "10.0.0.1")
    assert not authentication.is_flooding("10.0.0.1")
    now.now, away = now.now + READ_SECONDS_MIN, False
    assert await _outcome(authentication, forge.token()) == "worker-1"
    assert await _outcome(authentication, forge.token({"kid": "strange"})) == "key-unknown"


async def test_well_made_forgeries_cost_no_more_signature_checks_than_are_allowed(
    authentication: Authentication, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = forge.token()
    assert await _outcome(authentication, known) == "worker-1"
    checked, began = 0, time.monotonic()
    real = authentication._verifier.verify

    async def counted(*arguments: object) -> object:
        nonlocal checked
        checked += 1
        return await real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(authentication._verifier, "verify", counted)
    forged = forge.token(key=forge.stranger)
    for _ in range(3 * SIGNATURES.at_once):
        await _outcome(authentication, forged)
    lasted = time.monotonic() - began
    assert checked <= SIGNATURES.at_once + SIGNATURES.per_second * lasted + 1
    assert await _outcome(authentication, known) == "worker-1"


async def test_an_account_that_calls_too_often_waits_and_others_do_not(
    authentication: Authentication, forge: Forge
) -> None:
    token = forge.token()
    assert [await _outcome(authentication, token) for _ in range(8)][-1] == "wait:subject"
    assert await _outcome(authentication, forge.token(sub="worker-2")) == "worker-2"
    system = forge.token(sub="system", roles=["system"])
    assert [await _outcome(authentication, system) for _ in range(20)] == ["system"] * 20
