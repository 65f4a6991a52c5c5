"""The inside of a measured process: it says that it is ready, then does what it is told line by line."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, Any

Acts = Mapping[str, Callable[..., Awaitable[dict[str, Any]]]]


def take_voice() -> IO[str]:
    """Keep standard output for answers alone; what libraries print goes to standard error."""
    voice = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return voice


async def obey(voice: IO[str], acts: Acts) -> None:
    """Do what is asked, one act after the other, until standard input ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say(voice, {"ready": True})
    while line := await reader.readline():
        asked = json.loads(line)
        _say(voice, await acts[asked.pop("act")](**asked))


def _say(voice: IO[str], answer: dict[str, Any]) -> None:
    voice.write(json.dumps(answer) + "\n")
    voice.flush()
