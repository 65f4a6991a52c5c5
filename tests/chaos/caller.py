"""An agency's own system in chaos: it tries the agency's instances in turn until one answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

ANSWER_SECONDS_MAX = 4.0
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.1
SERVER_ERRORS = 500

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


class Unanswered(Exception):  # noqa: N818 - it is what happened
    """No instance gave an answer for a long time."""


class Caller:
    """Speaks for one agency's system. A POST keeps its Idempotency-Key until it is answered."""

    def __init__(self, urls: Sequence[str], met: Met) -> None:
        self._clients = [
            httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS_MAX, trust_env=False) for url in urls
        ]
        self._met = met
        self._turn = 0

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def get(self, path: str) -> tuple[int, Json]:
        return await self._call("GET", path, None, {})

    async def post(self, path: str, body: Mapping[str, Any], version: int | None = None) -> tuple[int, Json]:
        headers = {"idempotency-key": str(uuid4())}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        return await self._call("POST", path, body, headers)

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[int, Json]:
        """Try one instance after the other; raises Unanswered when none answers for a long time."""
        loop = asyncio.get_running_loop()
        began, failures, last = loop.time(), 0, ""
        self._met.calls += 1
        self._turn += 1
        first = self._turn  # of its own: others call meanwhile, and every try has to go elsewhere
        while loop.time() - began < PATIENCE_SECONDS:
            client = self._clients[(first + failures) % len(self._clients)]
            try:
                answer = await client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                last = type(error).__name__
            else:
                if answer.status_code < SERVER_ERRORS:
                    self._count(failures, loop.time() - began)
                    return answer.status_code, answer.json()
                last = f"{answer.status_code} {answer.text[:200]}"
                if answer.status_code == SERVER_ERRORS:
                    self._met.strange.append(f"{method} {path}: {last}")
            failures += 1
            if failures % len(self._clients) == 0:
                await asyncio.sleep(PAUSE_SECONDS)
        raise Unanswered(f"{method} {path} got no answer for {PATIENCE_SECONDS:.0f} s, at last {last}.")

    def _count(self, failures: int, seconds: float) -> None:
        self._met.failed_once += failures > 0
        self._met.failed_everywhere += failures >= len(self._clients)
        self._met.longest_seconds = max(self._met.longest_seconds, seconds)
