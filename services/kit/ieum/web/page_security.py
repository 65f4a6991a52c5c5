"""What every answer to a browser carries, and which requests are refused before a page sees them."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD"})
HSTS_SECONDS = 31_536_000
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
Refusal = Callable[[Scope, Receive, Send, HTTPStatus], Awaitable[None]]
"""Answers a request that is refused."""


async def refuse_plainly(scope: Scope, receive: Receive, send: Send, status: HTTPStatus) -> None:
    """Answer with the status in words, and no more."""
    await PlainTextResponse(f"{status.phrase}\n", status)(scope, receive, send)


class PageSecurity:
    """Refuses foreign hosts and cross-site requests, and gives every answer its security headers."""

    def __init__(self, app: ASGIApp, public_url: str, refuse: Refusal = refuse_plainly) -> None:
        self._app, self._refuse = app, refuse
        public = urlsplit(public_url)
        self._origin, self._host = f"{public.scheme}://{public.netloc}".lower(), public.netloc.lower()
        self._headers = dict(SECURITY_HEADERS)
        if public.scheme == "https":
            self._headers["strict-transport-security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        status = self._fault(scope["method"], Headers(scope=scope))
        if status is None:
            await self._app(scope, receive, guarded)
        else:
            await self._refuse(scope, receive, guarded, status)

    def _fault(self, method: str, headers: Headers) -> HTTPStatus | None:
        hosts = headers.getlist("host")
        if [host.lower() for host in hosts] != [self._host]:
            return HTTPStatus.MISDIRECTED_REQUEST
        if method in SAFE_METHODS:
            return None if _may_read(headers) else HTTPStatus.FORBIDDEN
        return None if self._may_change(headers) else HTTPStatus.FORBIDDEN

    def _may_change(self, headers: Headers) -> bool:
        """Whether a form comes from a page of this site; every browser says so in one of two headers."""
        sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        if origins and [origin.lower() for origin in origins] != [self._origin]:
            return False
        return sites == ["same-origin"] or (not sites and bool(origins))


def _may_read(headers: Headers) -> bool:
    """Whether a page may be read: links from other sites may lead here, their pages may not look inside."""
    site = headers.get("sec-fetch-site", "none")
    if site in {"same-origin", "none"}:
        return True
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
