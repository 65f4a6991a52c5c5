"""Who may come in, by the settings of a service."""

import importlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ieum.access.authentication import Authentication, SubjectRates
from ieum.access.rate_limits import Rate
from ieum.access.tokens import Expected, TokenVerifier
from ieum.access.trusted_keys import ReadJwks, TrustedKeys, read_file
from ieum.settings import Settings

BURST_SECONDS = 10
"""So many seconds' worth of calls may come at once."""
_FROM_URL = "ieum.access.jwks_url"


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Access:
    """Who calls; from where metrics are read without a token; where the documentation page lets log in."""

    authentication: Authentication
    metrics_networks: Sequence[Network] = ()
    login_url: str | None = None


def access_of(settings: Settings) -> Access:
    """Say who may come in, by the settings."""
    expected = Expected(settings.token_issuer, settings.jwt_algorithm, str(settings.address), settings.agency)
    rates = SubjectRates(_rate(settings.person_calls_per_second), _rate(settings.system_calls_per_second))
    keys = read_keys(settings.token_jwks_file, settings.token_jwks_url)
    authentication = Authentication(TokenVerifier(expected, TrustedKeys(keys)), rates)
    return Access(authentication, settings.metrics_from, settings.login_url)


def read_keys(file: Path | None, url: str | None) -> ReadJwks:
    """Return what reads an issuer's keys, from one of the two."""
    if file is not None:
        return read_file(file)
    read: ReadJwks = importlib.import_module(_FROM_URL).read_url(url)
    return read


def _rate(per_second: float) -> Rate:
    return Rate(per_second, max(1, round(BURST_SECONDS * per_second)))
