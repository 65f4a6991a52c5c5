"""One request for a page: who asks, what time it is, how fresh the projection is, and what answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from asyncpg import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ieum.agency import Names, Programme
from ieum.casework.business_days import BusinessCalendar
from ieum.delivery.delivery_context import Connections
from ieum.web.page_renderer import PageRenderer, preferences_of
from ieum.web.web_sessions import Person
from ieum_console.operations.runner import OperationRunner
from ieum_console.pages.console_roles import ACTING, ConsoleRole, roles_of
from ieum_console.pages.navigation import NAVIGATION
from ieum_console.projection.audit import append_audit
from ieum_console.projection.freshness import Freshness


@dataclass(frozen=True, slots=True)
class Console:
    """What all pages share. `agencies` are the names of the centre's agencies, `apis` their addresses.

    `programmes` are what those agencies declare that are installed here.
    """

    database: Connections
    renderer: PageRenderer
    agencies: Mapping[str, Names]
    apis: Mapping[str, str]
    runner: OperationRunner
    calendar: BusinessCalendar
    clock: Callable[[], datetime]
    programmes: Mapping[str, Sequence[Programme]]


@dataclass(frozen=True, slots=True)
class PageCall:
    """A request of somebody who may send it. The connection is its own, without a transaction."""

    request: Request
    console: Console
    person: Person
    connection: Connection
    now: datetime
    freshness: Freshness

    @property
    def roles(self) -> frozenset[ConsoleRole]:
        """The roles of who asks."""
        return roles_of(self.person)

    @property
    def language(self) -> str:
        """The language of the page."""
        return preferences_of(self.request).language

    def id_in_path(self, name: str) -> UUID:
        """Return an id of the path; raises HTTPException, 404, where it is none."""
        try:
            return UUID(self.request.path_params[name])
        except ValueError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def asked(self, name: str) -> str | None:
        """Return a value of the address; None where it is missing or empty. A database takes no NUL."""
        return (self.request.query_params.get(name) or "").replace("\0", "").strip() or None

    def asked_number(self, name: str, digits_max: int) -> int | None:
        """Return a whole number of the address; None where it is none, or longer than so many digits."""
        text = self.asked(name) or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= digits_max else None

    def agency_name(self, agency: str) -> str:
        """Return an agency's name in the language of the page; its id where it is not known."""
        names = self.console.agencies.get(agency)
        return agency if names is None else names.ko if self.language == "ko" else names.en

    def page(self, template: str, status: HTTPStatus = HTTPStatus.OK, **content: object) -> HTMLResponse:
        """Render a page of the console."""
        return self.console.renderer.page(
            self.request,
            template,
            self.now,
            status,
            person=self.person,
            navigation=NAVIGATION,
            roles=self.roles,
            may_act=bool(self.roles & ACTING),
            freshness=self.freshness,
            agency_name=self.agency_name,
            **content,
        )

    async def note(self, action: str, target: str = "", reason: str = "") -> None:
        """Write into the audit what is done or searched for."""
        async with self.connection.transaction():
            await append_audit(
                self.connection,
                self.now,
                actor=self.person.subject,
                action=action,
                target=target,
                reason=reason,
            )


Handler = Callable[[PageCall], Awaitable[Response]]
"""Answers a request of somebody who may send it."""
