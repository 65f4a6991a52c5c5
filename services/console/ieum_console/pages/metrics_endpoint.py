"""`/metrics` of the console, for whom the agencies would show theirs: an operator's token, or a network."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ieum.access.access_settings import Network, read_keys
from ieum.access.authentication import Authentication, SubjectRates, whole_seconds
from ieum.access.callers import AuthenticationError, KeysUnreadError, RateLimitError, Role
from ieum.access.rate_limits import Rate
from ieum.access.tokens import Expected, TokenVerifier
from ieum.access.trusted_keys import TrustedKeys
from ieum.api.http.access_check import BEARER, address_of, authorization_of, is_from
from ieum.api.http.connection_limits import METRICS_PATH
from ieum.centre.centre_file import CONSOLE
from ieum.delivery.delivery_context import Connections
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.storage.database import lend
from ieum_console.pages.console_measures import ConsoleMeasures
from ieum_console.settings import ConsoleSettings
from ieum_contracts.address import Address

SCRAPES = SubjectRates(Rate(per_second=10, at_once=100), Rate(per_second=10, at_once=100))
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

_log = structlog.get_logger()


class MetricsEndpoint:
    """Stands before the pages, which know browsers by their session and one address alone."""

    def __init__(
        self,
        app: ASGIApp,
        settings: ConsoleSettings,
        database: Connections,
        measures: ConsoleMeasures,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._app, self._database, self._measures, self._clock = app, database, measures, clock
        self._networks: Sequence[Network] = settings.metrics_from
        self._authentication = _authentication(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] != METRICS_PATH:
            await self._app(scope, receive, send)
        else:
            await (await self._answer(scope))(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        if scope["method"] != "GET":
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, allow="GET")
        if not is_from(self._networks, scope):
            refusal = await self._refusal(scope)
            if refusal is not None:
                return refusal
        try:
            async with lend(self._database) as connection:
                shown = await self._measures.shown(connection, self._clock())
        except DATABASE_RETRYABLE as error:
            _log.error("console.database-away", error=type(error).__name__)
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(shown, media_type=CONTENT_TYPE_LATEST, headers=_HEADERS)

    async def _refusal(self, scope: Scope) -> Response | None:
        """Return what is answered to who may not read; None to an operator."""
        if self._authentication is None:
            return _plain(HTTPStatus.UNAUTHORIZED, **{"www-authenticate": BEARER})
        try:
            caller = await self._authentication.caller(authorization_of(scope), address_of(scope))
        except AuthenticationError:
            return _plain(HTTPStatus.UNAUTHORIZED, **{"www-authenticate": BEARER})
        except KeysUnreadError:
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE)
        except RateLimitError as error:
            return _plain(HTTPStatus.TOO_MANY_REQUESTS, **{"retry-after": whole_seconds(error.seconds)})
        return None if Role.OPERATOR in caller.roles else _plain(HTTPStatus.FORBIDDEN)


def _plain(status: HTTPStatus, **headers: str) -> Response:
    return PlainTextResponse(f"{status.phrase}\n", status, headers={**_HEADERS, **headers})


def _authentication(settings: ConsoleSettings) -> Authentication | None:
    """Take tokens that the issuer made for the console, where the settings name both."""
    if settings.token_issuer is None or (settings.token_jwks_file or settings.token_jwks_url) is None:
        return None
    audience = str(Address(settings.centre, CONSOLE))
    expected = Expected(settings.token_issuer, settings.jwt_algorithm, audience, CONSOLE)
    keys = TrustedKeys(read_keys(settings.token_jwks_file, settings.token_jwks_url))
    return Authentication(TokenVerifier(expected, keys), SCRAPES)
