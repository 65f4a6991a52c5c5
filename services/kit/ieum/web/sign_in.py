"""Coming in and going out: to the issuer and back, a new session each time, nothing left at the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from secrets import compare_digest

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ieum.delivery.delivery_context import Connections
from ieum.storage.database import lend
from ieum.web.identity_provider import IdentityProvider
from ieum.web.url_state import own_path
from ieum.web.web_sessions import (
    ATTEMPT_MAX,
    Person,
    begin_attempt,
    end_session,
    open_session,
    read_session,
    take_attempt,
)

SIGN_IN, CALLBACK, SIGN_OUT, SIGNED_OUT = "/sign-in", "/sign-in/callback", "/sign-out", "/signed-out"
CODE_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names of the two cookies; over https with the prefix by which no other host or path can set them."""

    secure: bool

    @property
    def session(self) -> str:
        """The cookie of somebody who is signed in."""
        return "__Host-ieum-session" if self.secure else "ieum-session"

    @property
    def attempt(self) -> str:
        """The cookie of a browser that was sent to the issuer."""
        return "__Host-ieum-attempt" if self.secure else "ieum-attempt"

    def keep(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Give a browser a cookie that no script reads and no other site sends with a form."""
        answer.set_cookie(
            name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def drop(self, answer: Response, name: str) -> None:
        """Take a cookie away."""
        answer.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")


Noted = Callable[[str, str], Awaitable[None]]
"""Notes that somebody came in or went out: subject, act."""


def _is_by_hand(request: Request) -> bool:
    """Whether a person opened a page or sent a form; older browsers do not tell."""
    return request.method == "POST" or request.headers.get("sec-fetch-mode", "navigate") == "navigate"


class SignIn:
    """The routes of signing in and out."""

    def __init__(
        self,
        database: Connections,
        provider: IdentityProvider,
        cookies: Cookies,
        clock: Callable[[], datetime],
        noted: Noted,
    ) -> None:
        self._database, self._provider, self._cookies = database, provider, cookies
        self._clock, self._noted = clock, noted

    async def person(self, request: Request) -> Person | None:
        """Return who sent a request; None for somebody who is not signed in."""
        cookie = request.cookies.get(self._cookies.session)
        if not cookie:
            return None
        async with lend(self._database) as connection:
            return await read_session(connection, cookie, self._clock(), uses=_is_by_hand(request))

    async def start(self, request: Request) -> Response:
        """Send the browser to the issuer; `again` asks it for a fresh proof of who sits there."""
        next_path = own_path(request.query_params.get("next"))
        url, attempt = await self._provider.begin(next_path, again="again" in request.query_params)
        answer = RedirectResponse(url, HTTPStatus.SEE_OTHER)
        async with lend(self._database) as connection:
            cookie = await begin_attempt(connection, attempt, self._clock())
        self._cookies.keep(answer, self._cookies.attempt, cookie, int(ATTEMPT_MAX.total_seconds()))
        return answer

    async def callback(self, request: Request) -> Response:
        """Take the browser back from the issuer, and open a session of a new name."""
        async with lend(self._database) as connection:
            attempt = await take_attempt(
                connection, request.cookies.get(self._cookies.attempt), self._clock()
            )
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if attempt is None or not compare_digest(state.encode(), attempt.state.encode()):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        if not code or len(code) > CODE_CHARACTERS_MAX:
            raise HTTPException(HTTPStatus.UNAUTHORIZED)
        person = await self._provider.finish(code, attempt)
        async with lend(self._database) as connection, connection.transaction():
            await end_session(connection, request.cookies.get(self._cookies.session))
            cookie = await open_session(connection, person, self._clock())
        await self._noted(person.subject, "sign-in")
        answer = RedirectResponse(attempt.next_path, HTTPStatus.SEE_OTHER)
        self._cookies.keep(answer, self._cookies.session, cookie)
        self._cookies.drop(answer, self._cookies.attempt)
        return answer

    async def end(self, request: Request) -> Response:
        """End the session here."""
        person = await self.person(request)
        async with lend(self._database) as connection:
            await end_session(connection, request.cookies.get(self._cookies.session))
        if person is not None:
            await self._noted(person.subject, "sign-out")
        answer = RedirectResponse(SIGNED_OUT, HTTPStatus.SEE_OTHER)
        self._cookies.drop(answer, self._cookies.session)
        return answer
