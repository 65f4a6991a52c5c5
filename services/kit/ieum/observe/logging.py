"""Log lines: structured, one canonical line per batch and request, nothing of a client."""

import logging
import sys
from contextlib import suppress
from typing import Literal

import structlog

_QUIET = ("aiokafka", "faststream", "kafka", "uvicorn", "asyncio")


class LineLogger(structlog.WriteLogger):
    """Writes lines; one that cannot be written is lost, and nothing else: who reads them may be gone."""

    def msg(self, message: str) -> None:
        """Write a line."""
        with suppress(OSError, ValueError):
            super().msg(message)

    debug = info = warning = error = critical = msg


def set_up_logging(form: Literal["json", "console"], level: str, **bound: str) -> None:
    """Write log lines to standard output; each includes `bound` (centre, agency).

    Libraries log at error level only, without tracebacks: their messages may hold input.
    """
    logging.basicConfig(stream=sys.stdout, level=logging.ERROR, format="%(message)s", force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: LineLogger(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(**bound)
