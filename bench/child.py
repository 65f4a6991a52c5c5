"""A measured process as the measuring one sees it: started with a log, asked line by line, ended by pid."""

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

READY_SECONDS_MAX = 60.0
ANSWER_SECONDS_MAX = 300.0
END_SECONDS_MAX = 25.0


class ChildError(Exception):
    """A measured process did not answer; the text holds the end of its log."""


class Child:
    """One process that obeys (bench.obey). It ends when its standard input does."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        self._rest = b""
        with log.open("ab") as file:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                env={**os.environ, **environment},
                start_new_session=True,
                bufsize=0,
            )
        self._orders, self._answers = _pipe(self._popen.stdin), _pipe(self._popen.stdout)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._popen.pid

    def wait_until_ready(self) -> None:
        """Wait for its first word; raises ChildError when it ends or stays silent."""
        self._answer(READY_SECONDS_MAX)

    def ask(self, act: str, **arguments: object) -> dict[str, Any]:
        """Have something done and return what came of it."""
        self._orders.write(json.dumps({"act": act, **arguments}).encode() + b"\n")
        return self._answer(ANSWER_SECONDS_MAX)

    def end(self) -> None:
        """Close its input, and kill it when it does not end by that."""
        self._orders.close()
        try:
            self._popen.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._answers.close()

    def __enter__(self) -> Self:
        """Give the running process."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.end()

    def _answer(self, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            readable = select.select([self._answers], [], [], max(left, 0))[0]
            more = os.read(self._answers.fileno(), 65536) if readable else b""
            if not more:
                raise ChildError(f"The process gave no answer. Its log ends:\n{self._tail()}")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-25:])


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise ChildError("The process was started without the pipe that it is asked by.")
    return end
