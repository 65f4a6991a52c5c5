"""The console as a web application: routes of the table behind sign-in, problem pages, security headers."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.storage.database import lend
from ieum.web.identity_provider import SignInError
from ieum.web.page_renderer import preferences_of
from ieum.web.page_security import PageSecurity
from ieum.web.preference_forms import PREFERENCES, keep_preferences
from ieum.web.problem_pages import words_of
from ieum.web.sign_in import CALLBACK, SIGN_IN, SIGN_OUT, SIGNED_OUT, SignIn
from ieum.web.url_state import address
from ieum.web.web_sessions import Person
from ieum_console.pages.console_roles import roles_of
from ieum_console.pages.live_page import live
from ieum_console.pages.page_call import Console, PageCall
from ieum_console.pages.page_routes import LIVE_PATH, ROUTES, PageRoute
from ieum_console.projection.freshness import behind

LIVE = "/health/live"
_log = structlog.get_logger()


Endpoint = Callable[[Request], Awaitable[Response]]


def console_application(console: Console, sign_in: SignIn, public_url: str) -> ASGIApp:
    """Make the application; `public_url` is the one address under which browsers reach it."""
    pages = Pages(console, sign_in)
    methods: dict[str, dict[str, PageRoute]] = {}
    for route in ROUTES:
        methods.setdefault(route.path, {})[route.method] = route
    routes = [
        Route(SIGN_IN, sign_in.start),
        Route(CALLBACK, sign_in.callback),
        Route(SIGN_OUT, sign_in.end, methods=["POST"]),
        Route(SIGNED_OUT, pages.signed_out),
        Route(PREFERENCES, keep_preferences, methods=["POST"]),
        Route("/static/{name}", console.renderer.static.serve),
        Route(LIVE, alive),
        Route(LIVE_PATH, pages.live),
        *(Route(path, pages.endpoint(each), methods=[*each]) for path, each in methods.items()),
    ]
    handlers = {HTTPException: pages.refused, SignInError: pages.no_sign_in, Exception: pages.failed}
    for kind in DATABASE_RETRYABLE:
        handlers[kind] = pages.database_away
    return PageSecurity(Starlette(routes=routes, exception_handlers=handlers), public_url)


async def alive(_request: Request) -> Response:
    """Say that the process serves."""
    return PlainTextResponse("live\n")


class Pages:
    """Serves the routes of the table to those who may see them."""

    def __init__(self, console: Console, sign_in: SignIn) -> None:
        self._console, self._sign_in = console, sign_in

    def endpoint(self, routes: Mapping[str, PageRoute]) -> Endpoint:
        """Make what answers at one path."""

        async def answer(request: Request) -> Response:
            route = routes["GET" if request.method == "HEAD" else request.method]
            person = await self._sign_in.person(request)
            if person is None:
                return self._to_sign_in(request)
            if not roles_of(person) & route.roles:
                raise HTTPException(HTTPStatus.FORBIDDEN)
            now = self._console.clock()
            async with lend(self._console.database) as connection:
                freshness = await behind(connection, now)
                call = PageCall(request, self._console, person, connection, now, freshness)
                return await route.handler(call)

        return answer

    async def live(self, request: Request) -> Response:
        """Follow the projection; for everybody who is signed in."""
        person = await self._sign_in.person(request)
        if person is None or not roles_of(person):
            raise HTTPException(HTTPStatus.UNAUTHORIZED)

        async def is_signed_in() -> bool:
            return await self._sign_in.person(request) is not None

        return await live(request, self._console, is_signed_in)

    async def signed_out(self, request: Request) -> Response:
        """Say that the session has ended."""
        return self._console.renderer.page(request, "signed_out.html", self._console.clock())

    async def refused(self, request: Request, error: Exception) -> Response:
        """Show a refusal as a page; who is signed in can sign out there as anywhere."""
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
        try:
            person = await self._sign_in.person(request)
        except DATABASE_RETRYABLE:
            person = None
        return self._problem(request, HTTPStatus(status), person)

    async def no_sign_in(self, request: Request, error: Exception) -> Response:
        """Say that the issuer does not answer, or proves nothing."""
        _log.warning("console.sign-in-failed", error=str(error))
        return self._problem(request, HTTPStatus.BAD_GATEWAY)

    async def database_away(self, request: Request, error: Exception) -> Response:
        """Say that nothing can be shown at the moment."""
        _log.error("console.database-away", error=type(error).__name__)
        return self._problem(request, HTTPStatus.SERVICE_UNAVAILABLE)

    async def failed(self, request: Request, error: Exception) -> Response:
        """Say that a page could not be made."""
        _log.error("console.page-failed", path=request.url.path, error=type(error).__name__)
        return self._problem(request, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _to_sign_in(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return self._problem(request, HTTPStatus.UNAUTHORIZED)
        wanted = address(request.url.path, dict(request.query_params))
        return RedirectResponse(address(SIGN_IN, {}, next=wanted), HTTPStatus.SEE_OTHER)

    def _problem(self, request: Request, status: HTTPStatus, person: Person | None = None) -> Response:
        words, translate = words_of(status), self._console.renderer.translate
        language = preferences_of(request).language
        return self._console.renderer.page(
            request,
            "problem.html",
            self._console.clock(),
            status,
            person=person,
            title=translate(language, words.title),
            detail=translate(language, words.detail),
            safe=translate(language, words.safe) if words.safe else "",
            sign_in=SIGN_IN if status is HTTPStatus.UNAUTHORIZED else "",
        )
