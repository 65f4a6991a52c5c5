"""An agency's operator API, called with the token of the operator who acts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

ANSWER_SECONDS_MAX = 10.0
CONNECT_SECONDS_MAX = 2.0
PAGE = 200
PAGES_MAX = 20
WAITING = ("stopped", "dead", "parked")
"""What can be retried or skipped; the rest of the list is history, or waits at somebody else."""
CODE_CHARACTERS_MAX = 100


class WaitingStream(BaseModel):
    """A stream in which something waits, as the agency's API tells it."""

    id: str
    peer: str
    family: str
    key: UUID
    state: str
    sequence: int
    waiting: int
    reason: str
    attempts: int | None = None
    since: datetime | None = None


class _Page(BaseModel):
    streams: list[WaitingStream]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The streams in which something waits; `whole` unless there are more than the pages that were read."""

    streams: tuple[WaitingStream, ...]
    whole: bool


class AwayError(Exception):
    """The agency's API did not answer, or not as an agency's API does."""


class RefusedError(Exception):
    """The agency's API refused; `code` is its kind of problem."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code

    @property
    def is_settled(self) -> bool:
        """Whether what was acted upon no longer waits, or something else does: nothing is left to do."""
        return self.status in {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class AgencyApi:
    """One agency's API, for one operator."""

    client: httpx.AsyncClient

    async def waiting(self) -> Waiting:
        """List all that waits, at most PAGES_MAX pages of each state; raises AwayError, RefusedError."""
        listed = [await self._in_state(state) for state in WAITING]
        streams = (stream for each in listed for stream in each.streams)
        return Waiting(tuple(streams), whole=all(each.whole for each in listed))

    async def _in_state(self, state: str) -> Waiting:
        found: list[WaitingStream] = []
        wanted = {"limit": str(PAGE), "state": state}
        for _ in range(PAGES_MAX):
            try:
                page = _Page.model_validate(await self._sent("GET", "/v1/streams", params=wanted))
            except ValidationError as error:
                raise AwayError from error
            found += page.streams
            if page.next is None:
                return Waiting(tuple(found), whole=True)
            wanted["cursor"] = page.next
        return Waiting(tuple(found), whole=False)

    async def act(self, stream: str, act: str, wish: Mapping[str, object], key: UUID) -> None:
        """Retry or skip one number, or with `dry_run` ask what would be done; raises as `waiting`."""
        headers = {"idempotency-key": str(key)}
        await self._sent("POST", f"/v1/streams/{stream}/{act}", json=dict(wish), headers=headers)

    async def elevate(self, reason: str, key: UUID) -> None:
        """Ask for an hour in which what discards may be done; an agency that knows none needs none."""
        headers = {"idempotency-key": str(key)}
        try:
            await self._sent("POST", "/v1/elevations", json={"reason": reason}, headers=headers)
        except RefusedError as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise

    async def _sent(self, method: str, path: str, **request: Any) -> Any:
        try:
            answer = await self.client.request(method, path, **request)
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise AwayError from error
        if answer.is_success:
            return content
        if answer.is_server_error or not isinstance(content, dict):
            raise AwayError
        kind = str(content.get("type", "")).rpartition(":")[2] or answer.reason_phrase
        raise RefusedError(answer.status_code, kind[:CODE_CHARACTERS_MAX])


@asynccontextmanager
async def open_api(url: str | None, token: str) -> AsyncIterator[AgencyApi]:
    """Open an agency's API for an operator; raises AwayError where its address is not known."""
    if url is None:
        raise AwayError
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(
        base_url=url,
        headers=headers,
        timeout=httpx.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX),
        trust_env=False,
    ) as client:
        yield AgencyApi(client)
