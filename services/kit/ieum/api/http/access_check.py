"""Who may call which route: checked before any route is reached, and logged before its answer is sent."""

import ipaddress
from collections.abc import Awaitable, Callable, Sequence

import structlog
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from ieum.access.access_log import AccessLog, Visit, begin_visit, usual_reason
from ieum.access.access_settings import Access, Network
from ieum.access.authentication import MISSING, whole_seconds
from ieum.access.callers import AuthenticationError, Caller, KeysUnreadError, RateLimitError, Role
from ieum.access.route_roles import OPEN_BELOW, Logged, Matched, RouteRoles
from ieum.api.http.connection_limits import HEALTH_PATHS, METRICS_PATH
from ieum.api.problems import http_kinds
from ieum.api.problems.access_kinds import NOT_AUTHENTICATED, ROLE, TOO_MANY
from ieum.api.problems.response import Problem, answer
from ieum.delivery.failures import DATABASE_RETRYABLE

CALLER = "ieum.caller"
REASON_HEADER = b"access-reason"
REASON_CHARACTERS_MAX = 64
BEARER = 'Bearer realm="ieum"'
_VALUE_CHARACTERS_MAX = 140

Route = Callable[[Scope, Receive, Send], Awaitable[None]]
_log = structlog.get_logger("ieum.access")


class AccessCheck:
    """Stands before the routes; what the table of routes and roles does not name is served to nobody."""

    def __init__(self, access: Access, access_log: AccessLog) -> None:
        self._authentication = access.authentication
        self._access_log = access_log
        self._metrics_networks = access.metrics_networks
        self._roles = RouteRoles()

    async def serve(self, scope: Scope, receive: Receive, send: Send, route: Route) -> None:
        """Serve a request that may come in; raises Problem for one that may not."""
        path: str = scope["path"]
        matched = self._roles.match(scope["method"], path)
        if path.startswith(OPEN_BELOW) or (matched is not None and matched.rule.is_open):
            if path in HEALTH_PATHS:
                scope[CALLER] = await self._known(scope)
            await route(scope, receive, send)
            return
        if path == METRICS_PATH and is_from(self._metrics_networks, scope):
            await route(scope, receive, send)
            return
        caller = scope[CALLER] = await self._caller(scope)
        if matched is None:
            await self._beside(scope, receive, send, route)
            return
        visit = _visit(scope, matched, caller)
        if not matched.rule.roles & caller.roles:
            _log.info("access.refused", reason="role", subject=caller.subject, act=visit.act)
            await self._keep(visit, ROLE.status)
            raise Problem(ROLE)
        if matched.rule.logged is Logged.NOTHING:
            await route(scope, receive, send)
            return
        begin_visit(visit)
        await route(scope, receive, _Kept(self, visit, scope, receive, send).send)

    async def keep(self, visit: Visit, status: int) -> None:
        """Write the row of a request, unless its act has written it; raises Problem when that cannot be."""
        if not visit.kept:
            await self._keep(visit, status)

    async def _keep(self, visit: Visit, status: int) -> None:
        try:
            await self._access_log.write(visit.row(status))
        except DATABASE_RETRYABLE:
            raise Problem(http_kinds.UNAVAILABLE) from None
        visit.kept = True

    async def _beside(self, scope: Scope, receive: Receive, send: Send, route: Route) -> None:
        """Answer what no rule names: another method of a known path, or nothing at all."""
        if scope["method"] != "OPTIONS" and not self._roles.knows(scope["path"]):
            raise Problem(http_kinds.NOT_FOUND)
        await route(scope, receive, send)

    async def _known(self, scope: Scope) -> Caller | None:
        """Return who asks for health; nobody has to say so, and a wrong token is none."""
        given = authorization_of(scope)
        try:
            return await self._authentication.caller(given, address_of(scope)) if given else None
        except (AuthenticationError, KeysUnreadError, RateLimitError):
            return None

    async def _caller(self, scope: Scope) -> Caller:
        address = address_of(scope)
        try:
            return await self._authentication.caller(authorization_of(scope), address)
        except AuthenticationError as error:
            if not self._authentication.is_flooding(address):
                _log.info("access.refused", reason=error.reason, address=address)
            how = "" if error.reason == MISSING else ', error="invalid_token"'
            raise Problem(NOT_AUTHENTICATED, headers={"www-authenticate": BEARER + how}) from None
        except KeysUnreadError:
            raise Problem(http_kinds.UNAVAILABLE) from None
        except RateLimitError as error:
            raise Problem(TOO_MANY, headers={"retry-after": whole_seconds(error.seconds)}) from None


class _Kept:
    """Sends an answer once its row stands in the access log; without the row nothing is shown."""

    def __init__(self, check: AccessCheck, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        self._check, self._visit = check, visit
        self._scope, self._receive, self._send = scope, receive, send
        self._withheld = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            try:
                await self._check.keep(self._visit, message["status"])
            except Problem as problem:
                self._withheld = True
                await (await answer(Request(self._scope), problem))(self._scope, self._receive, self._send)
        if not self._withheld:
            await self._send(message)


def caller_of(scope: Scope) -> Caller | None:
    """Return who calls; None where a route is open and nobody said."""
    caller: Caller | None = scope.get(CALLER)
    return caller


def is_operator(scope: Scope) -> bool:
    """Whether an operator calls."""
    caller = caller_of(scope)
    return caller is not None and Role.OPERATOR in caller.roles


def _visit(scope: Scope, matched: Matched, caller: Caller) -> Visit:
    about = [each if _is_short(each) else "?" for each in matched.values]
    act = f"{matched.rule.method} {matched.rule.path}"
    return Visit(caller, act, scope["ieum.request"], _reason(scope) or usual_reason(caller), about)


def _is_short(value: str) -> bool:
    return len(value) <= _VALUE_CHARACTERS_MAX and value.isprintable()


def _reason(scope: Scope) -> str:
    """Return the reason that the caller names, as a code; what is no code is not kept."""
    given = next((value for name, value in scope["headers"] if name == REASON_HEADER), b"").decode("latin-1")
    is_code = given.replace("-", "a").isalnum() and given.isascii() and given == given.lower()
    return given if is_code and len(given) <= REASON_CHARACTERS_MAX else ""


def authorization_of(scope: Scope) -> list[str]:
    """Return the values of a request's header Authorization."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]


def address_of(scope: Scope) -> str:
    """Return the address that a request comes from."""
    client = scope.get("client")
    return client[0] if client else "unknown"


def is_from(networks: Sequence[Network], scope: Scope) -> bool:
    """Whether a request comes from one of these networks."""
    if not networks:
        return False
    try:
        address = ipaddress.ip_address(address_of(scope))
    except ValueError:
        return False
    return any(address in network for network in networks)
