"""An agency's own system in chaos: it tries the agency's instances in turn until one answers."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from ieum_lab.embedded.issuer.renewed_token import RenewedToken
from ieum_lab.testing.history import Fact
from ieum_lab.testing.http import CallError, HttpCaller
from ieum_lab.testing.outside_facts import Acknowledged, Ordered

ANSWER_SECONDS_MAX = 4.0
PATIENCE_SECONDS = 300.0
PAUSE_SECONDS = 0.1
REFUSED, SERVER_ERRORS = 400, 500

Json = dict[str, Any]


@dataclass
class Met:
    """What callers met: how often an instance failed them, and how long the worst call took."""

    calls: int = 0
    refused: int = 0
    failed_once: int = 0
    failed_everywhere: int = 0
    longest_seconds: float = 0.0
    strange: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    """What callers ordered and were answered."""


class Unanswered(Exception):
    """No instance gave an answer for a long time."""


class Caller:
    """Speaks for one agency's system. A POST keeps its Idempotency-Key until it is answered."""

    def __init__(self, urls: Sequence[str], met: Met, token: RenewedToken, at: str = "") -> None:
        places = [urlsplit(url) for url in urls]
        self._clients = [HttpCaller(p.hostname or "", p.port or 0, ANSWER_SECONDS_MAX) for p in places]
        self._met = met
        self._at = at
        self._token = token
        self._turn = 0

    def close(self) -> None:
        for client in self._clients:
            client.close()

    async def get(self, path: str) -> tuple[int, Json]:
        status, answer, _ = await self._call("GET", path, None, {})
        return status, answer

    async def post(self, path: str, body: Mapping[str, Any], version: int | None = None) -> tuple[int, Json]:
        key, thing = str(uuid4()), (path.split("/") + [""] * 3)[3]
        headers = {"idempotency-key": key, "content-type": "application/json"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        self._met.facts.append(Ordered(self._at, key, thing))
        status, answer, failures = await self._call("POST", path, body, headers)
        self._met.facts.append(self._answered(key, thing, status, answer, tried_before=failures > 0))
        return status, answer

    def _answered(
        self, key: str, thing: str, status: int, answer: Json, *, tried_before: bool
    ) -> Acknowledged:
        """Tell of an answer; that to an inquiry has the version of all that was asked together."""
        if status >= REFUSED:
            return Acknowledged(self._at, key, thing, refused=True, tried_before=tried_before)
        if asked := answer.get("inquiries"):
            return Acknowledged(self._at, key, asked[0]["id"])
        about, version = thing or str(answer.get("id", "")), int(answer.get("version", 0))
        return Acknowledged(self._at, key, about, version)

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[int, Json, int]:
        """Try one instance after the other, and return with its answer how many tries failed before.

        Raises Unanswered when none answers for a long time.
        """
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        loop = asyncio.get_running_loop()
        began, failures, last = loop.time(), 0, ""
        self._met.calls += 1
        self._turn += 1
        first = self._turn  # of its own: others call meanwhile, and every try has to go elsewhere
        while loop.time() - began < PATIENCE_SECONDS:
            client = self._clients[(first + failures) % len(self._clients)]
            try:
                answer = await client.call(method, path, {**headers, **self._token.header()}, content)
            except CallError as error:
                last = str(error)
            else:
                if answer.status < SERVER_ERRORS:
                    self._count(failures, loop.time() - began)
                    return answer.status, json.loads(answer.body), failures
                last = f"{answer.status} {answer.body[:200].decode(errors='replace')}"
                if answer.status == SERVER_ERRORS:
                    self._met.strange.append(f"{method} {path}: {last}")
            failures += 1
            if failures % len(self._clients) == 0:
                await asyncio.sleep(PAUSE_SECONDS)
        raise Unanswered(f"{method} {path} got no answer for {PATIENCE_SECONDS:.0f} s, at last {last}.")

    def _count(self, failures: int, seconds: float) -> None:
        self._met.failed_once += failures > 0
        self._met.failed_everywhere += failures >= len(self._clients)
        self._met.longest_seconds = max(self._met.longest_seconds, seconds)
