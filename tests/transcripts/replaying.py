"""Replays a transcript to an implementation: says one agency's lines and compares the other's."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ieum_contracts import envelope
from tests.transcripts.placeholders import Placeholders
from tests.transcripts.stranger import Heard, Stranger

Line = Mapping[str, Any]
Record = tuple[str, str, list[tuple[str, bytes]], bytes]
Work = Callable[[Line, Placeholders], Awaitable[None]]
"""Makes a worker of the implementation do what a line says."""
OTHER = {"sender": "recipient", "recipient": "sender"}


def read_transcript(path: Path) -> tuple[Line, Sequence[Line]]:
    """Read the head and the lines of a transcript."""
    head, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return head, lines


class Replay:
    """One transcript, replayed to an implementation in one role; `agency` is the implementation's id.

    `named` are what the placeholders of programmes and rules stand for.
    """

    def __init__(self, stranger: Stranger, work: Work, role: str, agency: str, **named: str) -> None:
        mine = stranger.address
        sides = {role: agency, OTHER[role]: mine.agency}
        self.known = Placeholders(centre=mine.centre, **sides, **named)
        self._stranger, self._work, self._role = stranger, work, role
        self._said: dict[int, Record] = {}
        self._got: dict[int, Heard] = {}
        self._keys: set[str] = set()

    async def run(self, lines: Sequence[Line]) -> None:
        """Go through the lines in order; raises AssertionError at the first that differs."""
        expected = {number for line in lines for number in line.get("expect", ())}
        for line in lines:
            if line["role"] != self._role:
                await self._say(line)
            elif "again" not in line or line["line"] in expected:
                await self._hear(line)
            self._keys.add(self.known.text(line["key"]))
        left = [heard.headers["ce_type"] for heard in self._stranger.left(self._keys)]
        assert [each for each in left if each != "stream.heads.v1"] == []

    async def _say(self, line: Line) -> None:
        if "again" in line:
            record = self._said[line["again"]]
        else:
            filled = {name: self.known.text(value) for name, value in line["headers"].items()}
            headers = [(name, filled[name].encode()) for name in envelope.NAMES if name in filled]
            body = json.dumps(self.known.fill(line["body"]), ensure_ascii=False).encode()
            record = (self.known.text(line["topic"]), self.known.text(line["key"]), headers, body)
            self._said[line["line"]] = record
            digest = envelope.digest(envelope.canonical(headers), body).hex()
            self.known.values[f"digest:{line['line']}"] = digest
        await self._stranger.say(*record)

    async def _hear(self, line: Line) -> None:
        if "again" in line:
            before = self._got[line["again"]]
            assert await self._stranger.next(lambda heard: heard == before)
            return
        if line["by"] == "worker":
            await self._work(line, self.known)
        topic, key = self.known.text(line["topic"]), self.known.text(line["key"])
        kind = line["headers"]["ce_type"] if topic.endswith(".delivery") else None
        heard = await self._stranger.next(
            lambda each: (each.topic, each.key) == (topic, key) and kind in {None, each.headers["ce_type"]}
        )
        self._got[line["line"]] = heard
        headers = {name: heard.headers[name] for name in line["headers"] if name in heard.headers}
        self.known.compare(dict(line["headers"]), dict(headers), f"line {line['line']}")
        self.known.compare(line["body"], json.loads(heard.body), f"line {line['line']} body")
        raw = [(name, value.encode()) for name, value in heard.headers.items()]
        digest = envelope.digest(envelope.canonical(raw), heard.body).hex()
        self.known.values[f"digest:{line['line']}"] = digest
